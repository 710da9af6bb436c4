// Express with express-session and its sessions in Redis; HTTP/1.1 over TLS, and on the unix
// socket.  It does not speak HTTP/2.  No log, which is Express's default.

import http from 'node:http';
import https from 'node:https';
import express from 'express';
import session from 'express-session';
import * as given from './given.mjs';

const app = express();
// What the others do not send either: the name of the program, and a hash of the answer.
app.disable('x-powered-by');
app.set('etag', false);
app.use(
  session({
    secret: given.secret,
    store: await given.store(),
    name: 'session',
    cookie: { maxAge: given.maxAge, secure: 'auto', httpOnly: true },
    resave: false,
    saveUninitialized: false,
  }),
);
app.get('/login', (request, response) => {
  request.session.account = 'alice';
  response.type('text').send('hello\n');
});
app.get('/api/session', (request, response) => {
  if (request.session.account === undefined) response.sendStatus(401);
  else response.type('text').send('ok');
});

https.createServer(given.tls, app).listen(given.port, '127.0.0.1');
http.createServer(app).listen(given.unix);
