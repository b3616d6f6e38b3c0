/**
 * `npm run vignettes -- FILE [--only IDS] [--forms second] [--store mongo] [--dump DIR]
 * [--url BASE (--token TOKEN | --client NAME)]`: asks `$triage` of a real hub over HTTP about every case of a vignette file, as a dry run, and compares the answers. Starts a hub of its
 * own on a temporary store, a file or with `--store mongo` a MongoDB, unless `--url` names one: with a bearer token, or with
 * a client whose key is found as `npm run token` finds it. Ends with one line "N passed, N failed"; exit status 0 all passed, 1 some failed, 2 not run.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Bundle, OperationOutcome, Parameters } from 'fhir/r4.js'
import { addClient, readPrivateKey } from '../src/access/keys.ts'
import { requestToken } from '../src/access/token-request.ts'
import { defaults } from '../src/config.ts'
import { loadLocalities } from '../src/directory/load.ts'
import { startHub } from './demo/hub.ts'
import { provideStore, storeKind, type StoreKind } from './provided-store.ts'
import { receivedAtOf, referralBundle, type Forms } from './vignette-bundle.ts'
import { differences, readVignettes, type Vignette } from './vignette-expectation.ts'

const USAGE = 'npm run vignettes -- FILE [--only V01,V02] [--forms first|second] [--store sqlite|mongo] [--dump DIR] '
  + '[--url http://127.0.0.1:3000 (--token TOKEN | --client NAME)]'
const CLIENT = 'vignettes'
const ANSWER_WITHIN_MS = 10_000

interface Options {
  readonly file: string
  readonly only: readonly string[] | undefined
  readonly forms: Forms
  readonly store: StoreKind
  readonly dump: string | undefined
  readonly url: string | undefined
  readonly token: string | undefined
  readonly client: string
}

interface Target {
  readonly root: string
  readonly token: string
  close(): Promise<void>
}

const options = (): Options => {
  const { values: { only, forms, store, dump, url, token, client }, positionals: [file] } = parseArgs({
    allowPositionals: true,
    options: {
      only: { type: 'string' }, forms: { type: 'string', default: 'first' }, store: { type: 'string', default: 'sqlite' },
      dump: { type: 'string' }, url: { type: 'string' }, token: { type: 'string' }, client: { type: 'string', default: CLIENT },
    },
  })
  if (file === undefined || (forms !== 'first' && forms !== 'second') || (token !== undefined && url === undefined)) throw new Error(USAGE)
  return { file, only: only?.split(',').map(id => id.trim()), forms, store: storeKind(store), dump, url, token, client }
}

const localities = loadLocalities('localities')

const target = async ({ store: kind, url, token, client }: Options): Promise<Target> => {
  if (url !== undefined) {
    const root = url.replace(/\/+$/, '').replace(/\/fhir$/, '')
    if (token !== undefined) return { root, token, close: () => Promise.resolve() }
    const key = readPrivateKey(process.env.CLIENTS?.trim() || defaults.CLIENTS, client)
    return { root, token: await requestToken({ client, key, tokenEndpoint: `${root}/token` }), close: () => Promise.resolve() }
  }
  const folder = mkdtempSync(join(tmpdir(), 'care-connexions-vignettes-'))
  const registry = join(folder, 'clients.json')
  addClient(registry, { id: CLIENT, role: 'referrer', organisation: 'ZCV01', locality: 'central-lancashire' })
  // Any instant will do: each dry run says for itself when it is.
  const store = await provideStore(kind, folder)
  if (store.note !== undefined) process.stdout.write(`${store.note}\n`)
  const hub = await startHub({ folder, store: store.address, registry, clock: '2026-11-24T08:00:00Z' })
  return {
    root: hub.url,
    token: await requestToken({ client: CLIENT, key: readPrivateKey(registry, CLIENT), tokenEndpoint: `${hub.url}/token` }),
    async close() {
      await hub.stop()
      await store.remove()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const ask = async ({ root, token }: Target, referral: Bundle, { given }: Vignette): Promise<Parameters> => {
  const input: Parameters = {
    resourceType: 'Parameters',
    parameter: [
      { name: 'referral', resource: referral },
      { name: 'at', valueDateTime: new Date(receivedAtOf(given.receivedAt)).toISOString() },
      ...Object.entries(given.capacity ?? {}).map(([service, free]) => (
        { name: 'capacity', part: [{ name: 'service', valueCode: service }, { name: 'free', valueInteger: free }] })),
    ],
  }
  const response = await fetch(`${root}/fhir/ServiceRequest/$triage`, {
    method: 'POST', signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    headers: { 'authorization': `Bearer ${token}`, 'content-type': 'application/fhir+json', 'accept': 'application/fhir+json' },
    body: JSON.stringify(input),
  })
  const answer = await response.json() as Parameters | OperationOutcome
  if (answer.resourceType === 'Parameters') return answer
  throw new Error(`${response.status} ${answer.issue.map(({ details, diagnostics }) => details?.text ?? diagnostics ?? '').join('; ')}`)
}

/** What is wrong with the answer to a case, and with what was sent: the runner itself sends only what is valid. */
const judge = async (hub: Target, vignette: Vignette, { forms, dump }: Options): Promise<readonly string[]> => {
  try {
    const bundle = referralBundle(vignette.id, vignette.given, forms, localities)
    if (dump !== undefined) writeFileSync(join(dump, `${vignette.id}-${forms}.json`), `${JSON.stringify(bundle, undefined, 2)}\n`)
    const answer = await ask(hub, bundle, vignette)
    const invalid = answer.parameter?.find(({ name }) => name === 'outcome')?.resource as OperationOutcome | undefined
    return [...differences(vignette, answer, localities), ...(invalid?.issue ?? []).map(({ details }) => `sent: ${details?.text ?? ''}`)]
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
}

const run = async (chosen: Options): Promise<boolean> => {
  const vignettes = readVignettes(chosen.file).filter(({ id }) => chosen.only === undefined || chosen.only.includes(id))
  const unknown = (chosen.only ?? []).filter(id => !vignettes.some(vignette => vignette.id === id))
  if (vignettes.length === 0 || unknown.length > 0) throw new Error(`${chosen.file} has no vignette ${unknown.join(', ')}`)
  if (chosen.dump !== undefined) mkdirSync(chosen.dump, { recursive: true })
  const hub = await target(chosen)
  let passed = 0
  try {
    for (const vignette of vignettes) {
      const wrong = await judge(hub, vignette, chosen)
      if (wrong.length === 0) passed++
      process.stdout.write(`${wrong.length === 0 ? 'pass' : 'FAIL'} ${vignette.id} ${vignette.why}\n${wrong.map(line => `       ${line}\n`).join('')}`)
    }
  } finally {
    await hub.close()
  }
  process.stdout.write(`${passed} passed, ${vignettes.length - passed} failed\n`)
  return passed === vignettes.length
}

try {
  process.exitCode = await run(options()) ? 0 : 1
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 2
}
