/**
 * Filled stores, kept under build/bench/ by what they are made of: a run works on a copy. Each size is loaded on top of
 * the smaller one; a load that was interrupted goes on. A change of the store's layout, of the index, of the definitions
 * or of the people makes them anew.
 */
import { createHash } from 'node:crypto'
import { constants, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadDefinitions } from '../src/definitions/load.ts'
import { registerClients } from './clients.ts'
import { startHub } from './hub-process.ts'
import { loadNeighbourhood, loadPeople } from './load.ts'
import { playReferrals } from './story.ts'

/** What SQLite and the hub keep beside a store's file. */
const ENDS = ['', '-wal', '-shm', '.lock']

const project = fileURLToPath(new URL('../', import.meta.url))
const folder = join(project, 'build/bench')
/** What the prepared files depend on, besides the definitions. Compiling searches is not among it: that only reads. */
const SOURCES = [
  ...readdirSync(join(project, 'src/store/sqlite')).filter(name => name.endsWith('.ts')).map(name => `src/store/sqlite/${name}`),
  'src/search', 'src/referral/codes.ts', 'src/referral/opening.ts', 'src/referral/offers.ts', 'localities',
  'bench/bodies.ts', 'bench/chance.ts', 'bench/load.ts', 'bench/neighbourhood.ts', 'bench/people.ts', 'bench/record.ts', 'bench/senders.ts',
  'bench/story.ts', 'examples/partners/referral.json',
]

export const registry = join(folder, 'clients/clients.json')

const fingerprint = (): string => {
  const sum = createHash('sha256').update(loadDefinitions().fingerprint)
  const add = (path: string): void => {
    const entries = path.endsWith('.ts') || path.endsWith('.json') ? [] : readdirSync(join(project, path)).toSorted()
    if (entries.length === 0) sum.update(path).update(readFileSync(join(project, path)))
    for (const entry of entries) add(`${path}/${entry}`)
  }
  for (const source of SOURCES) add(source)
  return sum.digest('hex').slice(0, 12)
}

export interface Prepared {
  readonly file: string
  remove(): void
}

const keptName = (people: number, made: string): string => join(folder, `${people}-people-${made}.db`)

/** A copy of the store with so many people, to be thrown away; made when it is missing, from the largest that is smaller. */
export const copyOfPrepared = async (people: number, say: (line: string) => void): Promise<Prepared> => {
  mkdirSync(folder, { recursive: true })
  registerClients(registry)
  const made = fingerprint()
  removeOutdated(made)
  const kept = keptName(people, made)
  if (!existsSync(kept)) await fill(kept, people, made, say)
  const file = join(folder, `run-${process.pid}-${people}.db`)
  copy(kept, file)
  return { file, remove: () => removeStore(file) }
}

const copy = (from: string, to: string): void => copyFileSync(from, to, constants.COPYFILE_FICLONE)
const removeStore = (file: string): void => { for (const end of ENDS) rmSync(file + end, { force: true }) }

/** What was made of other sources is of no use any more, and large; what a run that was killed left behind too. */
const removeOutdated = (made: string): void => {
  for (const name of readdirSync(folder)) {
    const run = /^run-(\d+)-/.exec(name)?.[1]
    const isLeft = run === undefined ? /\.db(?:-wal|-shm|\.lock)?$/.test(name) && !name.includes(made) : !isRunning(Number(run))
    if (isLeft) rmSync(join(folder, name), { force: true })
  }
}

const isRunning = (pid: number): boolean => existsSync(`/proc/${pid}`)

const fill = async (kept: string, people: number, made: string, say: (line: string) => void): Promise<void> => {
  const unfinished = kept.replace(/\.db$/, '-unfinished.db')
  const smaller = largestBelow(people, made)
  if (!existsSync(unfinished) && smaller > 0) {
    // Not a copy until it is whole.
    copy(keptName(smaller, made), `${unfinished}.copy`)
    renameSync(`${unfinished}.copy`, unfinished)
  }
  const startedAt = performance.now()
  const hub = await startHub(unfinished, registry)
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
  renameSync(unfinished, kept)
  removeStore(unfinished)
  say(`${(statSync(kept).size / 1e6).toFixed(0)} MB with ${people} people, kept for the next run`)
}

const largestBelow = (people: number, made: string): number => Math.max(0, ...readdirSync(folder).map(name => {
  const size = Number(/^(\d+)-people-/.exec(name)?.[1])
  return name === `${size}-people-${made}.db` && size < people ? size : 0
}))
