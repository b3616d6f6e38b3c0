import { partOf } from '../../src/search/parse/hierarchy.ts'
import { stores, type Opened } from '../contract/stores.ts'
import { found, put, write } from '../contract/write.ts'
import { definitions, extracted, finds, refusal, where } from './ask.ts'

describe(':below and :above on references', () => {
  it('are of the types whose resources are part of one another', () => {
    expect([...definitions.resourceTypes].filter(type => partOf(definitions, type) !== undefined))
      .toEqual(['CarePlan', 'Encounter', 'Location', 'Organization', 'ResearchStudy', 'Task'])
  })
  it('ask for the resource itself, and for what is within it', () => {
    expect(where('Procedure?location:below=Location/42')).toEqual({
      kind: 'any-of', of: [
        { kind: 'match', param: 'location', test: { kind: 'reference', types: ['Location'], id: '42' } },
        { kind: 'chain', param: 'location', types: ['Location'], where: { kind: 'within', direction: 'below', type: 'Location', param: 'partof', id: '42' } },
      ],
    })
    expect(where('Procedure?location:below=42')).toEqual(where('Procedure?location:below=Location/42'))
    expect(where('Location?partof:above=1')).toMatchObject({ of: [{ test: { id: '1' } }, { where: { direction: 'above' } }] })
    expect(where('Task?owner:below=1')).toMatchObject({ of: [{ test: { types: ['Organization'] } }, { types: ['Organization'] }] })
    expect(where('ServiceRequest?requester.organization:below=1,2')).toMatchObject({ kind: 'chain', param: 'requester' })
  })
  it('on a canonical do not look at its version', () => {
    const plan = { resourceType: 'ServiceRequest', instantiatesCanonical: ['http://x.example/PlanDefinition/a|2'] }
    expect(finds(plan, 'instantiates-canonical:below=http://x.example/PlanDefinition/a')).toBe(true)
    expect(finds(plan, 'instantiates-canonical:below=http://x.example/PlanDefinition/b')).toBe(false)
  })
  it.each([
    ['Patient?link:below=1', /is part of others/], ['Procedure?location:below=Patient/1', /no Patient is part of another; Location are/],
    ['Procedure?location:below=Foo/1', /not an R4 resource type/], ['Procedure?location:below=a b', /takes an id or Type\/id/],
    ['Procedure?location:below=http://elsewhere.example/fhir/Location/1', /takes an id or/], ['Procedure?location:below=', /no value/],
    ['ServiceRequest?instantiates-canonical:below=http://x.example/a|2', /versions of canonicals/],
  ])('%s is refused: %s', (search, text) => {
    const { status, issues } = refusal(search)
    expect(status).toBe(400)
    expect(issues[0]?.text).toMatch(text)
  })
})

describe.each(stores)('%s: a hierarchy of locations', (_name, open) => {
  let opened: Opened
  const location = (id: string, partOf?: string) =>
    put('Location', id, extracted({ resourceType: 'Location', id, ...(partOf === undefined ? {} : { partOf: { reference: `Location/${partOf}` } }) }))
  const encounter = (id: string, at: string) =>
    put('Encounter', id, extracted({ resourceType: 'Encounter', id, location: [{ location: { reference: `Location/${at}` } }] }))
  beforeAll(async () => {
    opened = await open()
    await write(opened.store, location('site'), location('ward', 'site'), location('bay', 'ward'), location('bed', 'bay'), location('other'),
      encounter('in-bed', 'bed'), encounter('on-ward', 'ward'), encounter('at-site', 'site'), encounter('elsewhere', 'other'))
  })
  afterAll(() => opened.dispose())

  it.each([
    ['Encounter?location:below=ward', 'in-bed on-ward'], ['Encounter?location:below=site', 'at-site in-bed on-ward'], ['Encounter?location:below=bed', 'in-bed'],
    ['Encounter?location:above=bay', 'at-site on-ward'], ['Encounter?location:below=other,bed', 'elsewhere in-bed'], ['Encounter?location:below=nowhere', ''],
    ['Location?partof:below=site', 'bay bed ward'], ['Location?partof:above=bay', 'bay bed ward'], ['Location?partof:above=site', 'ward'],
  ])('%s finds %s', async (search, ids) => {
    expect((await found(opened.store, search.split('?')[0]!, where(search))).sort().join(' ')).toBe(ids)
  })
})
