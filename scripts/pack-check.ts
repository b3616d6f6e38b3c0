/**
 * `npm run pack:check -- FOLDER`: is the rule pack of a locality's folder fit to be signed? Its form and its names, with line and
 * column; rules that nothing makes fail, that are never reached or overlap; needs without a service, services that nothing
 * names; and every case of the folder's `vignettes.yaml`, in both forms. A `note` is for the eyes of whoever signs.
 * Exit status 0 fit, 1 not, 2 not checked.
 */
import { existsSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { Resource } from '../src/fhir/resource.ts'
import { loadLocalities, type Locality } from '../src/directory/load.ts'
import { shippedDirectory } from '../src/directory/services.ts'
import { bundleContent } from '../src/triage/facts/resources.ts'
import { compilePack, triageOf, type CompiledPack } from '../src/triage/load.ts'
import { doubtsAbout } from '../src/triage/packs/doubts.ts'
import { faultText, PackRefused } from '../src/triage/packs/faults.ts'
import { proposalParameters } from '../src/triage/parameters.ts'
import { propose } from '../src/triage/propose.ts'
import { receivedAtOf, referralBundle } from './vignette-bundle.ts'
import { differences, readVignettes } from './vignette-expectation.ts'

const say = (line: string): void => { process.stdout.write(`${line}\n`) }

/** The pack, or undefined with its faults told. */
const read = (locality: Locality, file: string): CompiledPack | undefined => {
  try {
    return compilePack(locality)
  } catch (error) {
    if (!(error instanceof PackRefused)) throw error
    for (const fault of error.faults) say(`error ${faultText(file, fault)}`)
    return undefined
  }
}

/** How many of the folder's cases are answered otherwise; each difference is told. */
const failing = (file: string, pack: CompiledPack, localities: readonly Locality[]): number => {
  const others = localities.filter(({ name }) => name !== pack.locality.name).map(compilePack)
  const triage = triageOf([pack, ...others])
  const directory = shippedDirectory(localities)
  const vignettes = readVignettes(file)
  const failed = vignettes.filter(vignette => (['first', 'second'] as const).flatMap(forms => {
    const proposal = propose(triage, {
      ...bundleContent(referralBundle(vignette.id, vignette.given, forms, localities) as unknown as Resource), directory,
      receivedAt: receivedAtOf(vignette.given.receivedAt), addressedLocality: pack.locality.name,
      capacity: new Map(Object.entries(vignette.given.capacity ?? {})),
    })
    const wrong = differences(vignette, proposalParameters(proposal), localities)
    for (const line of wrong) say(`error ${file} ${vignette.id}, ${forms} forms: ${line}`)
    return wrong
  }).length > 0)
  say(`${vignettes.length - failed.length} of ${vignettes.length} vignettes passed`)
  return failed.length
}

const check = (folder: string): boolean => {
  if (!existsSync(join(folder, 'locality.json'))) throw new Error(`${folder} is no folder of a locality: it has no locality.json`)
  const localities = loadLocalities(dirname(resolve(folder)))
  const locality = localities.find(({ name }) => name === basename(resolve(folder)))
  if (locality === undefined) throw new Error(`${folder} is no folder of a locality`)
  const file = join(folder, basename(locality.pack.file))
  const pack = read(locality, file)
  if (pack === undefined) return false
  const { rules, needs, services, url, version } = pack.pack
  say(`${url}|${version}: ${rules.length} rules, ${needs.length} needs, ${services.length} services`)
  const doubts = doubtsAbout(pack)
  for (const doubt of doubts) say(`${doubt.severity.padEnd(5)} ${faultText(file, pack.place(doubt))}`)
  const vignettes = join(folder, 'vignettes.yaml')
  const failed = existsSync(vignettes) ? failing(vignettes, pack, localities) : 0
  if (!existsSync(vignettes)) say(`note  ${vignettes} is not there: nothing says what the pack must answer`)
  return failed === 0 && doubts.every(({ severity }) => severity === 'note')
}

try {
  const [folder] = process.argv.slice(2)
  if (folder === undefined) throw new Error('npm run pack:check -- FOLDER, e.g. localities/central-lancashire')
  const isFit = check(folder)
  say(isFit ? 'The pack is fit to be signed.' : 'The pack is not fit.')
  process.exitCode = isFit ? 0 : 1
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 2
}
