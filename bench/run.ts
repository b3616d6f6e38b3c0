/**
 * `npm run bench [-- --only PHASE,… --size TASKS[,TASKS…] --quick]`: measures the whole hub over loopback, everything
 * included. What the figures mean and what bounds them: docs/performance.md
 */
import { parseArgs } from 'node:util'
import { readBesideWrites } from './beside.ts'
import { startCeiling } from './ceiling.ts'
import { clients, type ClientName } from './clients.ts'
import { ask, drive, type Measured, type Request } from './driver.ts'
import { startHub, type RunningHub } from './hub-process.ts'
import { phases, type Desk, type Phase } from './phases.ts'
import { copyOfPrepared, registry } from './prepared.ts'
import { measureStarting } from './starting.ts'
import { HEADING, line, MARK } from './table.ts'

const { values: given } = parseArgs({ options: { only: { type: 'string' }, size: { type: 'string' }, quick: { type: 'boolean', default: false } } })

const CLIENTS = 16
/** Part of a phase's requests that goes before, so that what is measured is compiled and in memory. */
const WARM_UP = 0.1
/** `--quick`: a tenth of the requests on the smallest store: whether it works, not how fast. */
const QUICK = 0.1
/** Creates beside which is read: some three seconds of them. */
const CREATES_BESIDE = 4_000
/** Measured apart from the phases: the start, reads beside writes, one worklist on stores of different sizes. */
const APART = ['start', 'beside', 'flat']
const FLAT_PHASE = 'worklist'

const say = (text: string): void => { process.stdout.write(`${text}\n`) }
const only = given.only?.split(',')
const names = [...phases.map(({ name }) => name), ...APART]
for (const name of only ?? []) if (!names.includes(name)) throw new Error(`there is no phase "${name}"; there are: ${names.join(', ')}`)
const isWanted = (name: string): boolean => only === undefined || only.includes(name)

const sizes = (given.size ?? (given.quick ? '2000' : '2000,200000')).split(',').map(Number).toSorted((one, other) => one - other)
const largest = sizes.at(-1)
if (largest === undefined || !sizes.every(size => Number.isInteger(size) && size > 0)) {
  throw new Error('--size takes numbers of Tasks, such as 2000,200000')
}
const scaled = (count: number): number => Math.max(CLIENTS, Math.round(count * (given.quick ? QUICK : 1)))

/** Numbers of what is written; none is used twice in a run. */
let used = 0
const take = (count: number): number => (used += count) - count

interface Bench { readonly hub: RunningHub; readonly desk: Desk }

/** A hub on a copy of the store with so many Tasks, while `work` runs. */
const withHub = async <T>(tasks: number, work: (bench: Bench) => Promise<T>): Promise<T> => {
  const store = await copyOfPrepared(tasks, say)
  const hub = await startHub(store.file, registry)
  try {
    const tokens = await Promise.all(Object.keys(clients).map(async name => [name, await hub.token(name)] as const))
    return await work({ hub, desk: { url: hub.url, tasks, tokens: Object.fromEntries(tokens) as Record<ClientName, string> } })
  } finally {
    await hub.stop()
    store.remove()
  }
}

interface Driven { readonly measured: Measured; readonly requests: readonly Request[] }

const run = async ({ hub, desk }: Bench, phase: Phase, count: number, many: number): Promise<Driven> => {
  const requests = await phase.requests(desk, take(count), count)
  return { requests, measured: await drive(hub, requests, many) }
}

const warmUp = (bench: Bench, phase: Phase): Promise<Driven> => run(bench, phase, Math.ceil(scaled(phase.count.together) * WARM_UP), CLIENTS)

const runPhases = async (bench: Bench, wanted: readonly Phase[]): Promise<void> => {
  const ceiling = await startCeiling()
  say(HEADING)
  try {
    for (const phase of wanted) {
      await warmUp(bench, phase)
      const alone = await run(bench, phase, scaled(phase.count.alone), 1)
      const together = await run(bench, phase, scaled(phase.count.together), CLIENTS)
      const [sample] = await phase.requests(bench.desk, take(1), 1)
      const { body } = await ask(bench.hub, sample!)
      say(line({ phase, alone: alone.measured, together: together.measured, ceiling: await ceiling.measure(together.requests, body, CLIENTS) }))
    }
    say(MARK)
  } finally {
    await ceiling.stop()
  }
}

const runBeside = async ({ hub, desk }: Bench): Promise<void> => {
  const creates = scaled(CREATES_BESIDE)
  const { reads, p50Ms, p99Ms, mostResidentMb } = await readBesideWrites(hub, desk, take(creates), creates)
  say(`\n${reads} reads beside ${CLIENTS} creating clients: p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms (50); `
    + `resident at most ${mostResidentMb.toFixed(0)} MB (300)`)
}

/** CPU of the worklist on every size, against the smallest. */
const runFlat = async (): Promise<void> => {
  const phase = phases.find(({ name }) => name === FLAT_PHASE)!
  const taken: number[] = []
  for (const tasks of sizes) {
    taken.push(await withHub(tasks, async bench => {
      await warmUp(bench, phase)
      return (await run(bench, phase, scaled(phase.count.together), CLIENTS)).measured.serverMs
    }))
  }
  say(`\n${phase.title}: ${sizes.map((tasks, at) => `${taken[at]?.toFixed(3)} ms CPU at ${tasks} Tasks`).join(', ')}; `
    + `${((taken.at(-1) ?? 0) / (taken[0] ?? 1)).toFixed(2)}x (1.30)`)
}

say(`${largest} Tasks of ${largest * 1.5} resources, Node ${process.version}; what was aimed at is in brackets\n`)
const wanted = phases.filter(({ name }) => isWanted(name))
if (isWanted('start')) {
  const store = await copyOfPrepared(largest, say)
  const { firstAnswerMs, residentMb } = await measureStarting(store.file, registry)
  store.remove()
  say(`start to first answer ${firstAnswerMs.toFixed(0)} ms (1000), resident when idle ${residentMb.toFixed(0)} MB (200); medians of 5\n`)
}
if (wanted.length > 0 || isWanted('beside')) {
  await withHub(largest, async bench => {
    if (wanted.length > 0) await runPhases(bench, wanted)
    if (isWanted('beside')) await runBeside(bench)
  })
}
if (isWanted('flat') && sizes.length > 1) await runFlat()
