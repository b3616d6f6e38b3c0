/**
 * `npm run token -- --client NAME [--practitioner NAME] [--scope SCOPE] [--url http://127.0.0.1:3000]`: prints a bearer
 * token of a running hub, asked for with the key that `npm run client` made.
 */
import { parseArgs } from 'node:util'
import { readPrivateKey } from '../src/access/keys.ts'
import { requestToken } from '../src/access/token-request.ts'
import { defaults } from '../src/config.ts'

const USAGE = 'npm run token -- --client NAME [--practitioner NAME] [--scope SCOPE] [--url http://127.0.0.1:3000]'

try {
  const { values: { client, practitioner, scope, url } } = parseArgs({
    options: {
      client: { type: 'string' }, practitioner: { type: 'string' }, scope: { type: 'string' },
      url: { type: 'string', default: process.env.BASE_URL?.trim() || `http://127.0.0.1:${process.env.PORT?.trim() || defaults.PORT}` },
    },
  })
  if (client === undefined) throw new Error(USAGE)
  const key = readPrivateKey(process.env.CLIENTS?.trim() || defaults.CLIENTS, client)
  const root = url.replace(/\/+$/, '').replace(/\/fhir$/, '')
  process.stdout.write(`${await requestToken({ client, key, tokenEndpoint: `${root}/token`, practitioner, scope })}\n`)
} catch (error) {
  const { message, cause } = error as Error
  process.stderr.write(`${message}${cause instanceof Error ? `: ${cause.message || (cause as NodeJS.ErrnoException).code}` : ''}\n`)
  process.exitCode = 1
}
