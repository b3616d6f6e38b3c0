/**
 * A small data set made by hand, one or two resources for every trap that R4's Search page lays; ids are words, so that a table of
 * expected answers can be read. All of it is written by the hub's own client in one transaction.
 */
import { startTestHub, type TestHub } from '../../hub.ts'
import { observations } from './observations.ts'

export interface Fixture {
  readonly resourceType: string
  readonly id: string
  readonly [element: string]: unknown
}

export const NHS = 'https://fhir.nhs.uk/Id/nhs-number'
export const MRN = 'https://gp.example/Id/mrn'
export const V2_0203 = 'http://terminology.hl7.org/CodeSystem/v2-0203'
export const ACT = 'http://terminology.hl7.org/CodeSystem/v3-ActCode'

const recordNumber = { coding: [{ system: V2_0203, code: 'MR', display: 'Medical record number' }], text: 'Record number' }
const ABSENT = { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }] }
const narrative = (text: string) => ({ status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${text}</div>` })

const patients: readonly Fixture[] = [
  {
    resourceType: 'Patient', id: 'ann', active: true, gender: 'female', birthDate: '1980-02-29',
    meta: { tag: [{ system: 'https://x.example/tags', code: 'red' }, { code: 'bare' }], source: 'urn:x:gp' },
    text: narrative('Ann keeps <b>bees</b> in Preston'),
    identifier: [{ system: NHS, value: '9000000009' }, { type: recordNumber, system: MRN, value: '446053' }],
    name: [{ use: 'official', family: 'O\'Brien-Smith', given: ['Ann', 'Mary'] }],
    telecom: [{ system: 'phone', value: '+44 (0)1772 555 010' }, { system: 'email', value: 'ann@x.example' }],
    address: [{ use: 'home', line: ['10 High Street'], city: 'Preston', postalCode: 'PR1 2AA' }],
    generalPractitioner: [{ reference: 'Organization/parent-practice' }],
  },
  {
    resourceType: 'Patient', id: 'bjorn', active: false, gender: 'male', birthDate: '1980-02',
    meta: { tag: [{ system: 'https://x.example/tags', code: 'blue' }] },
    identifier: [{ value: '446053' }],
    name: [{ family: 'Ångström', given: ['Björn'] }],
    address: [{ city: 'Preston', postalCode: 'PR2 1AA' }],
    generalPractitioner: [{ identifier: { system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: 'Y99999' } }],
  },
  { resourceType: 'Patient', id: 'carl', gender: 'other', birthDate: '1980', deceasedBoolean: false, name: [{ family: 'Müller', given: ['Ann Marie'] }] },
  {
    resourceType: 'Patient', id: 'dora', _birthDate: ABSENT, deceasedDateTime: '2026-10-25T01:30:00+01:00',
    link: [{ other: { reference: 'Patient/eve' }, type: 'seealso' }],
  },
  {
    resourceType: 'Patient', id: 'eve', gender: 'female', birthDate: '1979-12-31', deceasedBoolean: true,
    text: narrative('Eve walks in Preston park'),
    identifier: [{ type: recordNumber, system: MRN, value: '7|8' }],
    name: [{ use: 'official', family: 'Smith', given: ['Eve'] }, { use: 'maiden', family: 'obrien' }],
    generalPractitioner: [{ reference: 'Organization/child-practice' }],
  },
  { resourceType: 'Patient', id: 'fred', gender: 'unknown', birthDate: '2001-07-01', name: [{ family: 'Comma, Jr', given: ['Dollar$ Fred'] }] },
]

const encounter = (id: string, code: string, patient: string, more: object): Fixture => ({
  resourceType: 'Encounter', id, status: 'finished', class: { system: ACT, code }, subject: { reference: `Patient/${patient}` },
  ...more,
})

const encounters: readonly Fixture[] = [
  encounter('open-ended', 'AMB', 'ann', { period: { start: '2026-11-01T10:00:00Z' } }),
  encounter('one-day', 'HH', 'ann', { period: { start: '2026-11-02', end: '2026-11-02' }, partOf: { reference: 'Encounter/open-ended' } }),
  encounter('two-months', 'IMP', 'bjorn', { period: { start: '2026-10-01', end: '2026-12-01' } }),
  encounter('no-start', 'ACUTE', 'bjorn', { period: { end: '2026-10-31T12:00:00Z' } }),
  encounter('no-period', 'EMER', 'carl', {}),
]

const directory: readonly Fixture[] = [
  { resourceType: 'Organization', id: 'parent-practice', name: 'Northern Lights Group', identifier: [{ system: MRN, value: 'org-1' }] },
  { resourceType: 'Organization', id: 'child-practice', name: 'Northern Lights East', partOf: { reference: 'Organization/parent-practice' } },
  { resourceType: 'Organization', id: 'grandchild-practice', name: 'Northern Lights Far East', partOf: { reference: 'Organization/child-practice' } },
]

const risk = (id: string, probabilities: readonly number[]): Fixture => ({
  resourceType: 'RiskAssessment', id, status: 'final', subject: { reference: 'Patient/ann' },
  ...(probabilities.length === 0 ? {} : { prediction: probabilities.map(probabilityDecimal => ({ probabilityDecimal })) }),
})

const risks: readonly Fixture[] = [
  risk('half', [0.5]), risk('point-45', [0.45]), risk('point-54', [0.54]), risk('point-55', [0.55]), risk('point-449', [0.449]),
  risk('low-and-high', [0.1, 0.9]), risk('no-number', []),
]

const valueSet = (id: string, url: string): Fixture => ({ resourceType: 'ValueSet', id, url, status: 'draft' })

const valueSets: readonly Fixture[] = [
  valueSet('root', 'http://x.example/vs'), valueSet('leaf', 'http://x.example/vs/leaf'),
  valueSet('deep', 'http://x.example/vs/leaf/deep'),
  valueSet('lookalike', 'http://x.example/vsx'), valueSet('urn', 'urn:oid:1.2.3.4'), valueSet('longer-urn', 'urn:oid:1.2.3.4.5'),
]

const others: readonly Fixture[] = [
  {
    resourceType: 'List', id: 'favourites', status: 'current', mode: 'working',
    entry: [{ item: { reference: 'Patient/ann' } }, { item: { reference: 'Patient/carl' } }, { item: { reference: 'Observation/day' } }],
  },
  {
    resourceType: 'Group', id: 'household', type: 'person', actual: true,
    member: [{ entity: { reference: 'Patient/ann' } }, { entity: { reference: 'Patient/eve' } }],
  },
  {
    resourceType: 'Condition', id: 'asthma', subject: { reference: 'Patient/ann' }, encounter: { reference: 'Encounter/one-day' },
    code: { coding: [{ system: 'http://snomed.info/sct', code: '195967001', display: 'Asthma' }], text: 'Wheezes at night' },
  },
]

export const fixtures: readonly Fixture[] =
  [...directory, ...patients, ...encounters, ...observations, ...risks, ...valueSets, ...others]

/** A hub that holds the data set, seen by the client that wrote it; definitions are an administrator's. Profiles are left out: only R4 counts here. */
export const openLibrary = async (): Promise<TestHub> => {
  const hub = await startTestHub({ env: { PROFILES: 'declared' } })
  const write = async (client: 'hub' | 'administrator', resources: readonly Fixture[]): Promise<void> => {
    const entry = resources.map(resource => ({ resource, request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` } }))
    const answer = await (await hub.as(client)).post('/fhir').send({ resourceType: 'Bundle', type: 'transaction', entry })
    if (answer.status === 200) return
    await hub.stop()
    throw new Error(`the data set was refused: ${answer.status} ${answer.text}`)
  }
  await write('administrator', valueSets)
  await write('hub', fixtures.filter(({ resourceType }) => resourceType !== 'ValueSet'))
  return hub
}
