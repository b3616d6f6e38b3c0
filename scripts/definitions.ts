/**
 * Compiles what R4, UK Core and this hub define into `build/definitions/`.
 *
 *   node scripts/definitions.ts              compile
 *   node scripts/definitions.ts --if-stale   compile only when an input changed; without the packages of the
 *                                            dev dependencies, go on with the artefact that is there
 *   node --expose-gc scripts/definitions.ts --measure
 *                                            load the artefact; print what that takes and how fast the gates are
 */
import { fingerprint } from '../src/definitions/build/fingerprint.ts'
import { arePackagesInstalled, CORE_FOLDER, readPackage } from '../src/definitions/build/packages.ts'
import { DEFINITIONS_FOLDER, packedFingerprint, writePack } from '../src/definitions/pack.ts'

const say = (text: string): void => { process.stdout.write(`definitions: ${text}\n`) }
const seconds = (from: number): string => `${((performance.now() - from) / 1000).toFixed(1)} s`
const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`

async function compile(print: string): Promise<void> {
  if (!arePackagesInstalled()) throw new Error('the R4 packages are not installed; run npm ci with dev dependencies')
  const from = performance.now()
  const { compileDefinitions } = await import('../src/definitions/build/compile.ts')
  const sections = compileDefinitions()
  const size = writePack(DEFINITIONS_FOLDER, print, sections)
  const counts = ['structures', 'searchParameters', 'valueSets', 'codeSystems', 'gates']
    .map(name => `${sections[name]?.size ?? 0} ${name}`)
  say(`compiled ${print} in ${seconds(from)}: ${counts.join(', ')}, ${megabytes(size)}`)
}

async function compileIfStale(): Promise<void> {
  const present = packedFingerprint(DEFINITIONS_FOLDER)
  if (!arePackagesInstalled()) {
    if (present === undefined) {
      throw new Error('neither compiled definitions nor the packages to compile them from are here; ' +
        'run npm ci with dev dependencies, or bring build/definitions/ from where it was compiled')
    }
    say(`${present}, as compiled elsewhere (the R4 packages are not installed)`)
    return
  }
  const wanted = fingerprint()
  if (present === wanted) say(`${present} is current`)
  else await compile(wanted)
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

async function measure(): Promise<void> {
  const { loadDefinitions } = await import('../src/definitions/load.ts')
  globalThis.gc?.()
  const before = process.memoryUsage.rss()
  const from = performance.now()
  const definitions = loadDefinitions()
  const loaded = performance.now() - from
  say(`${definitions.fingerprint} loaded in ${loaded.toFixed(0)} ms, ${megabytes(process.memoryUsage.rss() - before)} resident`)

  const linking = performance.now()
  for (const type of definitions.resourceTypes) definitions.gate(type)({ resourceType: type })
  say(`146 gates linked in ${(performance.now() - linking).toFixed(0)} ms`)
  if (!arePackagesInstalled()) return
  for (const type of ['Patient', 'ServiceRequest', 'Task']) {
    const [example] = readPackage(CORE_FOLDER, type as 'Task')
    const size = JSON.stringify(example).length
    say(`gate of ${type} on ${type}/${example?.id}, ${size} bytes: ${rate(definitions.gate(type), example)}`)
  }
}

try {
  if (process.argv.includes('--measure')) await measure()
  else if (process.argv.includes('--if-stale')) await compileIfStale()
  else await compile(fingerprint())
} catch (error) {
  process.stderr.write(`definitions: ${(error as Error).message}\n`)
  process.exitCode = 1
}
