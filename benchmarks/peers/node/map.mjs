// The least that Node alone can do: a Map of sessions and an answer that is ready; HTTP/2 and
// HTTP/1.1 by ALPN over TLS, HTTP/1.1 on the unix socket.  No expiry, no store, no log.

import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import { port, tls, unix } from './given.mjs';

const sessions = new Map();

/** The value of the one cookie that was sent. */
function token(header = '') {
  return header.slice(header.indexOf('=') + 1);
}

function enter(response) {
  const fresh = randomBytes(32).toString('base64url');
  sessions.set(fresh, 'ok');
  response.setHeader('set-cookie', `session=${fresh}; Path=/; Secure; HttpOnly`);
  response.end('hello\n');
}

function answer(request, response) {
  response.setHeader('content-type', 'text/plain');
  if (request.url === '/login') {
    enter(response);
    return;
  }
  const body = sessions.get(token(request.headers.cookie));
  if (body === undefined) response.statusCode = 401;
  response.setHeader('content-length', body === undefined ? 0 : body.length);
  response.end(body);
}

createSecureServer({ ...tls, allowHTTP1: true }, answer).listen(port, '127.0.0.1');
createServer(answer).listen(unix);
