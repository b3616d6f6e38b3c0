/**
 * A short form made into a referral Bundle: what a crew or a care home writes down, in the codes that triage reads.
 * Every id is made here, so that the same Bundle can be sent as often as it takes. What is not known is left out.
 */
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Bundle, CodeableConcept, FhirResource, Observation, Reference } from 'fhir/r4.js'

export interface Form {
  readonly person: {
    readonly given: string
    readonly family: string
    readonly gender: 'female' | 'male' | 'other' | 'unknown'
    readonly birthDate: string
    readonly nhsNumber?: string
    readonly line: string
    readonly city: string
    readonly postalCode: string
    /** Where somebody answers now. */
    readonly telephone: string
  }
  readonly place: 'own-home' | 'care-home'
  /** Of the code system `need`. */
  readonly needs: readonly string[]
  /** In the sender's own words. */
  readonly story: string
  /** Soft signs: code of the code system `soft-flag`, and what was seen. */
  readonly worries?: readonly { readonly code: string; readonly seen: string }[]
  /** Whatever could be measured; none is a referral too. */
  readonly observations?: Measured
  /** Clinical Frailty Scale, 1 to 9. */
  readonly frailty?: number
  readonly hasAgreed?: boolean
  readonly isSafeToWait?: boolean
  /** With some weeks of help they could manage more for themselves. */
  readonly hasRehabilitationPotential?: boolean
  readonly canTravel?: boolean
  /** `S` safe, `U` unsafe, `UNK` when not asked. */
  readonly sceneSafety?: 'S' | 'U' | 'UNK'
}

export interface Measured {
  readonly breaths?: number
  /** Per cent, on air or oxygen. */
  readonly saturation?: number
  readonly isOnOxygen?: boolean
  /** mmHg */
  readonly systolic?: number
  readonly pulse?: number
  readonly alertness?: keyof typeof ALERTNESS
  /** Degrees Celsius. */
  readonly temperature?: number
}

export interface Sending {
  /** The sender's own number for this case; the hub takes a second sending by it for the same referral. */
  readonly identifier: { readonly system: string; readonly value: string }
  /** When it was written, by the sender's clock. */
  readonly authoredOn: string
  /** ODS code of who refers. */
  readonly organisation: string
}

const HUB = 'https://care-connexions.example/fhir/CodeSystem'
const SNOMED = 'http://snomed.info/sct'
const LOINC = 'http://loinc.org'
const BARS = 'https://fhir.nhs.uk/CodeSystem'
const ODS = 'https://fhir.nhs.uk/Id/ods-organization-code'
const HL7 = 'http://terminology.hl7.org/CodeSystem'
const CATEGORY = `${HL7}/observation-category`

const ALERTNESS = { A: '248234008', C: '130987000', V: '300202002', P: '450847001', U: '422768004' } as const
/** Kinds of place, of v3-RoleCode. */
const PLACES = { 'own-home': 'PTRES', 'care-home': 'NCCF' } as const

const concept = (system: string, code: string, text?: string): CodeableConcept =>
  ({ coding: [{ system, code }], ...(text === undefined ? {} : { text }) })

type Observed = Pick<Observation, 'code'> & Partial<Observation>

/** A form that lies beside the programs, `forms/NAME.json`. */
export const readForm = async (name: string): Promise<Form> =>
  JSON.parse(await readFile(new URL(`./forms/${name}.json`, import.meta.url), 'utf8')) as Form

export const bundleOf = (form: Form, { identifier, authoredOn, organisation }: Sending): Bundle => {
  const entry: NonNullable<Bundle['entry']> = []
  const add = (resource: FhirResource): Reference => {
    const fullUrl = `urn:uuid:${randomUUID()}`
    entry.push({ fullUrl, resource })
    return { reference: fullUrl }
  }
  const { person } = form
  const subject = add({
    resourceType: 'Patient',
    ...(person.nhsNumber === undefined ? {} : { identifier: [{ system: 'https://fhir.nhs.uk/Id/nhs-number', value: person.nhsNumber }] }),
    name: [{ use: 'official', family: person.family, given: [person.given] }],
    telecom: [{ system: 'phone', value: person.telephone, use: 'home', rank: 1 }],
    gender: person.gender,
    birthDate: person.birthDate,
    address: [{ use: 'home', line: [person.line], city: person.city, postalCode: person.postalCode }],
  })
  add({
    resourceType: 'ServiceRequest', identifier: [identifier], status: 'active', intent: 'order', subject, authoredOn,
    requester: { identifier: { system: ODS, value: organisation } },
    reasonCode: form.needs.map((code, index) => concept(`${HUB}/need`, code, index === 0 ? form.story : undefined)),
  })
  const place = add({ resourceType: 'Location', status: 'active', name: person.line, type: [concept(`${HL7}/v3-RoleCode`, PLACES[form.place])] })
  add({
    resourceType: 'Encounter', status: 'triaged', class: { system: `${HL7}/v3-ActCode`, code: 'HH' },
    subject, location: [{ location: place }],
  })
  for (const { code, seen } of form.worries ?? []) {
    add({ resourceType: 'Flag', status: 'active', code: concept(`${HUB}/soft-flag`, code, seen), subject })
  }
  if (form.sceneSafety !== undefined) {
    add({
      resourceType: 'Flag', status: 'active', category: [concept(`${BARS}/flag-categories-bars`, 'SS')],
      code: concept(`${BARS}/scene-safety-codes-bars`, form.sceneSafety), subject,
    })
  }
  const observe = (rest: Observed): void => {
    add({ resourceType: 'Observation', status: 'final', subject, effectiveDateTime: authoredOn, ...rest })
  }
  for (const observation of measured(form.observations ?? {})) observe(observation)
  if (form.frailty !== undefined) observe({ code: concept(SNOMED, '763264000', 'Clinical Frailty Scale score'), valueInteger: form.frailty })
  for (const [fact, value] of [
    ['safe-to-wait', form.isSafeToWait], ['can-travel', form.canTravel], ['rehab-potential', form.hasRehabilitationPotential],
  ] as const) {
    if (value !== undefined) observe({ code: concept(`${HUB}/fact`, fact), valueBoolean: value })
  }
  if (form.hasAgreed !== undefined) {
    add({
      resourceType: 'Consent', status: 'active', scope: concept(`${HL7}/consentscope`, 'treatment'),
      category: [concept(LOINC, '59284-0')], patient: subject, dateTime: authoredOn,
      policyRule: { text: 'Agreement to be seen at home, as said to the sender' },
      provision: { type: form.hasAgreed ? 'permit' : 'deny', code: [concept(`${HUB}/fact`, 'consent-participation')] },
    })
  }
  return { resourceType: 'Bundle', type: 'collection', entry }
}

/** The parts of NEWS2; the hub adds up for itself. */
const measured = (form: Measured): readonly Observed[] => {
  const { breaths, saturation, isOnOxygen, systolic, pulse, alertness, temperature } = form
  const category = [concept(CATEGORY, 'vital-signs')]
  const vital = (loinc: string, snomed: string, value: number | undefined, unit: string, code: string) => (value === undefined ? [] : [{
    category, code: { coding: [{ system: LOINC, code: loinc }, { system: SNOMED, code: snomed }] },
    valueQuantity: { value, unit, system: 'http://unitsofmeasure.org', code },
  }])
  const pressure = systolic === undefined ? [] : [{
    category, code: { coding: [{ system: LOINC, code: '85354-9' }, { system: SNOMED, code: '75367002' }] },
    component: [{
      code: { coding: [{ system: LOINC, code: '8480-6' }, { system: SNOMED, code: '72313002' }] },
      valueQuantity: { value: systolic, unit: 'millimeter of mercury', system: 'http://unitsofmeasure.org', code: 'mm[Hg]' },
    }],
  }]
  return [
    ...vital('9279-1', '86290005', breaths, 'per minute', '/min'),
    ...vital('2708-6', '103228002', saturation, 'percent', '%'),
    ...vital('8867-4', '364075005', pulse, 'per minute', '/min'),
    ...vital('8310-5', '276885007', temperature, 'degree Celsius', 'Cel'),
    ...pressure,
    ...(isOnOxygen === undefined ? [] : [{ code: concept(SNOMED, isOnOxygen ? '371825009' : '722742002') }]),
    ...(alertness === undefined ? [] : [{
      category: [concept(CATEGORY, 'survey')], code: concept(SNOMED, '1104441000000107'),
      valueCodeableConcept: concept(SNOMED, ALERTNESS[alertness]),
    }]),
  ]
}
