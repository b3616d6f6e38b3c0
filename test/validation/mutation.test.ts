/**
 * From good resources many bad ones, each with one fault: every fault must be found, at its place.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { compileTypes } from '../../src/validation/types.ts'
import { mutantsOf, type Mutant } from './mutants.ts'
import { check, definitions, errorsOf, observation, patient, serviceRequest } from './setup.ts'

const types = compileTypes(definitions)
const OPTIONS = { profiles: 'ukcore', unknownProfile: 'warning' } as const

const isFound = ({ resource, place }: Mutant): boolean =>
  errorsOf(check(resource(), OPTIONS)).some(({ expression: [at = ''] }) => at.startsWith(place))

const missed = (mutants: readonly Mutant[]): string[] => mutants.filter(mutant => !isFound(mutant)).map(({ kind, place }) => `${kind} at ${place}`)

describe('single faults', () => {
  it.each([['Patient', patient], ['ServiceRequest', serviceRequest], ['Observation', observation]])('in a %s are all found where they are', (_type, resource) => {
    const mutants = mutantsOf(resource, types)
    expect(mutants.length).toBeGreaterThan(90)
    expect(missed(mutants)).toEqual([])
  })

  const folder = new URL('../../../shared/ukcore/stu3/examples/', import.meta.url)
  const isThere = existsSync(folder);
  (isThere ? it : it.skip)(`in UK Core's examples, one in fifteen${isThere ? '' : ' (skipped: ../shared/ukcore is not here)'}`, () => {
    const mutants = readdirSync(folder).map(file => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as { resourceType: string })
      .filter(resource => errorsOf(check(resource, OPTIONS)).length === 0).flatMap(resource => mutantsOf(resource, types))
    const sample = mutants.filter((_mutant, i) => i % 15 === 0)
    expect(new Set(sample.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(22)
    expect(sample.length).toBeGreaterThan(2000)
    expect(missed(sample)).toEqual([])
  })
})
