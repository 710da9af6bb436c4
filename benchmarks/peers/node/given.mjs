// What each server here is told on its command line, and what all of them keep sessions with.

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createClient } from 'redis';
import { RedisStore } from 'connect-redis';

const text = { type: 'string' };
const { values } = parseArgs({ options: { port: text, certs: text, unix: text, redis: text } });

export const port = Number(values.port);
export const unix = values.unix;

/** The certificate that authsrv serves too. */
export const tls = {
  cert: readFileSync(`${values.certs}/localhost.pem`),
  key: readFileSync(`${values.certs}/localhost.key`),
};

/** A day, in milliseconds: how long authsrv's sessions live. */
export const maxAge = 86_400_000;

export const secret = 'nothing is kept by this: it is known to everybody';

/**
 * Sessions in Redis.  By default their lives are prolonged there at every request; authsrv does it
 * once a minute, so here it is not done at all.
 */
export async function store() {
  const client = createClient({ url: values.redis });
  await client.connect();
  return new RedisStore({ client, disableTouch: true });
}

/** Ends at once when asked to, like every server that is measured. */
process.on('SIGTERM', () => process.exit(0));
