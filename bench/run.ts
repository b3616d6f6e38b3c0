/**
 * `npm run bench [-- --store sqlite,mongo --only PHASE,… --size PEOPLE[,PEOPLE…] --quick]`: measures the whole hub over
 * loopback, everything included, on each store at each size. What the figures mean and what bounds them: docs/performance.md
 */
import { optionsOf } from '../scripts/options.ts'
import { HEAVIEST, readBesideSearch, readBesideWrites } from './beside.ts'
import { startCeiling, type Ceiling } from './ceiling.ts'
import { measureCoverage } from './coverage.ts'
import { measureDirectory } from './directory.ts'
import { ask } from './driver.ts'
import { createGrowth } from './growth.ts'
import { startHub } from './hub-process.ts'
import { CLIENTS, deskNow, prepareMeasure, type Bench } from './measuring.ts'
import { phases } from './phases.ts'
import type { Phase } from './phases/phase.ts'
import { copyOfPrepared, registry } from './prepared.ts'
import { RESOURCES_A_PERSON } from './record.ts'
import { measureStarting } from './starting.ts'
import { storesNamed, type StoreName } from './stores.ts'
import { HEADING, line, MARK } from './table.ts'
import { measureValidation } from './validation.ts'

const { values: given } = optionsOf('npm run bench [-- --store sqlite,mongo --only PHASE,… --size PEOPLE,… --quick]', { options: {
  store: { type: 'string', default: 'sqlite' }, only: { type: 'string' }, size: { type: 'string' }, quick: { type: 'boolean', default: false },
} })

/** `--quick`: a tenth of the requests on the smallest store: whether it works, not how fast. */
const part = given.quick ? 0.1 : 1
/** Creates beside which is read: some three seconds of them. */
const CREATES_BESIDE = 4_000
/** Each of the heaviest searches is repeated for so long. */
const SEARCH_FOR_MS = 6_000
/** Measured apart from the phases, with the most people. */
const APART = ['start', 'beside']
/** Measured once, without a store or on one of their own. */
const ON_THEIR_OWN = ['coverage', 'directory', 'validation']

const say = (text: string): void => { process.stdout.write(`${text}\n`) }
const only = given.only?.split(',')
const names = [...phases.map(({ name }) => name), ...APART, ...ON_THEIR_OWN]
for (const name of only ?? []) if (!names.includes(name)) throw new Error(`there is no phase "${name}"; there are: ${names.join(', ')}`)
const isWanted = (name: string): boolean => only === undefined || only.includes(name)

const sizes = (given.size ?? (given.quick ? '200' : '1000,10000')).split(',').map(Number).toSorted((one, other) => one - other)
const largest = sizes.at(-1)
if (largest === undefined || !sizes.every(size => Number.isInteger(size) && size >= 100 && size <= 250_000)) {
  throw new Error('--size takes numbers of people from 100 to 250000, such as 1000,10000,100000')
}
const stores = storesNamed(given.store)
const wanted = phases.filter(({ name }) => isWanted(name))
const growth = createGrowth(stores, sizes)

/** A phase that fails says why, and the others go on; the exit status tells. */
const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
  try {
    await work()
  } catch (error) {
    process.exitCode = 1
    say(`${what}: failed: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** All of a phase, against the bare handler. */
const measureFully = async (bench: Bench, phase: Phase, ceiling: Ceiling): Promise<void> => {
  const desk = await deskNow(bench)
  const measure = await prepareMeasure(bench, desk, phase)
  const alone = await measure('alone', part)
  const together = await measure('together', part)
  growth.add(phase, bench.hub.store.name, bench.people, together.measured)
  const [sample] = together.requests
  const { body } = await ask(bench.hub, sample!)
  say(line({ store: bench.hub.store.name, phase, alone: alone.measured, together: together.measured, ceiling: await ceiling.measure(together.requests, body, CLIENTS) }))
}

/** What the growth needs. */
const measureBriefly = async (bench: Bench, phase: Phase): Promise<void> => {
  const measure = await prepareMeasure(bench, await deskNow(bench), phase)
  const { measured } = await measure('together', part / 2)
  growth.add(phase, bench.hub.store.name, bench.people, measured)
  say(`  ${phase.title.padEnd(48)} ${measured.serverMs.toFixed(3).padStart(8)} ms CPU`)
}

const runBeside = async (bench: Bench): Promise<void> => {
  for (const [what, search] of HEAVIEST) {
    await attempt(what, async () => {
      const { reads, p50Ms, p99Ms, searches, longestMs, status } = await readBesideSearch(bench, search, SEARCH_FOR_MS * part)
      say(`${reads} reads of the directory beside ${what} (${searches} times, the longest ${longestMs.toFixed(0)} ms, answered ${status}):`
        + ` p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms (10)`)
    })
  }
  await attempt('beside creates', async () => {
    const creates = Math.max(CLIENTS, Math.round(CREATES_BESIDE * part))
    const { reads, p50Ms, p99Ms, mostResidentMb } = await readBesideWrites(bench, bench.used.get('create') ?? 0, creates)
    say(`${reads} reads beside ${CLIENTS} creating clients: p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms (50); `
      + `resident at most ${mostResidentMb.toFixed(0)} MB (300)`)
  })
}

const runLargest = async (bench: Bench): Promise<void> => {
  const ceiling = await startCeiling()
  if (wanted.length > 0) say(`\n${HEADING}`)
  try {
    for (const phase of wanted) await attempt(phase.title, () => measureFully(bench, phase, ceiling))
  } finally {
    await ceiling.stop()
  }
  if (wanted.length > 0) say(`${MARK}\n`)
  if (isWanted('beside')) await runBeside(bench)
}

const runAt = async (name: StoreName, people: number): Promise<void> => {
  const prepared = await copyOfPrepared(name, people, say)
  try {
    if (people === largest && isWanted('start')) {
      const { firstAnswerMs, residentMb } = await measureStarting(prepared.store, registry)
      say(`start to first answer ${firstAnswerMs.toFixed(0)} ms (1000), resident when idle ${residentMb.toFixed(0)} MB (200); medians of 5`)
    }
    if (wanted.length === 0 && !isWanted('beside')) return
    const hub = await startHub(prepared.store, registry)
    try {
      const bench: Bench = { hub, people, used: new Map() }
      if (people === largest) await runLargest(bench)
      else for (const phase of wanted) await attempt(`${phase.title}, ${name}, ${people} people`, () => measureBriefly(bench, phase))
    } finally {
      await hub.stop()
    }
  } finally {
    await prepared.remove()
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

say(`Node ${process.version}; what was aimed at is in brackets`)
if (isWanted('coverage')) await attempt('coverage', () => measureCoverage(part, say))
if (isWanted('directory')) for (const name of stores) await attempt('directory', () => measureDirectory(name, part, registry, say))
if (isWanted('validation')) await attempt('validation', () => measureValidation(part, say))
for (const people of only?.every(name => ON_THEIR_OWN.includes(name)) === true ? [] : sizes) {
  for (const name of stores) {
    say(`\n${name}: ${people} people, ${people * RESOURCES_A_PERSON} resources of their own`)
    // A store that cannot be had leaves the other.
    await attempt(`${name}, ${people} people`, () => runAt(name, people))
  }
}
if (wanted.length > 0) say(`\n${growth.lines().join('\n')}`)
