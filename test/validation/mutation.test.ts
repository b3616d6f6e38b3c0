/** From good resources many bad ones, each with one fault: every fault must be found, at its place. */
import { compileTypes } from '../../src/validation/types.ts'
import { sectionOf } from './judged/set.ts'
import { describeSet } from './judged/section.ts'
import { faultsInR4, faultsInUkCore } from './judged/single-faults.ts'
import { mutantsOf, type Mutant } from './mutants/mutants.ts'
import { check, definitions, errorsOf, observation, patient, serviceRequest } from './setup.ts'

const named = ({ kind, place }: Mutant): string => `${kind} at ${place}`

describe('single faults', () => {
  const types = compileTypes(definitions)
  it.each([['Patient', patient], ['ServiceRequest', serviceRequest], ['Observation', observation]])('in a %s are all found', (_type, resource) => {
    const mutants = mutantsOf(resource, types, definitions)
    expect(mutants.length).toBeGreaterThan(150)
    expect(mutants.filter(mutant => errorsOf(check(mutant.resource())).length === 0).map(named)).toEqual([])
  })
})

describe.each([['R4', faultsInR4, 60], ['UK Core', faultsInUkCore, 30]] as const)('single faults in the examples of %s', (_name, set, oneIn) => {
  describeSet(`one in ${oneIn}`, set, () => {
    let sample: ReturnType<typeof set.sample>
    beforeAll(() => { sample = set.sample(oneIn) })

    it('are all found where they are', () => {
      const { tried, missed } = sample
      expect(tried).toBeGreaterThan(500)
      expect(missed.map(named)).toEqual([])
    })

    it('are as many, of as many kinds, as docs/validation.md says', () => {
      const { all } = sample
      const section = sectionOf(set.name)
      const kinds = [...section.matchAll(/^\| (?!fault \|)([^|]+) \| (\d+) \|/gm)].map(([, kind, count]) => [kind, Number(count)])
      expect(kinds).toEqual([...all].toSorted(([one], [other]) => (one < other ? -1 : 1)))
      expect(section).toContain(`${all.size} kinds of fault: 100 % found at the right place`)
      expect(all.size).toBeGreaterThanOrEqual(25)
    })
  })
})
