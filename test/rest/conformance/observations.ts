/** Observations for dates in every precision and form, quantities, codes, components and references. */
import type { Fixture } from './data.ts'

export const LOINC = 'http://loinc.org'
export const UCUM = 'http://unitsofmeasure.org'
const CATEGORY = 'http://terminology.hl7.org/CodeSystem/observation-category'

const observation = (id: string, code: object, more: object): Fixture =>
  ({ resourceType: 'Observation', id, status: 'final', code, subject: { reference: 'Patient/ann' }, ...more })

const coded = (code: string, display?: string): object => ({ coding: [{ system: LOINC, code, ...(display === undefined ? {} : { display }) }] })

/** `code=dated`: 2025-03 in all its forms. */
const dated = (id: string, effective: object): Fixture => observation(id, { coding: [{ code: 'dated' }] }, effective)

const dates: readonly Fixture[] = [
  dated('year', { effectiveDateTime: '2025' }),
  dated('month', { effectiveDateTime: '2025-03' }),
  dated('day', { effectiveDateTime: '2025-03-15' }),
  dated('second', { effectiveDateTime: '2025-03-15T08:30:00Z' }),
  dated('zoned', { effectiveDateTime: '2025-03-15T23:30:00-05:00' }),
  dated('period', { effectivePeriod: { start: '2025-03-10', end: '2025-03-20' } }),
  dated('open', { effectivePeriod: { start: '2025-03-18' } }),
  dated('timing', { effectiveTiming: { event: ['2025-03-01', '2025-03-31'] } }),
]

/** `code=summer`: on either side of the first midnight of July in London, which is 23:00 UTC. */
const summer: readonly Fixture[] = [
  observation('before-midnight', { coding: [{ code: 'summer' }] }, { effectiveDateTime: '2026-06-30T22:59:59Z' }),
  observation('after-midnight', { coding: [{ code: 'summer' }] }, { effectiveDateTime: '2026-06-30T23:30:00Z' }),
  observation('millisecond', { coding: [{ code: 'summer' }] }, { effectiveDateTime: '2026-07-02T12:00:00.123Z' }),
]

const measured = (id: string, value: number, unit: string, more: object = { system: UCUM, code: unit }): Fixture =>
  observation(id, coded('29463-7', 'Body weight'), { valueQuantity: { value, unit, ...more }, subject: { reference: 'Patient/bjorn' } })

const quantities: readonly Fixture[] = [
  measured('kg-70', 70, 'kg'), measured('kg-69-5', 69.5, 'kg'), measured('kg-70-4', 70.4, 'kg'), measured('kg-70-5', 70.5, 'kg'),
  measured('stone-11', 11, 'stone', {}), measured('lb-70', 70, '[lb_av]'),
]

const pressure = (id: string, systolic: number, diastolic: number): Fixture => observation(id, coded('85354-9', 'Blood pressure'), {
  category: [{ coding: [{ system: CATEGORY, code: 'vital-signs' }] }, { coding: [{ system: CATEGORY, code: 'exam' }], text: 'Bedside' }],
  component: [
    { code: coded('8480-6', 'Systolic'), valueQuantity: { value: systolic, unit: 'mmHg', system: UCUM, code: 'mm[Hg]' } },
    { code: coded('8462-4', 'Diastolic'), valueQuantity: { value: diastolic, unit: 'mmHg', system: UCUM, code: 'mm[Hg]' } },
  ],
})

const others: readonly Fixture[] = [
  pressure('pressure-high', 150, 90), pressure('pressure-odd', 90, 150),
  observation('pulse', { coding: [{ system: LOINC, code: '8867-4', display: 'Heart rate' }], text: 'Pulse at rest' }, {
    subject: { reference: 'Patient/carl' }, encounter: { reference: 'Encounter/no-period' },
    category: [{ coding: [{ system: CATEGORY, code: 'vital-signs' }] }],
    valueQuantity: { value: 72, unit: 'per minute', system: UCUM, code: '/min' },
    derivedFrom: [{ reference: 'Observation/pressure-high' }],
  }),
  observation('mood', { text: 'Mood of the day' }, {
    subject: { identifier: { system: 'https://gp.example/Id/mrn', value: 'elsewhere' }, display: 'somebody elsewhere' },
    valueCodeableConcept: { coding: [{ system: 'https://x.example/mood', code: 'low' }] },
    hasMember: [{ reference: 'Observation/pulse' }],
  }),
  observation('letters', { coding: [{ code: '8867-4' }, { system: 'https://x.example/local', code: 'A|B' }] }, {
    subject: { reference: 'Group/household' }, valueString: 'Grazed knee',
  }),
]

export const observations: readonly Fixture[] = [...dates, ...summer, ...quantities, ...others]
