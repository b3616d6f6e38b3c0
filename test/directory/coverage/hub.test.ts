/** A hub that runs takes a postcode directory into force: the next referral is placed by it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeTable } from '../../../src/directory/coverage/file.ts'
import { FHIR_JSON, startTestHub, type TestHub } from '../../hub.ts'
import { madeColumns, ORIGIN } from './made.ts'

let hub: TestHub
let folder = ''
const coverage = (): string => join(folder, 'postcodes.bin')
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'care-connexions-coverage-'))
  hub = await startTestHub({ env: { COVERAGE: coverage() } })
})
afterAll(async () => {
  await hub.stop()
  rmSync(folder, { recursive: true })
})

interface Told {
  readonly name: string
  readonly part?: readonly { readonly name: string; readonly valueString?: string; readonly valueCode?: string }[]
}

const triaged = async (postalCode: string): Promise<readonly Told[]> => {
  const patient = { resourceType: 'Patient', birthDate: '1942-03-09', address: [{ use: 'home', postalCode }] }
  const request = { resourceType: 'ServiceRequest', status: 'active', intent: 'order', subject: { reference: 'urn:uuid:00000000-0000-4000-8000-000000000001' } }
  const referral = { resourceType: 'Bundle', type: 'collection', entry: [
    { fullUrl: 'urn:uuid:00000000-0000-4000-8000-000000000001', resource: patient }, { fullUrl: 'urn:uuid:00000000-0000-4000-8000-000000000002', resource: request },
  ] }
  const { body } = await (await hub.as('gp')).post('/fhir/ServiceRequest/$triage').set('content-type', FHIR_JSON)
    .send({ resourceType: 'Parameters', parameter: [{ name: 'referral', resource: referral }] }).expect(200)
  return (body as { parameter: readonly Told[] }).parameter
}

const residence = async (postalCode: string): Promise<string> => {
  const isAsked = (await triaged(postalCode)).some(({ name, part }) => name === 'missing' && part?.some(({ valueString }) => valueString === 'residence') === true)
  return isAsked ? 'asked' : 'known'
}

const inForce = async (): Promise<void> => {
  const { codes, columns } = madeColumns([
    { postcode: 'PR3 0AA', district: 'E07000123' }, { postcode: 'PR7 1AA', district: 'E07000118' }, { postcode: 'PR25 1HR', district: 'E07000126' },
  ])
  await writeTable(coverage(), ORIGIN, codes, columns)
}

describe('a hub', () => {
  it('asks for the district of a shared sector until a directory is there, and is not restarted for it', async () => {
    expect(await residence('PR1 2AB')).toBe('known')
    expect(await residence('PR3 0AA')).toBe('asked')
    await inForce()
    await hub.hub.postcodes.refresh()
    expect(await residence('pr30aa')).toBe('known')
    expect(await residence('PR3 0ZZ')).toBe('asked')
    expect(hub.hub.coverage()).toEqual([
      '3 postcodes of made.csv (simple), imported 2026-11-22', expect.stringMatching(/^not in force for east-staffordshire, no postcode lies in E07000193 \(East Staffordshire\)/),
    ])
  })

  it('names a postcode that the directory should have and does not, and places it by its sector', async () => {
    const isNamed = async (postalCode: string): Promise<boolean> => (await triaged(postalCode)).some(({ name, part }) =>
      name === 'conflict' && part?.some(({ valueString }) => valueString?.includes('in no postcode directory') === true) === true)
    expect([await residence('PR7 1ZZ'), await isNamed('PR7 1ZZ'), await isNamed('PR7 1AA')]).toEqual(['known', true, false])
  })

  it('keeps the directory when its file is broken', async () => {
    await inForce()
    await hub.hub.postcodes.refresh()
    writeFileSync(coverage(), 'broken')
    await hub.hub.postcodes.refresh()
    expect(await residence('PR3 0AA')).toBe('known')
  })
})
