/**
 * One resource in a process of its own, so that its first use is the first of anything: `node --expose-gc
 * bench/validation/alone.ts NAME SECONDS` prints `Alone` as JSON; NAME `profiles` prints what all UK Core profiles hold.
 *
 * Rates and first use are CPU of the validating thread: on a shared machine the clock measures the neighbours. Single
 * validations are shorter than the CPU's count is fine, so p99 is by the clock, of the quietest of ten parts of the run.
 */
import { Session } from 'node:inspector/promises'
import { loadDefinitions } from '../../src/definitions/load.ts'
import type { Resource } from '../../src/fhir/resource.ts'
import { createValidator } from '../../src/validation/engine.ts'
import type { ValidationOptions } from '../../src/validation/validator.ts'
import { measurables } from './resources.ts'

export interface Alone {
  readonly perSecond: number
  readonly p99Ms: number
  readonly firstMs: number
  readonly bytes: number
  /** Of the time: asking invariants, and of that the FHIRPath engine (0 to 1). */
  readonly invariants: number
  readonly engine: number
}

export interface Held { readonly profiles: number; readonly residentMb: number }

const OPTIONS: ValidationOptions = { profiles: 'ukcore', unknownProfile: 'error' }
const WARM = 3_000
const PARTS = 10
const BYTES_PER_MB = 1024 * 1024

const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}

const percentile = (times: readonly number[], of: number): number => times.toSorted((one, other) => one - other)[Math.floor(times.length * of)] ?? Infinity

/** Share of the samples that have a function whose script or name says so on their stack. */
const shares = async (work: () => void): Promise<{ readonly invariants: number; readonly engine: number }> => {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.start')
  work()
  const { profile: { nodes, samples = [] } } = await session.post('Profiler.stop')
  session.disconnect()
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map(child => [child, id] as const)))
  const byId = new Map(nodes.map(node => [node.id, node.callFrame]))
  const isUnder = (id: number, test: (functionName: string, url: string) => boolean): boolean => {
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const frame = byId.get(at)
      if (frame !== undefined && test(frame.functionName, frame.url)) return true
    }
    return false
  }
  const share = (test: (functionName: string, url: string) => boolean): number => samples.filter(id => isUnder(id, test)).length / Math.max(1, samples.length)
  return { invariants: share(name => name === 'checkInvariants'), engine: share((_name, url) => url.includes('/fhirpath/')) }
}

const measure = async (resource: Resource, seconds: number): Promise<Alone> => {
  const validator = createValidator(loadDefinitions())
  const before = cpuMs()
  const errors = validator.validate(resource, OPTIONS).filter(({ severity }) => severity === 'error')
  const firstMs = cpuMs() - before
  const [error] = errors
  if (error !== undefined) throw new Error(`${error.code} at ${error.expression[0]}: ${error.text}`)
  for (let i = 0; i < WARM; i++) validator.validate(resource, OPTIONS)
  const times: number[] = []
  const start = cpuMs()
  while (cpuMs() - start < seconds * 1_000) {
    const from = performance.now()
    validator.validate(resource, OPTIONS)
    times.push(performance.now() - from)
  }
  const perSecond = 1_000 * times.length / (cpuMs() - start)
  const part = Math.ceil(times.length / PARTS)
  const p99Ms = Math.min(...Array.from({ length: PARTS }, (_, i) => percentile(times.slice(i * part, (i + 1) * part), 0.99)))
  const asked = await shares(() => {
    for (const from = cpuMs(); cpuMs() - from < seconds * 500;) validator.validate(resource, OPTIONS)
  })
  return { perSecond, p99Ms, firstMs, bytes: JSON.stringify(resource).length, ...asked }
}

/** What loading the definitions and compiling every UK Core profile adds to what the process holds. */
const hold = (): Held => {
  globalThis.gc?.()
  const before = process.memoryUsage.rss()
  const definitions = loadDefinitions()
  const validator = createValidator(definitions)
  const profiles = definitions.canonicals('StructureDefinition').filter(url => url.startsWith('https://fhir.hl7.org.uk/') && definitions.structure(url)?.kind === 'resource')
  for (const url of profiles) validator.validate({ resourceType: definitions.structure(url)!.type }, { ...OPTIONS, also: [url] })
  globalThis.gc?.()
  return { profiles: profiles.length, residentMb: (process.memoryUsage.rss() - before) / BYTES_PER_MB }
}

const [name, seconds] = process.argv.slice(2)
const measurable = measurables.find(known => known.name === name)
process.stdout.write(JSON.stringify(measurable === undefined ? hold() : await measure(measurable.resource, Number(seconds))))
