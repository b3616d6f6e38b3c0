/** What is near, over HTTP: order, the distance on each entry, units, pages, and what to send instead of what cannot be read. */
import { startTestHub, type TestHub } from '../hub.ts'

interface Entry { readonly resource: { readonly id: string; readonly name?: string }; readonly search: { readonly mode: string; readonly extension?: readonly { readonly url: string; readonly valueDistance: { readonly value: number; readonly code: string } }[] } }
interface Bundle { readonly total?: number; readonly entry?: readonly Entry[]; readonly link: readonly { readonly relation: string; readonly url: string }[] }

let hub: TestHub
beforeAll(async () => {
  hub = await startTestHub()
  const administrator = await hub.as('administrator')
  const organization = { reference: 'Organization/cl-care-connexions' }
  for (const [id, latitude, longitude] of [['near-a', 10, 20], ['near-b', 10, 20.01], ['near-c', 10.2, 20], ['near-d', 10.02, 20]] as const) {
    await administrator.put(`/fhir/Location/${id}`).send({ resourceType: 'Location', id, name: id, status: 'active', managingOrganization: organization, position: { latitude, longitude } }).expect(201)
    await administrator.put(`/fhir/HealthcareService/${id}`).send({
      resourceType: 'HealthcareService', id, active: id !== 'near-d', name: id, providedBy: organization, location: [{ reference: `Location/${id}` }] }).expect(201)
  }
})
afterAll(async () => { await hub.stop() })

const search = async (query: string): Promise<Bundle> => ((await (await hub.as('integrator')).get(`/fhir/${query}`).expect(200)).body as Bundle)
const ids = ({ entry = [] }: Bundle) => entry.filter(({ search }) => search.mode === 'match').map(({ resource }) => resource.id)
const distances = ({ entry = [] }: Bundle) => entry.flatMap(({ search }) => search.extension ?? [])

it('the nearest come first, each with its distance', async () => {
  const found = await search('Location?near=10|20|50|km')
  expect(ids(found)).toEqual(['near-a', 'near-b', 'near-d', 'near-c'])
  expect(distances(found)).toEqual([0, 1.095, 2.224, 22.239].map(value => ({
    url: 'http://hl7.org/fhir/StructureDefinition/location-distance', valueDistance: { value, unit: 'km', system: 'http://unitsofmeasure.org', code: 'km' } })))
})

it.each<[string, number, string]>([['1500|m', 1_095, 'm'], ['1|[mi_us]', 0.68, '[mi_us]'], ['1|mi', 0.68, '[mi_i]'], ['2', 1.095, 'km'], ['', 1.095, 'km']])('in the unit asked for: %s', async (rest, value, code) => {
  const found = await search(`Location?near=10|20${rest === '' ? '' : `|${rest}`}`)
  expect(distances(found)[1]?.valueDistance).toMatchObject({ value, code })
})

it.each<[string, readonly string[]]>([
  ['HealthcareService?location.near=10|20|50', ['near-a', 'near-b', 'near-d', 'near-c']],
  ['HealthcareService?location.near=10|20|50&active=true', ['near-a', 'near-b', 'near-c']],
  ['HealthcareService?location:Location.near=10|20.02|1.2|km', ['near-b']],
  ['HealthcareService?location.near=10|20|50&_sort=-near', ['near-c', 'near-d', 'near-b', 'near-a']],
  ['HealthcareService?location.near=10|20|50&_sort=-name', ['near-d', 'near-c', 'near-b', 'near-a']],
  ['HealthcareService?location.near=10.2|20|1,10|20|1', ['near-a', 'near-c']],
])('along a reference: %s', async (query, expected) => {
  const found = await search(query)
  expect(ids(found)).toEqual(expected)
  expect(distances(found)).toHaveLength(expected.length)
})

it('of what refers to a place, and in a filter', async () => {
  expect(ids(await search('Location?_has:HealthcareService:location:active=false&near=10|20|50'))).toEqual(['near-d'])
  expect(ids(await search('Organization?_has:Location:organization:near=10|20|50&_id=cl-care-connexions,cl-vw'))).toEqual(['cl-care-connexions'])
  expect(ids(await search('Location?_filter=near eq "10|20|3|km" and not (name eq "near-b")')).sort()).toEqual(['near-a', 'near-d'])
})

it('pages go on where the last one ended; what is included has no distance', async () => {
  const shown: string[] = []
  let next: string | undefined = 'HealthcareService?location.near=10|20|50&_include=HealthcareService:location&_count=1'
  while (next !== undefined) {
    const page: Bundle = await search(next)
    shown.push(...ids(page))
    expect(distances(page)).toHaveLength(1)
    next = page.link.find(({ relation }) => relation === 'next')?.url.split('/fhir/')[1]
  }
  expect(shown).toEqual(['near-a', 'near-b', 'near-d', 'near-c'])
  expect(distances(await search('Location?near=10|20|50&_summary=true'))).toHaveLength(4)
  expect(await search('Location?near=10|20|50&_summary=count')).toMatchObject({ total: 4 })
})

it.each([
  ['Location?near=95|20', 'latitude'], ['Location?near=10', 'no longitude'], ['Location?near=10|20|5|miles', '"miles"'], ['Location?near=10|20|-5', 'distance'],
  ['Location?_sort=near', 'name it, such as near='], ['Patient?near=10|20', 'no search parameter'],
])('%s is refused: %s', async (query, text) => {
  const { body, status } = await (await hub.as('hub')).get(`/fhir/${query}`)
  expect(status).toBe(400)
  expect(JSON.stringify(body)).toContain(JSON.stringify(text).slice(1, -1))
})
