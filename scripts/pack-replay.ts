/**
 * `npm run pack:replay -- FOLDER [--store sqlite:FILE|mongodb://…] [--show N]`: what would be different, had the rule pack of
 * FOLDER been in force? Every result of triage that the store holds is asked again as things then stood, of the pack in this
 * project and of the changed one; a row for each that differs, and what could not be replayed with its reason. Nothing is written.
 *
 * A SQLite file is one program's at a time: stop the hub, or take a copy of the file. Exit status 2: not replayed.
 */
import { existsSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { readConfig } from '../src/config.ts'
import { loadLocalities } from '../src/directory/load.ts'
import { systemClock } from '../src/fhir/clock.ts'
import { storeAddress, withoutCredentials, type StoreAddress } from '../src/store/address.ts'
import { openStore } from '../src/store/open.ts'
import type { Store, StoredVersion } from '../src/store/store.ts'
import { compilePack, triageOf } from '../src/triage/load.ts'
import { replay, type Replay, type Result } from '../src/triage/packs/replay.ts'

const USAGE = 'npm run pack:replay -- FOLDER [--store sqlite:FILE|mongodb://…] [--show 50]'
/** A page of events; more only takes memory. */
const PAGE = 1_000

const say = (line: string): void => { process.stdout.write(`${line}\n`) }

async function * versionsOf(store: Store): AsyncGenerator<StoredVersion> {
  for (let after = 0; ;) {
    const page = await store.events(after, PAGE)
    yield * page
    const last = page.at(-1)
    if (last === undefined) return
    after = last.sequence
  }
}

const addressOf = (text: string | undefined): StoreAddress => {
  const address = text === undefined ? readConfig({ STORE: process.env['STORE'] }).store : storeAddress(text)
  if ('problem' in address) throw new Error(`--store ${address.problem}`)
  if (address.kind === 'sqlite' && !existsSync(address.path)) throw new Error(`there is no file ${address.path}`)
  return address
}

/** The packs of this project, and the same with that of the folder in its place. */
const packsWith = (folder: string) => {
  const name = basename(resolve(folder))
  const shipped = loadLocalities('localities').map(compilePack)
  const given = loadLocalities(dirname(resolve(folder))).find(locality => locality.name === name)
  if (given === undefined || !shipped.some(({ locality }) => locality.name === name)) {
    throw new Error(`${folder} is no folder of a locality of this hub`)
  }
  const changed = compilePack(given)
  const packs = shipped.map(pack => (pack.locality.name === name ? changed : pack))
  return { inForce: triageOf(shipped), changed: triageOf(packs), canonical: changed.pack.url }
}

const rowOf = ({ referral, at }: Result, text: string): string => `${referral.padEnd(36)}  ${at.slice(0, 16)}Z  ${text}`

const tell = ({ replayed, differing, missed }: Replay, shown: number): void => {
  if (differing.length > 0) say(`${'referral'.padEnd(36)}  ${'answered'.padEnd(17)}  answer`)
  for (const { result, was, wouldBe } of differing.slice(0, shown)) {
    say(rowOf(result, `was      ${was}`))
    say(`${' '.repeat(57)}would be ${wouldBe}`)
  }
  if (differing.length > shown) say(`and ${differing.length - shown} more`)
  if (missed.length > 0) say('\nnot replayed:')
  for (const { result, reason } of missed.slice(0, shown)) say(rowOf(result, reason))
  if (missed.length > shown) say(`and ${missed.length - shown} more`)
  say(`${replayed} replayed, ${differing.length} would differ, ${missed.length} could not be replayed`)
}

try {
  const { values, positionals: [folder] } = parseArgs({
    allowPositionals: true, options: { store: { type: 'string' }, show: { type: 'string', default: '50' } },
  })
  if (folder === undefined) throw new Error(USAGE)
  const { inForce, changed, canonical } = packsWith(folder)
  const store = await openStore(addressOf(values.store), { clock: systemClock() })
  try {
    tell(await replay(versionsOf(store), inForce, changed, canonical), Number(values.show))
  } finally {
    await store.close()
  }
} catch (error) {
  process.stderr.write(`${withoutCredentials(error instanceof Error ? error.message : String(error))}\n`)
  process.exitCode = 2
}
