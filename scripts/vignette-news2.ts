/**
 * NEWS2 of a vignette as it would be sent: a stated total alone, or with the parts that make it up where the vignette
 * says whether one of them scores 3. First form: the observations themselves; second: sub-scores as components.
 */
import type { CodeableConcept, Reference } from 'fhir/r4.js'
import type { Forms, Given, Sent } from './vignette-bundle.ts'

const SNOMED = 'http://snomed.info/sct'
const LOINC = 'http://loinc.org'
const UCUM = 'http://unitsofmeasure.org'
const CATEGORY = 'http://terminology.hl7.org/CodeSystem/observation-category'

const coding = (system: string, ...codes: readonly string[]) => codes.map(code => ({ system, code }))
const ACVPU = '1104441000000107'

interface Part {
  readonly subScore: string
  /** The observation that scores as its place in the list; undefined where no reading scores so. */
  readonly observed: readonly (number | string | undefined)[]
}

/** In the order in which points are given out: new confusion first, so that it is the single 3; then what has no 1. */
const PARTS = {
  consciousness: { subScore: '1104361000000100', observed: ['248234008', undefined, undefined, '130987000'] },
  oxygen: { subScore: '1104331000000105', observed: ['722742002', undefined, '371825009'] },
  respiration: { subScore: '1104301000000104', observed: [16, 10, 22, 26] },
  saturation: { subScore: '1104311000000102', observed: [97, 95, 92, 90] },
  pulse: { subScore: '1104351000000103', observed: [75, 100, 120, 135] },
  systolic: { subScore: '1104341000000101', observed: [130, 105, 95, 88] },
  temperature: { subScore: '1104371000000107', observed: [36.8, 38.5, 39.5, 34.5] },
} as const satisfies Record<string, Part>
type Name = keyof typeof PARTS
const NAMES = Object.keys(PARTS) as readonly Name[]

/** Scores that add up to the total, as far as they can: one of 3 first where there is one, the others as low as may be. */
export const partsOf = (total: number, anySingleThree: boolean): Readonly<Record<Name, number>> => {
  const scores = Object.fromEntries(NAMES.map(name => [name, 0])) as Record<Name, number>
  let left = total
  const give = (name: Name, upTo: number): void => {
    const { observed } = PARTS[name] as Part
    for (let score = Math.min(upTo, left + scores[name]); score > scores[name]; score--) {
      if (observed[score] === undefined) continue
      left -= score - scores[name]
      scores[name] = score
    }
  }
  if (anySingleThree) {
    scores.consciousness = 3
    left -= 3
  }
  for (const upTo of anySingleThree ? [1, 2, 3] : [1, 2]) for (const name of NAMES) give(name, name === 'consciousness' ? scores.consciousness : upTo)
  return scores
}

const score = (value: number) => ({ valueQuantity: { value, unit: 'ScoreOf', system: UCUM, code: '{ScoreOf}' } })

export const news2Sent = ({ news2: total, anySingleThree }: Given, forms: Forms, subject: Reference, at: string): readonly Sent[] => {
  if (typeof total !== 'number') return []
  const observation = (code: CodeableConcept, category: string, rest: object): Sent =>
    ({ resourceType: 'Observation', status: 'final', category: [{ coding: coding(CATEGORY, category) }], code, subject, effectiveDateTime: at, ...rest })
  const stated = { coding: coding(SNOMED, '1104051000000101') }
  if (anySingleThree === undefined) return [observation(stated, 'survey', score(total))]
  const scores = partsOf(total, anySingleThree)
  if (forms === 'second') {
    const component = NAMES.map(name => ({ code: { coding: coding(SNOMED, PARTS[name].subScore) }, ...score(scores[name]) }))
    return [observation(stated, 'survey', { ...score(total), component })]
  }

  const reading = (name: Name) => (PARTS[name] as Part).observed[scores[name]]
  const measured = (name: Name, loinc: string, snomed: string, unit: string, code: string) =>
    ({ code: { coding: [...coding(LOINC, loinc), ...coding(SNOMED, snomed)] }, valueQuantity: { value: reading(name), unit, system: UCUM, code } })
  const vital = (...args: Parameters<typeof measured>): Sent => {
    const { code, ...value } = measured(...args)
    return observation(code, 'vital-signs', value)
  }
  return [
    observation(stated, 'survey', score(total)),
    vital('respiration', '9279-1', '86290005', 'per minute', '/min'),
    vital('saturation', '2708-6', '103228002', 'percent', '%'),
    vital('pulse', '8867-4', '364075005', 'per minute', '/min'),
    vital('temperature', '8310-5', '276885007', 'degree Celsius', 'Cel'),
    observation({ coding: [...coding(LOINC, '85354-9'), ...coding(SNOMED, '75367002')] }, 'vital-signs',
      { component: [measured('systolic', '8480-6', '72313002', 'millimeter of mercury', 'mm[Hg]')] }),
    observation({ coding: coding(SNOMED, String(reading('oxygen'))) }, 'vital-signs', {}),
    observation({ coding: coding(SNOMED, ACVPU) }, 'survey', { valueCodeableConcept: { coding: coding(SNOMED, String(reading('consciousness'))) } }),
  ]
}
