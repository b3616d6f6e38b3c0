/**
 * Filled stores, kept under build/bench/ by what they are made of: a run works on a copy. Each size is loaded on top of
 * the smaller one; a load that was interrupted goes on. A change of the store's layout, of the index, of the definitions
 * or of the people makes them anew. What a server keeps that was there before (MONGO_URL) is filled for each run.
 */
import { createHash } from 'node:crypto'
import { constants, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadDefinitions } from '../src/definitions/load.ts'
import { registerClients } from './clients.ts'
import { startHub } from './hub-process.ts'
import { loadNeighbourhood, loadPeople } from './load.ts'
import { playReferrals } from './story.ts'
import { isCopied, serve, type ServedStore, type StoreName } from './stores.ts'

/** What SQLite and the hub keep beside a store's file. */
const ENDS = ['', '-wal', '-shm', '.lock']

const project = fileURLToPath(new URL('../', import.meta.url))
const folder = join(project, 'build/bench')
/** What every prepared store depends on, besides the definitions. */
const SOURCES = [
  'src/search', 'src/store/pairs.ts', 'src/referral/codes.ts', 'src/referral/opening.ts', 'src/referral/offers.ts', 'localities',
  'bench/bodies.ts', 'bench/chance.ts', 'bench/load.ts', 'bench/neighbourhood.ts', 'bench/people.ts', 'bench/record.ts', 'bench/senders.ts',
  'bench/story.ts', 'examples/partners/referral.json',
]
/** What each is written by. Compiling searches is not among it: that only reads. */
const WRITTEN_BY: Readonly<Record<StoreName, readonly string[]>> = {
  sqlite: readdirSync(join(project, 'src/store/sqlite')).filter(name => name.endsWith('.ts')).map(name => `src/store/sqlite/${name}`),
  mongo: ['apply', 'documents', 'group', 'schema'].map(name => `src/store/mongo/${name}.ts`),
}

export const registry = join(folder, 'clients/clients.json')

const fingerprint = (name: StoreName): string => {
  const sum = createHash('sha256').update(loadDefinitions().fingerprint)
  const add = (path: string): void => {
    const entries = statSync(join(project, path)).isDirectory() ? readdirSync(join(project, path)).toSorted() : []
    if (entries.length === 0) sum.update(path).update(readFileSync(join(project, path)))
    for (const entry of entries) add(`${path}/${entry}`)
  }
  for (const source of [...WRITTEN_BY[name], ...SOURCES]) add(source)
  return sum.digest('hex').slice(0, 12)
}

export interface Prepared {
  readonly store: ServedStore
  remove(): Promise<void>
}

/** Where stores of one kind and making lie. */
interface Shelf {
  readonly name: StoreName
  readonly made: string
}

const keptName = ({ name, made }: Shelf, people: number): string => join(folder, `${people}-people-${made}.${name}`)

/** A copy of the store with so many people, to be thrown away; made when it is missing, from the largest that is smaller. */
export const copyOfPrepared = async (name: StoreName, people: number, say: (line: string) => void): Promise<Prepared> => {
  mkdirSync(folder, { recursive: true })
  registerClients(registry)
  const shelf: Shelf = { name, made: fingerprint(name) }
  removeOutdated(shelf)
  const path = join(folder, `run-${process.pid}-${people}.${name}`)
  const kept = keptName(shelf, people)
  if (isCopied(name)) {
    if (!existsSync(kept)) await fill(kept, people, shelf, say)
    copy(kept, path)
  }
  const store = await serve(name, path)
  const remove = async (): Promise<void> => {
    await store.close()
    removeStore(path)
  }
  try {
    if (!isCopied(name)) await load(store, 0, people, say)
  } catch (error) {
    await remove()
    throw error
  }
  return { store, remove }
}

const copy = (from: string, to: string): void => cpSync(from, to, { recursive: true, mode: constants.COPYFILE_FICLONE })
const removeStore = (path: string): void => { for (const end of ENDS) rmSync(path + end, { recursive: true, force: true }) }

/** What was made of other sources is of no use any more, and large; what a run that was killed left behind too. */
const removeOutdated = ({ name, made }: Shelf): void => {
  for (const entry of readdirSync(folder)) {
    const run = /^run-(\d+)-/.exec(entry)?.[1]
    const isOfStore = new RegExp(`^\\d+-people-\\w+(-unfinished)?\\.${name}(-wal|-shm|\\.lock|\\.copy)?$`).test(entry)
    if (run === undefined ? isOfStore && !entry.includes(`-people-${made}`) : !isRunning(Number(run))) {
      rmSync(join(folder, entry), { recursive: true, force: true })
    }
  }
}

const isRunning = (pid: number): boolean => existsSync(`/proc/${pid}`)

const fill = async (kept: string, people: number, shelf: Shelf, say: (line: string) => void): Promise<void> => {
  const unfinished = kept.replace(/\.\w+$/, '-unfinished$&')
  const smaller = largestBelow(shelf, people)
  if (!existsSync(unfinished) && smaller > 0) {
    // Not a copy until it is whole.
    removeStore(`${unfinished}.copy`)
    copy(keptName(shelf, smaller), `${unfinished}.copy`)
    renameSync(`${unfinished}.copy`, unfinished)
  }
  const store = await serve(shelf.name, unfinished)
  try {
    await load(store, smaller, people, say)
  } finally {
    await store.close()
  }
  renameSync(unfinished, kept)
  removeStore(unfinished)
}

const load = async (store: ServedStore, smaller: number, people: number, say: (line: string) => void): Promise<void> => {
  const startedAt = performance.now()
  const hub = await startHub(store, registry)
  try {
    if (smaller === 0) {
      await loadNeighbourhood(hub)
      await playReferrals(hub)
    }
    const loaded = await loadPeople(hub, smaller, people, say)
    say(`loaded ${people - smaller} people in ${Math.round((performance.now() - startedAt) / 1_000)} s: ${Math.round(loaded.perSecond)} resources/s,`
      + ` ${loaded.cpuMs.toFixed(1)} ms CPU for a transaction of 48`)
  } finally {
    await hub.stop()
  }
  say(`${(await store.bytes() / 1e6).toFixed(0)} MB with ${people} people`)
}

const largestBelow = (shelf: Shelf, people: number): number => Math.max(0, ...readdirSync(folder).map(entry => {
  const size = Number(/^(\d+)-people-/.exec(entry)?.[1])
  return join(folder, entry) === keptName(shelf, size) && size < people ? size : 0
}))
