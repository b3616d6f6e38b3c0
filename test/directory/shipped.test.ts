/** What the localities ship, in the store of a hub that has run before: what was changed meanwhile, what is shipped anew. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CareTeam, HealthcareService } from 'fhir/r4.js'
import { systemCaller } from '../../src/access/caller.ts'
import { loadLocalities } from '../../src/directory/load.ts'
import { loadDirectory } from '../../src/directory/shipped.ts'
import { startTestHub, type TestHub } from '../hub.ts'

const context = { caller: systemCaller, requestId: 'test', correlationId: 'test' }
const folder = mkdtempSync(join(tmpdir(), 'care-connexions-shipped-'))
cpSync('localities', folder, { recursive: true })
afterAll(() => rmSync(folder, { recursive: true }))

/** Ships other text from now on, and answers how many resources that wrote. */
const ship = (hub: TestHub, file: string, change: (text: string) => string): Promise<number> => {
  const path = join(folder, 'central-lancashire', file)
  writeFileSync(path, change(readFileSync(path, 'utf8')))
  return loadDirectory(hub.hub.repository, loadLocalities(folder))
}

let hub: TestHub
beforeAll(async () => { hub = await startTestHub({ localities: folder }) })
afterAll(() => hub.stop())

const service = async (id: string): Promise<HealthcareService> =>
  JSON.parse((await hub.hub.repository.read(context, { type: 'HealthcareService', id })).json) as HealthcareService

describe('the directory that is shipped', () => {
  it('takes the place of what nobody has changed', async () => {
    expect(await ship(hub, 'directory/healthcare-services.json', text => text.replace('"Referral management for falls.', '"Manages referrals for falls.'))).toBe(1)
    expect((await service('cl-map-falls')).comment).toContain('Manages referrals for falls.')
  })

  it('leaves alone what somebody has changed by an ordinary write', async () => {
    const clinician = await hub.as('hub')
    const ward = await service('cl-vw')
    await clinician.put('/fhir/HealthcareService/cl-vw').send({ ...ward, comment: 'Ring the ward first.' }).expect(200)
    expect(await ship(hub, 'directory/healthcare-services.json', text => text.replace('Acute care at the usual place of residence', 'Hospital care at the usual place of residence'))).toBe(0)
    expect((await service('cl-vw')).comment).toBe('Ring the ward first.')
  })

  it('takes its place once the version of the locality has risen, and is written no second time', async () => {
    expect(await ship(hub, 'locality.json', text => text.replace(/"version": "[\d.]+"/, '"version": "10.0.0"'))).toBe(1)
    expect((await service('cl-vw')).comment).toContain('Hospital care')
    expect(await loadDirectory(hub.hub.repository, loadLocalities(folder))).toBe(0)
  })

  it('keeps the room that a service reported', async () => {
    const room = { url: 'https://care-connexions.example/fhir/StructureDefinition/service-capacity', extension: [{ url: 'free', valueInteger: 3 }, { url: 'asOf', valueDateTime: '2026-11-24T10:00:00Z' }] }
    await (await hub.as('hub')).put('/fhir/HealthcareService/cl-ama').send({ ...await service('cl-ama'), extension: [room] }).expect(200)
    expect(await ship(hub, 'directory/healthcare-services.json', text => text.replace('"Conversation with acute medicine.', '"Conversation with the acute medical team.'))).toBe(1)
    expect(await service('cl-ama')).toMatchObject({ comment: expect.stringContaining('the acute medical team') as string, extension: [room] })
  })

  it('leaves to its owner what carries no tag any more', async () => {
    const own = await service('cl-map-dn')
    const clinician = await hub.as('hub')
    await clinician.put('/fhir/HealthcareService/cl-map-dn').send({ ...own, comment: 'Ours.' }).expect(200)
    await clinician.post('/fhir/HealthcareService/cl-map-dn/$meta-delete').send({ resourceType: 'Parameters', parameter: [{ name: 'meta', valueMeta: { tag: own.meta?.tag } }] }).expect(200)
    await ship(hub, 'locality.json', text => text.replace('10.0.0', '11.0.0'))
    await ship(hub, 'directory/healthcare-services.json', text => text.replace('"Referral management for district nursing.', '"Otherwise.'))
    expect((await service('cl-map-dn')).comment).toBe('Ours.')
  })
})

describe('a team of the directory', () => {
  it('is seen by every partner, and changed only by those who keep the directory', async () => {
    const gp = await hub.as('gp')
    const { body } = await gp.get('/fhir/CareTeam/cl-team-ucr').expect(200)
    const team = body as CareTeam
    await gp.put('/fhir/CareTeam/cl-team-ucr').send({ ...team, name: 'Mine' }).expect(403)
    await gp.delete('/fhir/CareTeam/cl-team-ucr').expect(403)
    await (await hub.as('hub')).put('/fhir/CareTeam/cl-team-ucr').send({ ...team, name: 'Two-hour team' }).expect(200)
    expect(((await gp.get('/fhir/CareTeam/cl-team-ucr').expect(200)).body as CareTeam).name).toBe('Two-hour team')
  })
})

it('names every source, exclusion and duration that the page of East Staffordshire gives', () => {
  const services = loadLocalities('localities').find(({ name }) => name === 'east-staffordshire')?.resources
    .filter(({ resourceType }) => resourceType === 'HealthcareService') as unknown as readonly HealthcareService[]
  const team = services.find(({ id }) => id === 'es-cit')
  const texts = team?.eligibility?.map(({ code }) => code?.text ?? '') ?? []
  expect(texts.filter(text => text.startsWith('Referral source: '))).toHaveLength(15)
  expect(texts).toContain('Excluded: ongoing palliative care')
  expect(team?.characteristic?.flatMap(({ coding = [] }) => coding.map(({ code }) => code))).toEqual(expect.arrayContaining(['twelve-weeks', 'weekly-review', 'named-worker-coordinates']))
  expect(services.find(({ id }) => id === 'es-hdt')?.program?.flatMap(({ coding = [] }) => coding.map(({ code }) => code))).toEqual([
    'planned-discharge', 'elective-discharge', 'step-down', 'end-of-life-package', 'brokerage', 'early-discharge', 'ward-mdt', 'safeguarding-dols',
    'mental-capacity', 'admission-avoidance-ed', 'continuing-healthcare',
  ])
  expect(JSON.stringify(services)).not.toMatch(/593189|233461/)
})
