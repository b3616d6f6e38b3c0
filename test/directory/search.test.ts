/** Every search parameter of the directory's types, on what the localities ship and on one entry of each type that says everything. */
import { loadDefinitions } from '../../src/definitions/load.ts'
import { indexedParameters } from '../../src/search/parameters.ts'
import { startTestHub, type TestHub } from '../hub.ts'

const SNOMED = 'http://snomed.info/sct'
const x = 'https://x.example/codes'
const concept = (code: string) => ({ coding: [{ system: x, code }] })
const reference = (to: string) => ({ reference: to })
const identifier = [{ system: `${x}/id`, value: 'all-1' }]
const telecom = [{ system: 'phone', value: '01632 960961' }, { system: 'email', value: 'all@x.example' }]
const period = { start: '2031-03-01T09:00:00Z', end: '2031-03-31T17:00:00Z' }
const address = { use: 'work', line: ['1 Quayside'], city: 'Whitehaven', state: 'Cumbria', postalCode: 'CA28 7LL', country: 'GB' }

/** In an order in which references point backwards. */
const entries: readonly (object & { readonly resourceType: string; readonly id: string; readonly [element: string]: unknown })[] = [
  { resourceType: 'Practitioner', id: 'all', active: true, name: [{ family: 'Allbright' }] },
  { resourceType: 'Organization', id: 'all', active: false, identifier, name: 'Everything Said', alias: ['Omnia'], type: [concept('trust')], address: [address], telecom, partOf: reference('Organization/cl-care-connexions') },
  { resourceType: 'Endpoint', id: 'all', status: 'suspended', identifier, name: 'Everything Wire', connectionType: { system: x, code: 'wire' }, payloadType: [concept('letter')], address: 'https://x.example/fhir', managingOrganization: reference('Organization/all') },
  {
    resourceType: 'Location', id: 'all', status: 'suspended', identifier, name: 'Everything Quay', alias: ['Harbour'], type: [concept('quay')], address, telecom, operationalStatus: { system: 'http://terminology.hl7.org/CodeSystem/v2-0116', code: 'K' },
    position: { latitude: 54.549, longitude: -3.589 }, managingOrganization: reference('Organization/all'), partOf: reference('Location/cl-area-preston'), endpoint: [reference('Endpoint/all')],
  },
  {
    resourceType: 'HealthcareService', id: 'all', active: false, identifier, name: 'Everything Served', providedBy: reference('Organization/all'), category: [concept('category')], type: [concept('type')], specialty: [concept('specialty')],
    program: [concept('program')], characteristic: [concept('characteristic')], location: [reference('Location/all')], coverageArea: [reference('Location/cl-area-chorley'), reference('Location/all')], endpoint: [reference('Endpoint/all')], telecom,
  },
  {
    resourceType: 'PractitionerRole', id: 'all', active: false, identifier, period, practitioner: reference('Practitioner/all'), organization: reference('Organization/all'), code: [concept('role')], specialty: [concept('specialty')],
    location: [reference('Location/all')], healthcareService: [reference('HealthcareService/all')], telecom, endpoint: [reference('Endpoint/all')],
  },
  { resourceType: 'CareTeam', id: 'all', status: 'inactive', identifier, name: 'Everything Team', category: [concept('team')], period, participant: [{ member: reference('Organization/all') }] },
  { resourceType: 'Schedule', id: 'all', active: false, identifier, serviceCategory: [concept('category')], serviceType: [concept('type')], specialty: [concept('specialty')], actor: [reference('HealthcareService/all')], planningHorizon: period },
  { resourceType: 'Slot', id: 'all', status: 'busy', identifier, serviceCategory: [concept('category')], serviceType: [concept('type')], specialty: [concept('specialty')], appointmentType: concept('visit'), schedule: reference('Schedule/all'), start: '2031-03-04T09:00:00Z', end: '2031-03-04T10:00:00Z' },
]

let hub: TestHub
beforeAll(async () => {
  hub = await startTestHub({ env: { PROFILES: 'declared' } })
  for (const entry of entries) {
    const answer = await (await hub.as('hub')).put(`/fhir/${entry.resourceType}/${entry.id}`).send(entry)
    expect([entry.resourceType, answer.status, JSON.stringify(answer.body).slice(0, 400)]).toEqual([entry.resourceType, 201, expect.anything()])
  }
})
afterAll(async () => { await hub.stop() })

const search = async (query: string): Promise<readonly string[]> => {
  const { body, status } = await (await hub.as('hub')).get(`/fhir/${query}`)
  expect([query, status]).toEqual([query, 200])
  return ((body as { entry?: { resource: { id: string }; search: { mode: string } }[] }).entry ?? []).flatMap(({ resource, search: { mode } }) => (mode === 'match' ? resource.id : [])).sort()
}

/** Finds the entry that says everything, and nothing else. */
const own: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  HealthcareService: {
    'active': 'false', 'characteristic': `${x}|characteristic`, 'coverage-area': 'Location/all', 'endpoint': 'Endpoint/all', 'identifier': `${x}/id|all-1`, 'location': 'Location/all', 'name': 'everything s',
    'organization': 'Organization/all', 'program': `${x}|program`, 'service-category': `${x}|category`, 'service-type': `${x}|type`, 'specialty': `${x}|specialty`,
  },
  Location: {
    'address': '1 quay', 'address-city': 'white', 'address-country': 'GB&name=everything', 'address-postalcode': 'CA28 7LL', 'address-state': 'cumbria', 'address-use': 'work&name=harbour', 'endpoint': 'Endpoint/all',
    'identifier': 'all-1', 'name': 'harbour', 'near': '54.55|-3.59|1|km', 'operational-status': 'http://terminology.hl7.org/CodeSystem/v2-0116|K', 'organization': 'Organization/all', 'partof': 'Location/cl-area-preston', 'status': 'suspended', 'type': `${x}|quay`,
  },
  Organization: {
    'active': 'false', 'address': '1 quay', 'address-city': 'whitehaven', 'address-country': 'gb', 'address-postalcode': 'CA28', 'address-state': 'cumbria', 'address-use': 'work', 'identifier': `${x}/id|all-1`,
    'name': 'omnia', 'partof': 'Organization/cl-care-connexions&active=false', 'phonetic': 'everithing', 'type': `${x}|trust`,
  },
  PractitionerRole: {
    'active': 'false', 'date': '2031-03', 'email': 'all@x.example', 'endpoint': 'Endpoint/all', 'identifier': 'all-1', 'location': 'Location/all', 'organization': 'Organization/all', 'phone': '01632 960961', 'practitioner': 'Practitioner/all',
    'role': `${x}|role`, 'service': 'HealthcareService/all', 'specialty': `${x}|specialty`, 'telecom': 'all@x.example',
  },
  CareTeam: { 'category': `${x}|team`, 'date': '2031-03', 'identifier': 'all-1', 'participant': 'Organization/all', 'status': 'inactive' },
  Endpoint: { 'connection-type': `${x}|wire`, 'identifier': 'all-1', 'name': 'everything', 'organization': 'Organization/all', 'payload-type': `${x}|letter`, 'status': 'suspended' },
  Schedule: { 'active': 'false', 'actor': 'HealthcareService/all', 'date': 'ge2031-03-05', 'identifier': 'all-1', 'service-category': `${x}|category`, 'service-type': `${x}|type`, 'specialty': `${x}|specialty` },
  Slot: {
    'appointment-type': `${x}|visit`, 'identifier': 'all-1', 'schedule': 'Schedule/all', 'service-category': `${x}|category`, 'service-type': `${x}|type`, 'specialty': `${x}|specialty`, 'start': '2031-03-04', 'status': 'busy',
  },
}
/** Of a patient's own team, and of what no organisation here has. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = { CareTeam: ['encounter', 'subject', 'patient'], Organization: ['endpoint'] }

it.each(Object.entries(own))('no parameter of %s is left out', (type, queries) => {
  const codes = [...indexedParameters(loadDefinitions(), type).keys()].filter(code => !code.startsWith('_'))
  expect([...Object.keys(queries), ...ELSEWHERE[type] ?? []].sort()).toEqual(codes.sort())
})

it.each(Object.entries(own).flatMap(([type, queries]) => Object.entries(queries).map(([code, value]) => [`${type}?${code}=${value}`])))('%s', async query => {
  expect(await search(query)).toEqual(['all'])
})

describe('what the localities ship is found by', () => {
  it.each<[string, readonly string[]]>([
    ['HealthcareService?coverage-area=Location/es-area-tamworth&name=community%20int', ['es-cit']],
    ['HealthcareService?coverage-area.identifier=E07000193&name=hospital', ['es-hdt']],
    [`HealthcareService?service-type=${SNOMED}|931781000000102&identifier=VW`, ['cl-vw']],
    ['HealthcareService?organization.identifier=https://fhir.nhs.uk/Id/ods-organization-code|ZCC01', ['cl-ucr2h']],
    ['HealthcareService?organization:Organization.partof=Organization/cl-care-connexions&name=virtual', ['cl-vw']],
    ['HealthcareService?active=true&identifier=https://care-connexions.example/Id/service|SDEC', ['cl-sdec']],
    ['HealthcareService?program=crisis-response&organization=Organization/cl-ucr-team', ['cl-ucr2h']],
    ['HealthcareService?characteristic=home-visit&name=two', ['cl-ucr2h']],
    ['HealthcareService?location.near=53.76|-2.70|1|km&identifier=SDEC,UCR2H,CIT', ['cl-sdec', 'cl-ucr2h']],
    ['HealthcareService?_has:Schedule:actor:active=true', ['cl-sdec']],
    ['Location?identifier=http://statistics.data.gov.uk/id/statistical-geography|E07000118', ['cl-area-chorley']],
    ['Location?near=53.6535|-2.6326|0.1|km', ['cl-area-chorley', 'cl-base-chorley']],
    ['Location?partof:below=Location/cl-acute-preston&name=medical', ['cl-admit-medical-unit']],
    ['Organization?identifier=ZCC02', ['cl-virtual-ward']],
    ['CareTeam?participant=Organization/cl-virtual-ward', ['cl-team-virtual-ward']],
    ['Endpoint?organization=Organization/es-intervention-service', ['es-hub']],
    ['Schedule?actor=HealthcareService/cl-sdec', ['cl-sdec-chairs']],
    ['Slot?schedule.actor:HealthcareService.identifier=SDEC&start=2026-11-24T09:00Z', ['cl-sdec-20261124-09']],
    ['Slot?schedule=Schedule/cl-sdec-chairs&status=free&start=ge2026-11-25T16:00:00Z', ['cl-sdec-20261125-16', 'cl-sdec-20261125-17']],
  ])('%s', async (query, expected) => expect(await search(query)).toEqual(expected))
})
