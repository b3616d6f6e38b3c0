/**
 * Every form of every fact in the model's table ("Where facts come from"), one row each: the form alone gives the fact,
 * with the reference it came from. Below, forms that contradict each other: a named conflict, never a silent choice.
 */
import type { Observation } from 'fhir/r4.js'
import { hubCodeSystem, hubProfile, ODS_ORGANISATION_SYSTEM } from '../../src/fhir/resource.ts'
import { factsOf, type Facts } from '../../src/triage/facts.ts'
import { receivedAtOf } from '../../scripts/vignette-bundle.ts'
import { referral, triage } from './referral.ts'

const SNOMED = 'http://snomed.info/sct'
const LOINC = 'http://loinc.org'
const FACT = hubCodeSystem('fact')
const ROLE_CODE = 'http://terminology.hl7.org/CodeSystem/v3-RoleCode'
const ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode'
const SOURCE = 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-SourceOfServiceRequest'
const ODS_ROLES = 'https://directory.spineservices.nhs.uk/STU3/CodeSystem/ODSAPI-OrganizationRole-1'

const coded = (system: string, code: string) => ({ coding: [{ system, code }] })
const resource = (resourceType: string, rest: object, id = resourceType.toLowerCase()) => ({ resourceType, id, ...rest })
const observed = (code: object, rest: object, id = 'o'): object =>
  resource('Observation', { status: 'final', code, effectiveDateTime: '2026-11-24T09:30:00Z', ...rest } satisfies Partial<Observation>, id)
const said = (linkId: string, ...answers: readonly object[]) => resource('QuestionnaireResponse', { status: 'completed', item: [{ linkId, answer: answers }] }, 'form')
const flag = (rest: object) => resource('Flag', { status: 'active', ...rest })
const condition = (rest: object) => resource('Condition', rest)
const carePlan = (system: string, code: string) =>
  resource('CarePlan', { status: 'active', intent: 'plan', activity: [{ outcomeCodeableConcept: [coded(system, code)] }] })
const encounter = (code: string, rest: object = {}) => resource('Encounter', { status: 'in-progress', class: { system: ACT_CODE, code }, ...rest })
const location = (rest: object) => resource('Location', rest)
const kind = (code: string) => coded(hubCodeSystem('referrer-kind'), code)
const requester = { requester: { reference: 'Organization/organization' } }
const organization = (rest: object) => resource('Organization', rest)
const address = (postalCode: string, use = 'home') => ({ use, postalCode })
const quantity = (value: number, code: string) => ({ valueQuantity: { value, system: 'http://unitsofmeasure.org', code } })

interface Sent {
  readonly patient?: object
  readonly request?: object
  readonly others?: readonly object[]
  readonly callerKind?: string
}

const factsIn = ({ patient = {}, request = {}, others = [], callerKind }: Sent): Facts => factsOf({
  resources: referral(patient, request, ...others), receivedAt: receivedAtOf('2026-11-24T10:15'), callerKind, vocabulary: triage.vocabulary,
})

/** Name of a fact, form, what is sent, value, reference. */
type Row = readonly [fact: keyof Facts, form: string, sent: Sent, value: unknown, from: string]

const referrerRows: readonly Row[] = [
  ['referrer', 'requester, a PractitionerRole by its code', { request: { requester: { reference: 'PractitionerRole/practitionerrole' } }, others: [resource('PractitionerRole', { code: [coded(SNOMED, '1077191000000103')] })] }, 'district-nurse', 'ServiceRequest/request.requester'],
  ['referrer', 'requester, a PractitionerRole by its Organization', { request: { requester: { reference: 'PractitionerRole/practitionerrole' } }, others: [resource('PractitionerRole', { organization: { identifier: { system: ODS_ORGANISATION_SYSTEM, value: 'RX7' } } })] }, 'ambulance', 'ServiceRequest/request.requester'],
  ['referrer', 'requester, an Organization by its ODS role', { request: requester, others: [organization({ type: [coded(ODS_ROLES, 'RO104')] })] }, 'care-home', 'ServiceRequest/request.requester'],
  ['referrer', 'requester, an Organization by its ODS code', { request: requester, others: [organization({ identifier: [{ system: ODS_ORGANISATION_SYSTEM, value: 'RX7' }] })] }, 'ambulance', 'ServiceRequest/request.requester'],
  ['referrer', 'requester, the person', { request: { requester: { reference: 'Patient/patient' } } }, 'self', 'ServiceRequest/request.requester'],
  ['referrer', 'requester, a relative', { request: { requester: { reference: 'RelatedPerson/x' } } }, 'carer', 'ServiceRequest/request.requester'],
  ['referrer', 'extension SourceOfServiceRequest', { request: { extension: [{ url: SOURCE, valueCodeableConcept: coded(SNOMED, '185365002') }] } }, 'social-care', 'ServiceRequest/request.extension(SourceOfServiceRequest)'],
  ['referrer', 'the registered kind of the caller', { callerKind: 'ooh' }, 'ooh', 'registered client'],
  ['referrer', 'hub code system referrer-kind', { request: { extension: [{ url: hubProfile('referrer-kind'), valueCodeableConcept: kind('hdt') }] } }, 'hdt', 'ServiceRequest/request.extension(referrer-kind)'],
  ['referrer', 'questionnaire', { others: [said('referrer', { valueCoding: { code: 'gp' } })] }, 'gp', "QuestionnaireResponse/form.item('referrer').answer"],
]

const personRows: readonly Row[] = [
  ['age', 'Patient.birthDate', { patient: { birthDate: '1942-11-25' } }, { low: 83, high: 83 }, 'Patient/patient.birthDate'],
  ['age', 'year of birth that straddles a limit', { patient: { birthDate: '2008' } }, { low: 17, high: 18 }, 'Patient/patient.birthDate'],
  ['age', 'year and month of birth', { patient: { birthDate: '2008-11' } }, { low: 17, high: 18 }, 'Patient/patient.birthDate'],
  ['age', 'extension estimated-age', { patient: { extension: [{ url: hubProfile('estimated-age'), valueUnsignedInt: 80 }] } }, { low: 80, high: 80 }, 'Patient/patient.extension(estimated-age)'],
  ['age', 'questionnaire', { others: [said('age', { valueInteger: 80 })] }, { low: 80, high: 80 }, "QuestionnaireResponse/form.item('age').answer"],
  ['residence', 'home postcode', { patient: { address: [address('PR1 2AA')] } }, [{ postcode: 'PR1 2AA', from: 'Patient/patient.address[0].postalCode' }], 'Patient/patient.address[0].postalCode'],
  ['residence', 'temporary instead of home', { patient: { address: [address('PR1 2AA'), address('PR7 1AA', 'temp')] } }, [{ postcode: 'PR7 1AA', from: 'Patient/patient.address[1].postalCode' }], 'Patient/patient.address[1].postalCode'],
  ['residence', 'code of the district', { patient: { address: [{ use: 'home', district: 'E07000123' }] } }, [{ district: 'E07000123', from: 'Patient/patient.address[0].district' }], 'Patient/patient.address[0].district'],
  ['residence', 'place of the incident, named by the request', { request: { locationReference: [{ reference: 'Location/location' }] }, others: [location({ address: { postalCode: 'PR1 2AA' } })] }, [{ postcode: 'PR1 2AA', from: 'Location/location.address.postalCode', isIncident: true }], 'Location/location.address.postalCode'],
  ['residence', 'place of the incident, by its type', { others: [location({ type: [{ coding: [{ code: 'ILOC' }] }], address: { postalCode: 'PR1 2AA' } })] }, [{ postcode: 'PR1 2AA', from: 'Location/location.address.postalCode', isIncident: true }], 'Location/location.address.postalCode'],
  ['residence', 'questionnaire', { others: [said('residence', { valueString: 'Preston' })] }, [{ district: 'Preston', from: "QuestionnaireResponse/form.item('residence').answer" }], "QuestionnaireResponse/form.item('residence').answer"],
  ['practice', 'ODS code', { patient: { generalPractitioner: [{ identifier: { system: ODS_ORGANISATION_SYSTEM, value: 'P81067' } }] } }, { ods: ['P81067'] }, 'Patient/patient.generalPractitioner[0]'],
  ['practice', 'ODS code of the Organization', { patient: { generalPractitioner: [{ reference: 'Organization/organization' }] }, others: [organization({ identifier: [{ system: ODS_ORGANISATION_SYSTEM, value: 'P81067' }] })] }, { ods: ['P81067'] }, 'Patient/patient.generalPractitioner[0]'],
  ['practice', 'postcode of the Organization', { patient: { generalPractitioner: [{ reference: 'Organization/organization' }] }, others: [organization({ address: [{ postalCode: 'PR1 2AA' }] })] }, { ods: [], postcode: 'PR1 2AA' }, 'Patient/patient.generalPractitioner[0]'],
  ['practice', 'questionnaire', { others: [said('practice', { valueString: 'P81067' })] }, { ods: ['P81067'] }, "QuestionnaireResponse/form.item('practice').answer"],
]

const settingRows: readonly Row[] = [
  ['setting', 'Encounter.class of an inpatient', { others: [encounter('IMP')] }, 'hospital-ward', 'Encounter/encounter.class'],
  ['setting', 'Encounter.class of a department that refers', { others: [encounter('EMER')], callerKind: 'ed' }, 'ed', 'Encounter/encounter.class'],
  ['setting', 'Encounter.class of a visit at home', { others: [encounter('HH')] }, 'own-home', 'Encounter/encounter.class'],
  ['setting', 'type of the Encounter’s Location', { others: [encounter('HH', { location: [{ location: { reference: 'Location/location' } }] }), location({ type: [coded(ROLE_CODE, 'NCCF')] })] }, 'care-home', 'Encounter/encounter.location'],
  ['setting', 'Location.type', { others: [location({ type: [coded(ROLE_CODE, 'HU')] })] }, 'hospital-ward', 'Location/location.type'],
  ['setting', 'Observation of residence, a care home', { others: [observed(coded(SNOMED, '160734000'), {})] }, 'care-home', 'Observation/o.code'],
  ['setting', 'Observation of residence, a residential home, as a value', { others: [observed(coded(SNOMED, '224249004'), { valueCodeableConcept: coded(SNOMED, '394923006') })] }, 'care-home', 'Observation/o.value'],
  ['setting', 'type of the Organization that refers', { request: requester, others: [organization({ type: [coded(ODS_ROLES, 'RO104')] })] }, 'care-home', 'Organization/organization.type'],
  ['setting', 'questionnaire', { others: [said('setting', { valueCoding: { code: 'ed' } })] }, 'ed', "QuestionnaireResponse/form.item('setting').answer"],
]

const planRows: readonly Row[] = [
  ['frailty', 'Observation', { others: [observed(coded(SNOMED, '763264000'), { valueInteger: 6 })] }, 6, 'Observation/o.value'],
  ...([['925791000000100', 5], ['925831000000107', 6], ['925861000000102', 7]] as const).map(([code, score]): Row =>
    ['frailty', `Condition of the frailty index ${code}`, { others: [condition({ code: coded(SNOMED, code) })] }, score, 'Condition/condition.code']),
  ['frailty', 'questionnaire', { others: [said('frailty', { valueInteger: 4 })] }, 4, "QuestionnaireResponse/form.item('frailty').answer"],
  ['advancePlan', 'Flag', { others: [flag({ code: coded(FACT, 'not-for-hospital') })] }, 'not-for-hospital', 'Flag/flag.code'],
  ['advancePlan', 'Consent, treatment preference', { others: [resource('Consent', { status: 'active', category: [coded(FACT, 'not-for-hospital')] })] }, 'not-for-hospital', 'Consent/consent'],
  ['advancePlan', 'ReSPECT document with the decision coded', { others: [resource('DocumentReference', { status: 'current', type: coded(SNOMED, '1107891000000106'), context: { event: [coded(FACT, 'not-for-hospital')] } })] }, 'not-for-hospital', 'DocumentReference/documentreference'],
  ['advancePlan', 'questionnaire', { others: [said('advance-plan', { valueCoding: { code: 'not-for-hospital' } })] }, 'not-for-hospital', "QuestionnaireResponse/form.item('advance-plan').answer"],
  ['consent', 'Consent', { others: [resource('Consent', { status: 'active', category: [coded(FACT, 'consent-participation')] })] }, 'given', 'Consent/consent'],
  ['consent', 'Consent that was refused', { others: [resource('Consent', { status: 'rejected', category: [coded(FACT, 'consent-participation')] })] }, 'declined', 'Consent/consent'],
  ['consent', 'Observation', { others: [observed(coded(FACT, 'consent-participation'), { valueBoolean: false })] }, 'declined', 'Observation/o.value'],
  ['consent', 'questionnaire', { others: [said('consent-participation', { valueBoolean: true })] }, 'given', "QuestionnaireResponse/form.item('consent-participation').answer"],
  ['consent', 'no capacity', { others: [observed(coded(FACT, 'capacity'), { valueBoolean: false })] }, 'lacks-nobi', 'Observation/o.value'],
  ['consent', 'no capacity, best-interests record as an Observation', { others: [observed(coded(FACT, 'capacity'), { valueBoolean: false }), observed(coded(FACT, 'best-interests'), { valueBoolean: true }, 'p')] }, 'lacks-bi', 'Observation/o.value'],
  ['consent', 'no capacity, best-interests record as a document', { others: [observed(coded(FACT, 'capacity'), { valueBoolean: false }), resource('DocumentReference', { status: 'current', category: [coded(FACT, 'best-interests')] })] }, 'lacks-bi', 'Observation/o.value'],
]

const STATEMENTS = [
  ['safeToWait', 'safe-to-wait'], ['canTravel', 'can-travel'], ['rehabPotential', 'rehab-potential'], ['longTermCondition', 'long-term-condition'],
  ['admissionDecided', 'admission-decided'], ['safeguarding', 'safeguarding'],
] as const

const statementRows: readonly Row[] = [
  ...STATEMENTS.flatMap(([fact, code]): readonly Row[] => [
    [fact, 'Observation', { others: [observed(coded(FACT, code), { valueBoolean: false })] }, false, 'Observation/o.value'],
    [fact, 'Observation, yes as a code', { others: [observed(coded(FACT, code), { valueCodeableConcept: coded(SNOMED, '373066001') })] }, true, 'Observation/o.value'],
    [fact, 'questionnaire', { others: [said(code, { valueBoolean: true })] }, true, `QuestionnaireResponse/form.item('${code}').answer`],
    [fact, 'reasonCode', { request: { reasonCode: [coded(FACT, code)] } }, true, 'ServiceRequest/request.reasonCode'],
  ]),
  ['canTravel', 'housebound', { others: [condition({ code: coded(SNOMED, '160689007') })] }, false, 'Condition/condition.code'],
  ['longTermCondition', 'chronic disease', { others: [condition({ code: coded(SNOMED, '27624003') })] }, true, 'Condition/condition.code'],
  ['admissionDecided', 'an order to admit', { request: { code: coded(SNOMED, '32485007') } }, true, 'ServiceRequest/request.code'],
  ['admissionDecided', 'a Task to admit', { others: [resource('Task', { status: 'requested', code: coded(SNOMED, '183452005') })] }, true, 'Task/task.code'],
  ['dischargeNotice', 'Observation', { others: [observed(coded(FACT, 'discharge-notice'), { valueString: 'section2' })] }, 'section2', 'Observation/o.value'],
  ['dischargeNotice', 'questionnaire', { others: [said('discharge-notice', { valueCoding: { code: 'section5' } })] }, 'section5', "QuestionnaireResponse/form.item('discharge-notice').answer"],
  ['ambulanceCategory', 'extension', { request: { extension: [{ url: hubProfile('ambulance-category'), valueCodeableConcept: coded('https://fhir.nhs.uk/CodeSystem/arp-priority-codes', 'C3') }] } }, 'C3', 'ServiceRequest/request.extension(ambulance-category)'],
  ['ambulanceCategory', 'outcome of a CarePlan', { others: [carePlan('https://fhir.nhs.uk/CodeSystem/arp-priority-codes', 'C5')] }, 'C5', 'CarePlan/careplan.activity.outcomeCodeableConcept'],
  ['safeguarding', 'Flag of category SG', { others: [flag({ category: [coded('https://fhir.nhs.uk/CodeSystem/flag-categories-bars', 'SG')] })] }, true, 'Flag/flag'],
  ['safeguarding', 'Flag 766561000000109', { others: [flag({ code: coded(SNOMED, '766561000000109') })] }, true, 'Flag/flag'],
]

describe('each form alone gives the fact, with the reference it came from', () => {
  it.each([...referrerRows, ...personRows, ...settingRows, ...planRows, ...statementRows])('%s: %s', (fact, _form, sent, value, from) => {
    const facts = factsIn(sent)
    expect(facts[fact]).toEqual({ value, from })
    expect(facts.conflicts).toEqual([])
  })

  it.each([
    ['161898004', 'fall-no-injury'], ['1912002', 'fall-no-injury'], ['248279007', 'frailty-decomp'], ['8510008', 'reduced-function'],
    ['103735009', 'palliative-crisis'], ['130987000', 'confusion'], ['2776000', 'confusion'], ['302866003', 'diabetes'], ['195951007', 'resp-acute'],
    ['233604007', 'resp-acute'], ['84114007', 'hf-decomp'], ['128045006', 'cellulitis-iv'], ['68566005', 'uti-iv'], ['128053003', 'dvt-suspected'], ['34095006', 'sc-fluids'],
  ])('need: SNOMED %s of the domain is %s', (code, need) => {
    expect(factsIn({ request: { reasonCode: [coded(SNOMED, code)] } }).needs).toEqual([{ code: need, from: 'ServiceRequest/request.reasonCode[0]' }])
  })

  it.each([
    ['reasonCode', { request: { reasonCode: [coded(hubCodeSystem('need'), 'catheter')] } }, 'ServiceRequest/request.reasonCode[0]'],
    ['reasonReference', { request: { reasonReference: [{ reference: 'Condition/condition' }] }, others: [condition({ code: coded(hubCodeSystem('need'), 'catheter') })] }, 'Condition/condition.code'],
    ['code', { request: { code: coded(hubCodeSystem('need'), 'catheter') } }, 'ServiceRequest/request.code'],
    ['orderDetail', { request: { orderDetail: [coded(hubCodeSystem('need'), 'catheter')] } }, 'ServiceRequest/request.orderDetail[0]'],
    ['questionnaire', { others: [said('need', { valueCoding: { code: 'catheter' } })] }, "QuestionnaireResponse/form.item('need').answer"],
  ])('need: %s', (_form, sent, from) => {
    expect(factsIn(sent).needs).toEqual([{ code: 'catheter', from }])
  })

  it.each([
    ['redFlags', 'seizure', 'Flag', { others: [flag({ code: coded(hubCodeSystem('red-flag'), 'seizure') })] }, 'Flag/flag.code'],
    ['redFlags', 'seizure', 'Condition', { others: [condition({ code: coded(hubCodeSystem('red-flag'), 'seizure') })] }, 'Condition/condition.code'],
    ['redFlags', 'seizure', 'questionnaire', { others: [said('red-flag', { valueCoding: { code: 'seizure' } })] }, "QuestionnaireResponse/form.item('red-flag').answer"],
    ['redFlags', 'major-bleed', 'Pathways disposition', { others: [carePlan('https://fhir.nhs.uk/CodeSystem/pathways-dx-codes', 'Dx0116')] }, 'CarePlan/careplan.activity.outcomeCodeableConcept'],
    ['softFlags', 'long-lie', 'Flag', { others: [flag({ code: coded(hubCodeSystem('soft-flag'), 'long-lie') })] }, 'Flag/flag.code'],
    ['softFlags', 'long-lie', 'questionnaire', { others: [said('soft-flag', { valueCoding: { code: 'long-lie' } })] }, "QuestionnaireResponse/form.item('soft-flag').answer"],
  ] as const)('%s: %s as a %s', (flags, code, _form, sent, from) => {
    expect(factsIn(sent)[flags]).toEqual([{ code, from }])
  })

  it.each([
    ['total as stated', { others: [observed(coded(SNOMED, '1104051000000101'), { valueInteger: 4 })] }, 4, 'Observation/o.value'],
    ['total of the hub’s code', { others: [observed(coded(FACT, 'news2-total'), { valueInteger: 4 })] }, 4, 'Observation/o.value'],
    ['questionnaire', { others: [said('news2-total', { valueInteger: 4 })] }, 4, "QuestionnaireResponse/form.item('news2-total').answer"],
    ['sub-score alone', { others: [observed(coded(SNOMED, '1104301000000104'), { valueInteger: 2 })] }, 2, 'Observation/o.value'],
    ['sub-score as a component', { others: [observed(coded(SNOMED, '1104051000000101'), { component: [{ code: coded(SNOMED, '1104301000000104'), valueInteger: 2 }] })] }, 2, 'Observation/o.component'],
    ['LOINC', { others: [observed(coded(LOINC, '9279-1'), quantity(22, '/min'))] }, 2, 'Observation/o.value'],
    ['SNOMED CT', { others: [observed(coded(SNOMED, '86290005'), quantity(22, '/min'))] }, 2, 'Observation/o.value'],
    ['another unit', { others: [observed(coded(SNOMED, '276885007'), quantity(102.2, '[degF]'))] }, 1, 'Observation/o.value'],
    ['component', { others: [observed(coded(LOINC, '85354-9'), { component: [{ code: coded(LOINC, '8480-6'), ...quantity(95, 'mm[Hg]') }] })] }, 2, 'Observation/o.component'],
    ['ACVPU', { others: [observed(coded(SNOMED, '1104441000000107'), { valueCodeableConcept: coded(SNOMED, '300202002') })] }, 3, 'Observation/o.value'],
    ['oxygen', { others: [observed(coded(SNOMED, '371825009'), {})] }, 2, 'Observation/o.value'],
  ] as const)('NEWS2: %s', (_form, sent, value, from) => {
    expect(factsIn(sent).news2.total).toEqual({ value, from })
  })

  it.each([
    ['declared', [observed(coded(FACT, 'last-two-hour-response'), { valueDateTime: '2026-10-01' })], 'Observation/o.value'],
    ['records of care', [resource('EpisodeOfCare', { status: 'finished', type: [coded(hubCodeSystem('service'), 'UCR2H')], period: { end: '2026-10-01' } })], 'EpisodeOfCare/episodeofcare.period'],
    ['questionnaire', [said('last-two-hour-response', { valueDateTime: '2026-10-01' })], "QuestionnaireResponse/form.item('last-two-hour-response').answer"],
  ])('two-hour care: %s', (_form, others, from) => {
    expect(factsIn({ others }).lastTwoHourResponse?.from).toBe(from)
  })
})

describe('forms that contradict each other are a named conflict, and nothing is chosen', () => {
  const consent = (id: string, type: 'permit' | 'deny') => resource('Consent', { status: 'active', category: [coded(FACT, 'consent-participation')], provision: { type } }, id)
  const CONFLICTS: readonly (readonly [name: string, fact: keyof Facts, conflict: string, sent: Sent, value: unknown])[] = [
    ['two kinds of referrer', 'referrer', 'referrer', { request: { extension: [{ url: hubProfile('referrer-kind'), valueCodeableConcept: kind('gp') }, { url: SOURCE, valueCodeableConcept: coded(SNOMED, '185365002') }] } }, undefined],
    ['two dates of birth in two Patients of one number', 'age', 'age', { patient: { birthDate: '1942-01-01', identifier: [{ system: 'n', value: '1' }] }, others: [resource('Patient', { birthDate: '2010-01-01', identifier: [{ system: 'n', value: '1' }] }, 'q')] }, { low: 16, high: 84 }],
    ['a date of birth and an age far from it', 'age', 'age', { patient: { birthDate: '1942-01-01' }, others: [said('age', { valueInteger: 30 })] }, { low: 30, high: 84 }],
    ['two settings', 'setting', 'setting', { others: [encounter('IMP'), said('setting', { valueCoding: { code: 'own-home' } })] }, undefined],
    ['a fit person and a severe frailty index', 'frailty', 'frailty', { others: [observed(coded(SNOMED, '763264000'), { valueInteger: 2 }), condition({ code: coded(SNOMED, '925861000000102') })] }, undefined],
    ['consent given and declined', 'consent', 'consent-participation', { others: [consent('a', 'permit'), consent('b', 'deny')] }, undefined],
    ['consent recorded and declined in the questionnaire', 'consent', 'consent-participation', { others: [consent('a', 'permit'), said('consent-participation', { valueBoolean: false })] }, undefined],
    ['travel said and denied', 'canTravel', 'can-travel', { others: [observed(coded(FACT, 'can-travel'), { valueBoolean: true }), said('can-travel', { valueBoolean: false })] }, undefined],
    ['travel said of someone housebound', 'canTravel', 'can-travel', { others: [observed(coded(FACT, 'can-travel'), { valueBoolean: true }), condition({ code: coded(SNOMED, '160689007') })] }, undefined],
    ['two categories of the ambulance service', 'ambulanceCategory', 'ambulance-category', { others: [carePlan('https://fhir.nhs.uk/CodeSystem/arp-priority-codes', 'C5'), said('ambulance-category', { valueCoding: { code: 'C2' } })] }, undefined],
  ]

  it.each(CONFLICTS)('%s', (_name, fact, conflict, sent, value) => {
    const facts = factsIn(sent)
    expect(facts.conflicts.map(each => each.fact)).toEqual([conflict])
    expect(facts.conflicts[0]?.from.length).toBeGreaterThan(1)
    expect((facts[fact] as { value?: unknown } | undefined)?.value).toEqual(value)
  })

  it('but for the safer side of what must not be missed', () => {
    const both = (code: string) => ({ others: [observed(coded(FACT, code), { valueBoolean: true }), said(code, { valueBoolean: false })] })
    expect([factsIn(both('safe-to-wait')).safeToWait?.value, factsIn(both('safe-to-wait')).conflicts.length]).toEqual([false, 1])
    expect([factsIn(both('safeguarding')).safeguarding?.value, factsIn(both('safeguarding')).conflicts.length]).toEqual([true, 1])
    expect([factsIn(both('capacity')).consent?.value, factsIn(both('capacity')).conflicts.length]).toEqual(['lacks-nobi', 1])
  })

  it('but what is said later takes the place of what was said before', () => {
    const earlier = observed(coded(FACT, 'can-travel'), { valueBoolean: true })
    const later = { ...said('can-travel', { valueBoolean: false }), authored: '2026-11-24T10:00:00Z' }
    expect(factsIn({ others: [earlier, later] })).toMatchObject({ canTravel: { value: false }, conflicts: [] })
  })

  it('but an estimate of the age that is near the date of birth, and a year that holds it, agree with it', () => {
    const patient = { birthDate: '1942-01-01', extension: [{ url: hubProfile('estimated-age'), valueUnsignedInt: 80 }], identifier: [{ system: 'n', value: '1' }] }
    expect(factsIn({ patient, others: [resource('Patient', { birthDate: '1942', identifier: [{ system: 'n', value: '1' }] }, 'q')] }))
      .toMatchObject({ age: { value: { low: 84, high: 84 } }, conflicts: [] })
  })
})
