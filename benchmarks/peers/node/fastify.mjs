// Fastify with @fastify/session and its sessions in Redis; HTTP/2 and HTTP/1.1 by ALPN over TLS,
// HTTP/1.1 on the unix socket.  No log, which is Fastify's default.

import cookie from '@fastify/cookie';
import session from '@fastify/session';
import Fastify from 'fastify';
import * as given from './given.mjs';

const store = await given.store();

async function app(options) {
  const served = Fastify(options);
  await served.register(cookie);
  await served.register(session, {
    secret: given.secret,
    store,
    cookieName: 'session',
    cookie: { maxAge: given.maxAge, secure: true, httpOnly: true },
    saveUninitialized: false,
    // By default each answer writes the session to Redis and the cookie to the browser anew.
    rolling: false,
  });
  served.get('/login', (request, reply) => {
    request.session.account = 'alice';
    reply.send('hello\n');
  });
  served.get('/api/session', (request, reply) => {
    if (request.session.account === undefined) reply.code(401);
    reply.send(request.session.account === undefined ? '' : 'ok');
  });
  return served;
}

const secure = await app({ http2: true, https: { ...given.tls, allowHTTP1: true } });
const plain = await app({});
await plain.listen({ path: given.unix });
await secure.listen({ host: '127.0.0.1', port: given.port });
