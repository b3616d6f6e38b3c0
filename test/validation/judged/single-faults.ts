/**
 * Mutation: from good resources many bad ones, each with one fault that must be found at its place. From one good example
 * of R4 for every resource type, and from every good example of UK Core.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { compileTypes } from '../../../src/validation/types.ts'
import { mutantsOf, type Mutant } from '../mutants/mutants.ts'
import { check, definitions, errorsOf } from '../setup.ts'
import { table, type Judgement, type JudgedSet } from './set.ts'

const OPTIONS = { profiles: 'ukcore', unknownProfile: 'warning' } as const
const R4 = new URL('../../../node_modules/hl7.fhir.r4.examples/', import.meta.url)
const UKCORE = new URL('../../../../shared/ukcore/stu3/examples/', import.meta.url)
/** Larger ones have no element that smaller ones have not, and many times over. */
const MAX_BYTES = 12_000

type Named = { readonly resourceType: string }

const isGood = (resource: Named): boolean => errorsOf(check(resource, OPTIONS)).length === 0
const read = (folder: URL, file: string): Named => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Named

/** Of each type the example with the most to put faults into, within `MAX_BYTES`. */
const oneOfEachType = (): readonly Named[] => {
  const largest = new Map<string, readonly [bytes: number, resource: Named]>()
  for (const file of readdirSync(R4)) {
    if (!file.endsWith('.json') || file === 'package.json' || file.startsWith('ig-')) continue
    const text = readFileSync(new URL(file, R4), 'utf8')
    if (text.length > MAX_BYTES || text.length <= (largest.get(file.slice(0, file.indexOf('-')))?.[0] ?? 0)) continue
    const resource = JSON.parse(text) as Named
    if (isGood(resource)) largest.set(resource.resourceType, [text.length, resource])
  }
  return [...largest.values()].map(([, resource]) => resource)
}

const ukcoreExamples = (): readonly Named[] => readdirSync(UKCORE).map(file => read(UKCORE, file)).filter(isGood)

const isFound = ({ resource, place }: Mutant): boolean =>
  errorsOf(check(resource(), OPTIONS)).some(({ expression: [at = ''] }) => at === place || at.startsWith(`${place}.`) || at.startsWith(`${place}[`))

export interface SingleFaults extends JudgedSet {
  /** One in so many of the mutants: `all` counts by kind what there would be, `missed` names those not found. */
  readonly sample: (oneIn: number) => { readonly all: ReadonlyMap<string, number>; readonly tried: number; readonly missed: readonly Mutant[] }
}

const singleFaults = (name: string, of: string, missing: string | undefined, resources: () => readonly Named[]): SingleFaults => {
  let made: readonly Mutant[] | undefined
  let sources = 0
  const mutants = (): readonly Mutant[] => {
    if (made === undefined) {
      const types = compileTypes(definitions)
      const good = resources()
      sources = good.length
      made = good.flatMap(resource => mutantsOf(resource, types, definitions))
    }
    return made
  }
  const sample: SingleFaults['sample'] = oneIn => {
    const all = new Map<string, number>()
    const tried = mutants().filter(({ kind }) => {
      const before = all.get(kind) ?? 0
      all.set(kind, before + 1)
      // of each kind the first, then one in so many
      return before % oneIn === 0
    })
    return { all, tried: tried.length, missed: tried.filter(mutant => !isFound(mutant)) }
  }
  const run = (): Judgement => {
    const { all, tried, missed } = sample(1)
    const rate = (total: number, lost: number): string => `${(100 * (total - lost) / total).toFixed(lost === 0 ? 0 : 2)} %`
    return {
      section: `${tried} mutants of ${sources} ${of}, ${all.size} kinds of fault: ${rate(tried, missed.length)} found at the right place.\n\n${table(['fault', 'mutants', 'found'],
        [...all].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([kind, total]) => [kind, `${total}`, rate(total, missed.filter(mutant => mutant.kind === kind).length)]))}`,
      problems: missed.map(({ kind, place }) => `${kind} at ${place} was not found`),
    }
  }
  return { name, missing, run, sample }
}

export const faultsInR4: SingleFaults = singleFaults('faults-r4', 'examples of R4, one for every type that has a good one', existsSync(R4) ? undefined : 'hl7.fhir.r4.examples is not installed', oneOfEachType)
export const faultsInUkCore: SingleFaults = singleFaults('faults-ukcore', 'examples of UK Core', existsSync(UKCORE) ? undefined : '../shared/ukcore is not here', ukcoreExamples)
