/** The directory in the store: loaded once, left alone after, kept current by commits; localities read and checked. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HealthcareService } from 'fhir/r4.js'
import { systemCaller } from '../../src/access/caller.ts'
import { openDirectory } from '../../src/directory/live.ts'
import { loadLocalities } from '../../src/directory/load.ts'
import { loadDirectory } from '../../src/directory/shipped.ts'
import { startTestHub, type TestHub } from '../hub.ts'

const localities = loadLocalities('localities')
const NOW = Date.parse('2026-11-24T10:15:00Z')

describe('in the store', () => {
  let hub: TestHub
  beforeAll(async () => { hub = await startTestHub() })
  afterAll(() => hub.stop())
  const context = { caller: systemCaller, requestId: 'test', correlationId: 'test' }
  const ucr = { type: 'HealthcareService', id: 'cl-ucr2h' }

  it('holds every resource that the localities ship, valid by the hub\'s profiles', async () => {
    for (const { resourceType, id = '' } of localities.flatMap(({ resources }) => resources)) {
      const stored = await hub.hub.repository.read(context, { type: resourceType, id })
      expect([id, stored.version]).toEqual([id, 1])
      const issues = hub.hub.repository.validate(JSON.parse(stored.json) as never).filter(({ severity }) => severity === 'error')
      expect([id, issues]).toEqual([id, []])
    }
  })

  it('is not written again by a second start', async () => {
    expect(await loadDirectory(hub.hub.repository, localities)).toBe(0)
  })

  it('keeps what a service changed of itself, and shows it at once', async () => {
    const directory = await openDirectory(hub.hub.store, localities)
    expect(directory.find('central-lancashire', 'UCR2H')?.capacity(NOW)).toEqual({ kind: 'unknown' })
    await hub.hub.repository.transact(context, async unit => {
      const service = await unit.read(ucr) as unknown as HealthcareService
      const capacity = { url: 'https://care-connexions.example/fhir/StructureDefinition/service-capacity', extension: [{ url: 'free', valueInteger: 0 }, { url: 'asOf', valueDateTime: '2026-11-24T10:00:00Z' }] }
      await unit.update({ ...service, extension: [capacity] } as never)
    })
    expect(directory.find('central-lancashire', 'UCR2H')?.capacity(NOW)).toEqual({ kind: 'reported', free: 0, asOf: Date.parse('2026-11-24T10:00:00Z') })
    expect(directory.find('central-lancashire', 'UCR2H')?.capacity(NOW + 4 * 3_600_000)).toMatchObject({ kind: 'unconfirmed' })
    expect(await loadDirectory(hub.hub.repository, localities)).toBe(0)
    expect((await hub.hub.repository.read(context, ucr)).version).toBe(2)
  })
})

describe('a locality is refused', () => {
  const changed = (file: string, change: (text: string) => string): string => {
    const folder = mkdtempSync(join(tmpdir(), 'care-connexions-localities-'))
    cpSync('localities', folder, { recursive: true })
    const path = join(folder, 'central-lancashire', file)
    writeFileSync(path, change(readFileSync(path, 'utf8')))
    return folder
  }

  it.each([
    ['whose file is no JSON', 'coverage.json', (text: string) => text.slice(0, 100), 'coverage.json'],
    ['of another name than its folder', 'locality.json', (text: string) => text.replace('"central-lancashire"', '"elsewhere"'), 'the folder is'],
    ['with an unknown element', 'locality.json', (text: string) => text.replace('"notes"', '"remarks"'), 'remarks'],
    ['with a resource that has no id', 'directory/organizations.json', (text: string) => text.replace(/"id": "cl-care-connexions",\n/, ''), 'organizations.json'],
  ])('%s', (_what, file, change, named) => {
    const folder = changed(file, change)
    expect(() => loadLocalities(folder)).toThrow(named)
    rmSync(folder, { recursive: true })
  })
})
