/**
 * Compiles what R4, UK Core and this hub define into `build/definitions/`.
 *
 *   node scripts/definitions.ts              compile
 *   node scripts/definitions.ts --if-stale   compile only when an input changed; without the packages of the
 *                                            dev dependencies, go on with the artefact that is there
 *   node --expose-gc scripts/definitions.ts --measure [FILE.tgz]
 *                                            load the artefact; print what that takes, how fast the gates are, and what the
 *                                            profiles of packages take to their first use
 */
import { fingerprint } from '../src/definitions/build/fingerprint.ts'
import { arePackagesInstalled } from '../src/definitions/build/packages.ts'
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

try {
  if (process.argv.includes('--measure')) {
    const { measure } = await import('./definitions/measure.ts')
    measure(process.argv.filter(argument => argument.endsWith('.tgz')), say)
  }
  else if (process.argv.includes('--if-stale')) await compileIfStale()
  else await compile(fingerprint())
} catch (error) {
  process.stderr.write(`definitions: ${(error as Error).message}\n`)
  process.exitCode = 1
}
