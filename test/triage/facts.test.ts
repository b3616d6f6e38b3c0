/** Facts in the forms that docs/triage.md lists, and what must stay unknown. */
import { hubCodeSystem, hubProfile, NHS_NUMBER_SYSTEM, ODS_ORGANISATION_SYSTEM } from '../../src/fhir/resource.ts'
import { factsOf, type Facts } from '../../src/triage/facts.ts'
import { receivedAtOf } from '../../scripts/vignette-bundle.ts'
import { referral, triage } from './referral.ts'

const SNOMED = 'http://snomed.info/sct'
const FACT = hubCodeSystem('fact')
const coded = (system: string, code: string) => ({ coding: [{ system, code }] })
const about = { subject: { reference: 'Patient/patient' } }
const observed = (system: string, code: string, rest: object, id = code) =>
  ({ resourceType: 'Observation', id, status: 'final', code: coded(system, code), effectiveDateTime: '2026-11-24T09:30:00Z', ...about, ...rest })

const facts = (patient: object, request: object = {}, ...others: readonly object[]): Facts => factsOf({
  resources: referral(patient, request, ...others), receivedAt: receivedAtOf('2026-11-24T10:15'), callerKind: undefined, vocabulary: triage.vocabulary,
})

describe('age', () => {
  it.each([
    ['1942-11-24', { low: 84, high: 84 }], ['1942-11-25', { low: 83, high: 83 }], ['2008-11-24', { low: 18, high: 18 }],
    ['1942-11', { low: 83, high: 84 }], ['2008', { low: 17, high: 18 }], ['1942', { low: 83, high: 84 }],
  ])('of someone born %s', (birthDate, expected) => {
    expect(facts({ birthDate }).age).toEqual({ value: expected, from: 'Patient/patient.birthDate' })
  })

  it.each(['2027-01-01', '1850-01-01', 'yesterday', ''])('is unknown of someone born "%s"', birthDate => {
    expect(facts({ birthDate }).age).toBeUndefined()
  })

  it('is the estimate where no birth date is known', () => {
    expect(facts({ extension: [{ url: hubProfile('estimated-age'), valueUnsignedInt: 80 }] }).age?.value).toEqual({ low: 80, high: 80 })
    expect(facts({ extension: [{ url: hubProfile('estimated-age'), valueAge: { value: 30, code: 'mo' } }] }).age).toBeUndefined()
  })
})

describe('residence and practice', () => {
  it('prefers where the person is staying, and passes over old addresses', () => {
    const address = [{ use: 'home', postalCode: 'PR7 1AA' }, { use: 'temp', postalCode: 'PR25 1AA' }, { use: 'old', postalCode: 'PR1 2AA' }]
    expect(facts({ address }).residence?.value.map(({ postcode }) => postcode)).toEqual(['PR25 1AA'])
  })

  it.each([
    ['PR1 2AB', ['PR1 2AB']], ['pr12ab, Preston', ['pr12ab', 'Preston']], ['South Ribble', ['South Ribble']], ['E07000118', ['E07000118']],
  ])('reads the answer "%s" as the question asks for it', (valueString, expected) => {
    const response = { resourceType: 'QuestionnaireResponse', id: 'form', status: 'completed', item: [{ linkId: 'residence', answer: [{ valueString }] }] }
    expect(facts({}, {}, response).residence?.value.map(({ postcode, district }) => postcode ?? district)).toEqual(expected)
  })

  it('no longer counts a stay that has ended', () => {
    const address = [{ use: 'temp', postalCode: 'PR25 1AA', period: { end: '2026-11-20' } }, { use: 'home', postalCode: 'PR7 1AA' }]
    expect(facts({ address }).residence?.value).toHaveLength(1)
  })

  it('falls back on the place of the incident', () => {
    const location = { resourceType: 'Location', id: 'scene', address: { postalCode: 'PR1 2AA' } }
    expect(facts({}, { locationReference: [{ reference: 'Location/scene' }] }, location).residence?.from).toBe('Location/scene.address.postalCode')
  })

  it('reads the ODS code of the practice from the reference, whatever the case of its system', () => {
    const generalPractitioner = [{ identifier: { system: 'http://fhir.nhs.uk/id/ods-organization-code', value: 'P81067' } }]
    expect(facts({ generalPractitioner }).practice?.value).toEqual({ ods: ['P81067'] })
  })
})

describe('referrer', () => {
  it.each([
    ['the hub code', { extension: [{ url: hubProfile('referrer-kind'), valueCodeableConcept: coded(hubCodeSystem('referrer-kind'), 'care-home') }] }, 'care-home'],
    ['the national source', { extension: [{ url: 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-SourceOfServiceRequest', valueCodeableConcept: coded(SNOMED, '185365002') }] }, 'social-care'],
    ['the person', { requester: { reference: 'Patient/patient' } }, 'self'],
    ['a relative', { requester: { reference: 'RelatedPerson/daughter' } }, 'carer'],
    ['a GP practice that is known', { requester: { identifier: { system: ODS_ORGANISATION_SYSTEM, value: 'P81067' } } }, 'gp'],
    ['the ambulance service', { requester: { identifier: { system: ODS_ORGANISATION_SYSTEM, value: 'RX7' } } }, 'ambulance'],
  ])('by %s', (_form, request, expected) => {
    expect(facts({}, request).referrer?.value).toBe(expected)
  })

  it('is unknown when nothing says so', () => {
    expect(facts({}, { requester: { display: 'Somebody' } }).referrer).toBeUndefined()
  })
})

describe('needs', () => {
  it('reads hub codes, SNOMED CT codes and Conditions, each need once, in the order given', () => {
    const request = {
      reasonCode: [coded(SNOMED, '128053003'), coded(hubCodeSystem('need'), 'catheter')], reasonReference: [{ reference: 'Condition/fall' }], code: coded(hubCodeSystem('need'), 'catheter'),
    }
    const condition = { resourceType: 'Condition', id: 'fall', code: coded(SNOMED, '161898004'), ...about }
    expect(facts({}, request, condition).needs).toEqual([
      { code: 'dvt-suspected', from: 'ServiceRequest/request.reasonCode[0]' },
      { code: 'catheter', from: 'ServiceRequest/request.reasonCode[1]' },
      { code: 'fall-no-injury', from: 'Condition/fall.code' },
    ])
  })

  it('takes no need from a refuted Condition, nor from text', () => {
    const condition = { resourceType: 'Condition', id: 'c', verificationStatus: { coding: [{ code: 'refuted' }] }, code: coded(SNOMED, '161898004'), ...about }
    expect(facts({}, { reasonReference: [{ reference: 'Condition/c' }], reasonCode: [{ text: 'had a fall' }] }, condition).needs).toEqual([])
  })
})

describe('NEWS2 as observed', () => {
  const score = (value: number) => ({ valueQuantity: { value, system: 'http://unitsofmeasure.org', code: '{ScoreOf}' } })
  const vital = (loinc: string, value: number, code: string, more: object = {}) =>
    observed('http://loinc.org', loinc, { valueQuantity: { value, system: 'http://unitsofmeasure.org', code }, ...more })
  const pressure = (value: number) => observed('http://loinc.org', '85354-9', { component: [{ code: coded('http://loinc.org', '8480-6'), valueQuantity: { value, code: 'mm[Hg]' } }] })
  const air = observed(SNOMED, '722742002', {})
  const alert = observed(SNOMED, '1104441000000107', { valueCodeableConcept: coded(SNOMED, '248234008') })
  const set = [vital('9279-1', 21, '{Breaths}/min'), vital('2708-6', 93, '%'), vital('8867-4', 95, '/min'), vital('8310-5', 37.5, 'Cel'), pressure(120), air, alert]

  it('recomputes the national example to 5 where it states 6, and counts the higher', () => {
    const { news2 } = facts({}, {}, observed(SNOMED, '1104051000000101', score(6)), ...set)
    expect([news2.total?.value, news2.stated, news2.partsSent, news2.differs]).toEqual([6, 6, 'all', true])
    expect(facts({}, {}, ...set).news2).toMatchObject({ total: { value: 5 }, partsSent: 'all', differs: false, singleThree: false })
  })

  it('does not take a part that is missing for normal', () => {
    const { news2 } = facts({}, {}, ...set.filter(({ id }) => id !== '8867-4'))
    expect([news2.partsSent, news2.parts.pulse, news2.total?.value]).toEqual(['some', undefined, 4])
  })

  it('does not score what cannot be a reading, or has no unit', () => {
    expect(facts({}, {}, pressure(8000)).news2.partsSent).toBe('none')
    expect(facts({}, {}, observed('http://loinc.org', '8310-5', { valueQuantity: { value: 37 } })).news2.partsSent).toBe('none')
  })

  it('takes the latest of several readings, of one time the worse, and none that was withdrawn', () => {
    const earlier = vital('9279-1', 30, '/min', { id: 'a', effectiveDateTime: '2026-11-24T08:00:00Z' })
    const later = vital('9279-1', 16, '/min', { id: 'b', effectiveDateTime: '2026-11-24T10:00:00Z' })
    const same = vital('9279-1', 22, '/min', { id: 'c', effectiveDateTime: '2026-11-24T10:00:00Z' })
    const withdrawn = vital('9279-1', 40, '/min', { id: 'd', effectiveDateTime: '2026-11-24T10:10:00Z', status: 'entered-in-error' })
    expect(facts({}, {}, earlier, later).news2.parts.respiration).toBe(0)
    expect(facts({}, {}, earlier, later, same, withdrawn).news2.parts.respiration).toBe(2)
  })

  it('reads sub-scores, scale 2 from its own, and both from one Observation', () => {
    const component = [['1104321000000108', 0], ['1104331000000105', 2]].map(([code, value]) => ({ code: coded(SNOMED, String(code)), ...score(Number(value)) }))
    const { news2 } = facts({}, {}, observed(SNOMED, '1104051000000101', { ...score(2), component }), vital('2708-6', 90, '%'))
    expect(news2.parts).toEqual({ saturation: 0, oxygen: 2 })
  })

  it('may be the latest when it does not say when: the worse counts', () => {
    expect(facts({}, {}, vital('9279-1', 16, '/min', { id: 'a' }), vital('9279-1', 26, '/min', { id: 'b', effectiveDateTime: undefined })).news2.parts.respiration).toBe(3)
  })

  it('takes a complete set of readings for newer than a total that was stated before it, but not an incomplete one', () => {
    const stated = observed(SNOMED, '1104051000000101', { ...score(8), effectiveDateTime: '2026-11-24T08:00:00Z' })
    expect(facts({}, {}, stated, ...set).news2).toMatchObject({ total: { value: 5 }, stated: undefined, differs: false })
    expect(facts({}, {}, stated, ...set.slice(1)).news2).toMatchObject({ total: { value: 8 }, partsSent: 'some' })
  })

  it('counts the worse of both scales of saturation where both are named, and says so', () => {
    const scales = ['1104311000000102', '1104321000000108'].map(code => observed(SNOMED, code, {}))
    const oxygen = observed(SNOMED, '371825009', {})
    const both = facts({}, {}, vital('2708-6', 90, '%'), oxygen, ...scales)
    expect([both.news2.parts.saturation, both.conflicts.map(({ fact }) => fact)]).toEqual([3, ['observation']])
    expect(facts({}, {}, vital('2708-6', 90, '%'), oxygen, scales[1] ?? {}).news2.parts.saturation).toBe(0)
    expect(facts({}, {}, vital('2708-6', 97, '%'), oxygen, ...scales).news2.parts.saturation).toBe(3)
    const unused = observed(SNOMED, '1104321000000108', { dataAbsentReason: { text: 'not used' } })
    expect(facts({}, {}, vital('2708-6', 90, '%'), oxygen, scales[0] ?? {}, unused)).toMatchObject({ news2: { parts: { saturation: 3 } }, conflicts: [] })
  })

  it('says by what each part was scored and when, and of a time still to come that it is none', () => {
    expect(facts({}, {}, vital('9279-1', 22, '/min', { id: 'a' })).news2.observed)
      .toEqual([{ parameter: 'respiration', score: 2, from: 'Observation/a.value', at: Date.parse('2026-11-24T09:30:00Z') }])
    const ahead = facts({}, {}, vital('9279-1', 22, '/min', { id: 'a', effectiveDateTime: '2026-11-24T10:31:00Z' }))
    expect([ahead.news2.observed[0]?.at, ahead.conflicts.map(({ fact }) => fact)]).toEqual([undefined, ['clock']])
    // A clock may be some minutes fast.
    expect(facts({}, {}, vital('9279-1', 22, '/min', { effectiveDateTime: '2026-11-24T10:29:00Z' })).conflicts).toEqual([])
  })

  it('is the higher of the sender’s scores and the hub’s, not a mixture of both', () => {
    const component = [['1104301000000104', 0], ['1104371000000107', 1]].map(([code, value]) => ({ code: coded(SNOMED, String(code)), ...score(Number(value)) }))
    const { news2 } = facts({}, {}, observed(SNOMED, '1104051000000101', { ...score(1), component }), ...set)
    expect([news2.total?.value, news2.differs]).toEqual([5, true])
  })

  it('takes a single 3 from the questionnaire', () => {
    const response = { resourceType: 'QuestionnaireResponse', id: 'form', status: 'completed', item: [{ linkId: 'news2-total', answer: [{ valueInteger: 3 }] }, { linkId: 'news2-single-three', answer: [{ valueBoolean: true }] }] }
    expect(facts({}, {}, response).news2).toMatchObject({ total: { value: 3 }, singleThree: true })
    expect(facts({}, {}, observed(FACT, 'news2-single-three', { valueBoolean: true })).news2).toMatchObject({ total: { value: 3 }, singleThree: true, differs: false })
  })

  it.each([
    ['8310-5', 102.2, '[degF]', { temperature: 1 }], ['8310-5', 312.6, 'K', { temperature: 2 }], ['8310-5', 37, 'C', {}],
    ['2708-6', 0.9, '1', { saturation: 3 }], ['2708-6', 11, 'kPa', {}], ['8867-4', 2, '/s', { pulse: 2 }], ['9279-1', 18, 'mm[Hg]', {}],
  ] as const)('reads LOINC %s of %s %s', (loinc, value, unit, expected) => {
    expect(facts({}, {}, vital(loinc, value, unit)).news2.parts).toEqual(expected)
  })

  it('reads a blood pressure in kPa', () => {
    const kpa = observed('http://loinc.org', '85354-9', { component: [{ code: coded('http://loinc.org', '8480-6'), valueQuantity: { value: 12, code: 'kPa' } }] })
    expect(facts({}, {}, kpa).news2.parts).toEqual({ systolic: 3 })
  })

  it('recomputes neither under 16 nor in pregnancy, but counts a total that is stated', () => {
    const worse = vital('9279-1', 40, '/min')
    expect(facts({ birthDate: '2015-01-01' }, {}, worse).news2.total).toBeUndefined()
    expect(facts({ birthDate: '2015-01-01' }, {}, worse, observed(SNOMED, '1104051000000101', score(7))).news2.total?.value).toBe(7)
  })
})

describe('consent, capacity and plans', () => {
  const consent = (category: object, rest: object = {}) => ({ resourceType: 'Consent', id: 'consent', status: 'active', category: [category], ...rest })

  it('does not take consent to share for consent to the service', () => {
    expect(facts({}, {}, consent(coded('https://fhir.nhs.uk/CodeSystem/consent-categories-bars', 'DRC'))).consent).toBeUndefined()
    expect(facts({}, {}, consent(coded(FACT, 'consent-participation'))).consent?.value).toBe('given')
    expect(facts({}, {}, consent(coded(FACT, 'consent-participation'), { provision: { type: 'deny' } })).consent?.value).toBe('declined')
  })

  it('asks for a best-interests record where capacity is lacking, whatever consent says', () => {
    const lacks = observed(FACT, 'capacity', { valueBoolean: false })
    expect(facts({}, {}, lacks, consent(coded(FACT, 'consent-participation'))).consent?.value).toBe('lacks-nobi')
    expect(facts({}, {}, lacks, observed(FACT, 'best-interests', { valueBoolean: true })).consent?.value).toBe('lacks-bi')
  })

  it('does not read "not for CPR" as "not for hospital"', () => {
    const flag = (code: object) => ({ resourceType: 'Flag', id: 'flag', status: 'active', code, ...about })
    expect(facts({}, {}, flag(coded(SNOMED, '450476008'))).advancePlan).toBeUndefined()
    expect(facts({}, {}, flag(coded(FACT, 'not-for-hospital'))).advancePlan?.value).toBe('not-for-hospital')
  })
})

describe('statements', () => {
  const said = (fact: string, id: string, valueBoolean: boolean, rest: object = {}) => observed(FACT, fact, { valueBoolean, ...rest }, id)

  it('are unknown when two of one time contradict each other, unless one side is the safe one', () => {
    expect(facts({}, {}, said('can-travel', 'a', true), said('can-travel', 'b', false)).canTravel).toBeUndefined()
    expect(facts({}, {}, said('safe-to-wait', 'a', true), said('safe-to-wait', 'b', false)).safeToWait).toEqual({ value: false, from: 'Observation/b.value' })
    expect(facts({}, {}, said('safe-to-wait', 'a', true)).safeToWait).toEqual({ value: true, from: 'Observation/a.value' })
  })

  it('count by their latest, and not once withdrawn', () => {
    const earlier = said('safe-to-wait', 'a', false, { effectiveDateTime: '2026-11-24T08:00:00Z' })
    expect(facts({}, {}, earlier, said('safe-to-wait', 'b', true)).safeToWait?.value).toBe(true)
    expect(facts({}, {}, said('safe-to-wait', 'a', false, { status: 'entered-in-error' })).safeToWait).toBeUndefined()
    expect(facts({}, {}, said('safe-to-wait', 'a', false, { status: 'cancelled' })).safeToWait).toBeUndefined()
  })

  it('are read from the latest of several responses', () => {
    const response = (id: string, authored: string, valueBoolean: boolean) => ({ resourceType: 'QuestionnaireResponse', id, status: 'completed', authored, item: [{ linkId: 'can-travel', answer: [{ valueBoolean }] }] })
    expect(facts({}, {}, response('a', '2026-11-24T08:00:00Z', true), response('b', '2026-11-24T09:00:00Z', false)).canTravel?.value).toBe(false)
  })

  it('read a day of authoring as no time of authoring', () => {
    expect(facts({}, { authoredOn: '2026-11-24' }).authoredAt).toBeUndefined()
    expect(facts({}, { authoredOn: '2026-11-24T09:00:00+00:00' }).authoredAt?.value).toBe(Date.parse('2026-11-24T09:00:00Z'))
  })

  it('take two-hour care from records of care that took place', () => {
    const care = (status: string) => ({ resourceType: 'EpisodeOfCare', id: status, status, type: [coded(hubCodeSystem('service'), 'UCR2H')], period: { start: '2026-10-01', end: '2026-10-02' } })
    expect(facts({}, {}, care('finished')).lastTwoHourResponse).toBeDefined()
    for (const status of ['planned', 'cancelled', 'entered-in-error']) expect(facts({}, {}, care(status)).lastTwoHourResponse).toBeUndefined()
  })

  it('are read from a questionnaire at any depth', () => {
    const response = { resourceType: 'QuestionnaireResponse', id: 'form', status: 'completed', item: [{ linkId: 'home', item: [{ linkId: 'can-travel', answer: [{ valueBoolean: false }] }] }] }
    expect(facts({}, {}, response).canTravel).toEqual({ value: false, from: "QuestionnaireResponse/form.item('can-travel').answer" })
  })

  it('read the last two-hour care, but none in the future', () => {
    expect(facts({}, {}, observed(FACT, 'last-two-hour-response', { valueDateTime: '2026-12-01' })).lastTwoHourResponse).toBeUndefined()
  })
})

it('says nothing of the person by name or number', () => {
  const known = facts({ name: [{ family: 'Secret' }], identifier: [{ system: NHS_NUMBER_SYSTEM, value: '9000000009' }], birthDate: '1942-01-01' })
  expect(JSON.stringify(known)).not.toMatch(/Secret|9000000009/)
})
