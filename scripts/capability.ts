/** `npm run capability`: writes capability-statement.json, a line per resource type, from what a hub has registered. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { readConfig } from '../src/config.ts'
import { createHub } from '../src/hub.ts'
import { capabilityStatement } from '../src/rest/capability.ts'

const folder = mkdtempSync(join(tmpdir(), 'care-connexions-capability-'))
const config = readConfig({ STORE: `sqlite:${join(folder, 'hub.db')}`, CLIENTS: join(folder, 'clients.json') })
const hub = await createHub({ config, logger: pino({ level: 'silent' }), port: () => config.port })
const statement = capabilityStatement(hub.rest, { base: `http://127.0.0.1:${config.port}/fhir` })
await hub.close()
rmSync(folder, { recursive: true })

const [rest] = statement.rest
const types = rest?.resource.map(resource => JSON.stringify(resource)).join(',\n') ?? ''
const text = JSON.stringify({ ...statement, rest: [{ ...rest, resource: '@' }] }, null, 2).replace('"@"', () => `[\n${types}\n]`)
writeFileSync(new URL('../capability-statement.json', import.meta.url), `${text}\n`)
console.log(`capability-statement.json: ${rest?.resource.length} types, ${Math.round(text.length / 1024)} KB`)
