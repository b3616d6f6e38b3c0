/**
 * What the compiled definitions take: loading, gates, and the profiles of a package from their reading to the first resource
 * judged by each.
 */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { CORE_FOLDER, arePackagesInstalled, readPackage } from '../../src/definitions/build/packages.ts'
import type { Definitions } from '../../src/definitions/definitions.ts'
import { loadDefinitions } from '../../src/definitions/load.ts'
import { filesIn } from '../../src/definitions/package/tar.ts'
import type { Resource } from '../../src/fhir/resource.ts'
import { loadPackages } from '../../src/rest/definitions/packages.ts'
import { createValidator } from '../../src/validation/engine.ts'

type Say = (text: string) => void

const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`

/** Milliseconds of CPU, which neighbours do not lengthen. */
const cpuMs = (work: () => void): number => {
  const from = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(from)
  return (user + system) / 1000
}

/** After what is garbage is gone: resident memory, and what V8 holds of it. */
const memory = (): { readonly resident: number; readonly heap: number } => {
  globalThis.gc?.()
  const { rss, heapUsed, external } = process.memoryUsage()
  return { resident: rss, heap: heapUsed + external }
}

/** How many of these a gate judges in a second, after warming up. */
function rate(gate: (resource: unknown) => boolean, resource: unknown): string {
  const judge = (times: number): number => {
    const from = performance.now()
    for (let i = 0; i < times; i++) if (!gate(resource)) throw new Error('the gate refuses an official example')
    return times / (performance.now() - from)
  }
  judge(50_000)
  return `${Math.round(judge(200_000))}k/s`
}

const measureGates = (definitions: Definitions, say: Say): void => {
  const linking = performance.now()
  for (const type of definitions.resourceTypes) definitions.gate(type)({ resourceType: type })
  say(`${definitions.resourceTypes.size} gates linked in ${(performance.now() - linking).toFixed(0)} ms`)
  if (!arePackagesInstalled()) return
  for (const type of ['Patient', 'ServiceRequest', 'Task']) {
    const [example] = readPackage(CORE_FOLDER, type as 'Task')
    const size = JSON.stringify(example).length
    say(`gate of ${type} on ${type}/${example?.id}, ${size} bytes: ${rate(definitions.gate(type), example)}`)
  }
}

/** The examples of a package, by the profile they claim. */
const examplesIn = (path: string): ReadonlyMap<string, Resource> =>
  new Map([...filesIn(gunzipSync(readFileSync(path)))].flatMap(({ name, content }) => {
    if (!name.endsWith('.json')) return []
    const resource = JSON.parse(content.toString('utf8')) as Resource
    return (resource.meta?.profile ?? []).map(profile => [profile, resource] as const)
  }))

/** Every profile of a package is used once: on an example that claims it, else on the least resource of its type. */
const measurePackage = (path: string, shipped: Definitions, say: Say): void => {
  const examples = examplesIn(path)
  createValidator(shipped).validate({ resourceType: 'Patient' }, { profiles: 'ukcore', unknownProfile: 'error' })
  const before = memory()
  let definitions = shipped
  const loading = cpuMs(() => { definitions = loadPackages([path], shipped).definitions })
  const types = [...definitions.resourceTypes]
  const validator = createValidator(definitions)
  const uses = types.flatMap(type => [definitions.defaultProfile(type) ?? [], definitions.addedProfiles(type)].flat().map(profile => {
    const resource = examples.get(profile) ?? { resourceType: type }
    return { profile, ms: cpuMs(() => { validator.validate(resource, { profiles: 'declared', unknownProfile: 'error', also: [profile] }) }) }
  })).sort((one, other) => other.ms - one.ms)
  const after = memory()
  say(`${basename(path)}: read and judged in ${loading.toFixed(0)} ms of CPU`)
  say(`first use of ${uses.length} profiles: ${uses[Math.floor(uses.length / 2)]?.ms.toFixed(1)} ms of CPU in the middle, at most ${uses[0]?.ms.toFixed(1)} ms (${uses[0]?.profile})`)
  say(`all of it: ${megabytes(after.heap - before.heap)} of heap, ${megabytes(after.resident - before.resident)} resident`)
}

/** @param packages paths of packages, measured beside the rest */
export function measure(packages: readonly string[], say: Say): void {
  const before = memory()
  const from = performance.now()
  const definitions = loadDefinitions()
  const loaded = performance.now() - from
  say(`${definitions.fingerprint} loaded in ${loaded.toFixed(0)} ms, ${megabytes(process.memoryUsage.rss() - before.resident)} resident`)
  measureGates(definitions, say)
  for (const path of packages) measurePackage(path, definitions, say)
}
