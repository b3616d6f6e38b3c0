/** Stored referrals through a changed pack: as things stood when they were answered, with what differs and what cannot be said. */
import type { Parameters } from 'fhir/r4.js'
import { systemCaller } from '../../../src/access/caller.ts'
import type { StoredVersion } from '../../../src/store/store.ts'
import { compilePack, triageOf, type Triage } from '../../../src/triage/load.ts'
import { replay } from '../../../src/triage/packs/replay.ts'
import { referralBundle, type Given } from '../../../scripts/vignette-bundle.ts'
import { startTestHub, type TestHub } from '../../hub.ts'
import { localities, triage, usual } from '../referral.ts'

const CANONICAL = 'https://care-connexions.example/fhir/PlanDefinition/central-lancashire'
const context = { caller: systemCaller, requestId: 'test', correlationId: 'test' }

let hub: TestHub
beforeAll(async () => { hub = await startTestHub() })
afterAll(() => hub.stop())

const submit = async (id: string, given: Given): Promise<string> => {
  const answer = await (await hub.as('gp')).post('/fhir/ServiceRequest/$submit').send({ resourceType: 'Parameters', parameter: [{ name: 'referral', resource: referralBundle(id, given, 'first', localities) }] })
  expect(answer.status).toBe(201)
  return String((answer.body as Parameters).parameter?.find(({ name }) => name === 'referral')?.valueReference?.reference).replace('ServiceRequest/', '')
}

/** The shipped packs, that of Central Lancashire with a change. */
const withChange = (change: (text: string) => string): Triage => triageOf(localities.map(locality => compilePack(
  locality.name === 'central-lancashire' ? { ...locality, pack: { ...locality.pack, text: change(locality.pack.text) } } : locality)))

/** What the store holds; `instead` says what a version says instead (nothing: itself), or that it is not there. */
async function * versions(instead: (version: StoredVersion) => string | undefined = () => ''): AsyncGenerator<StoredVersion> {
  for (let after = 0; ;) {
    const page = await hub.hub.store.events(after, 100)
    for (const version of page) {
      const json = instead(version)
      const { ref, version: number, lastUpdated, deleted, method, caseId, sequence } = version
      if (json !== undefined) yield { ref, version: number, lastUpdated, deleted, method, caseId, sequence, json: json === '' ? version.json : json }
    }
    const last = page.at(-1)
    if (last === undefined) return
    after = last.sequence
  }
}

const replayed = (changed: Triage) => replay(versions(), triage, changed, CANONICAL)
const adultsAt85 = (text: string): string => text.replace('"adultAge": 18', '"adultAge": 85')

describe('a replay', () => {
  let fall: string
  let wound: string
  beforeAll(async () => {
    const { news2: _none, ...noScore } = usual
    fall = await submit('fall', { ...noScore, receivedAt: '2026-11-24T10:15' })
    wound = await submit('wound', { ...noScore, receivedAt: '2026-11-24T10:15', age: 90, needs: ['wound-care'] })
    await submit('staffordshire', { ...noScore, receivedAt: '2026-11-24T10:15', residence: 'east-staffs', practice: 'ss', rehabPotential: true })
  })

  it('finds nothing different in the pack itself', async () => {
    expect(await replayed(triage)).toEqual({ replayed: 2, differing: [], missed: [] })
  })

  it('shows what would be different, and only that', async () => {
    const { differing, replayed: count } = await replayed(withChange(adultsAt85))
    expect(count).toBe(2)
    expect(differing.map(({ result, was, wouldBe }) => [result.referral, was, wouldBe])).toEqual([
      [fall, 'offer UCR2H asap by 2026-11-24T12:15Z', 'redirect asap (under-18)'],
    ])
  })

  it('reads the capacity of then, not of now', async () => {
    const full = (free: number, asOf: string) => hub.hub.repository.transact(context, async unit => {
      const service = await unit.read({ type: 'HealthcareService', id: 'cl-map-dn' })
      const count = { url: 'https://care-connexions.example/fhir/StructureDefinition/service-capacity', extension: [{ url: 'free', valueInteger: free }, { url: 'asOf', valueDateTime: asOf }] }
      await unit.update({ ...service, extension: [count] } as never)
    })
    await hub.clock({ now: '2026-11-24T10:30:00Z' })
    await full(0, '2026-11-24T10:30:00Z')
    const later = await submit('later', { ...usual, receivedAt: '2026-11-24T10:30', age: 91, needs: ['wound-care'] })
    await hub.clock({ now: '2026-11-24T10:40:00Z' })
    await full(5, '2026-11-24T10:40:00Z')
    const { differing, missed } = await replayed(withChange(text => text.replace('"adultAge": 18', '"adultAge": 95')))
    expect(missed).toEqual([])
    expect(differing.map(({ result, was }) => [result.referral, was])).toEqual([
      [fall, 'offer UCR2H asap by 2026-11-24T12:15Z'], [wound, 'offer MAP-DN routine'], [later, 'review urgent by 2026-11-24T10:45Z (capacity-full)'],
    ])
  })

  it('says what it could not replay, and why', async () => {
    const without = await replay(versions(({ ref }) => (ref.id === fall && ref.type === 'ServiceRequest' ? undefined : '')), triage, triage, CANONICAL)
    expect(without.missed.map(({ result, reason }) => [result.referral, reason])).toEqual([[fall, 'its ServiceRequest is not there']])

    const other = await replay(versions(({ ref, json }) => (ref.type === 'GuidanceResponse' ? json.replace('"valueCode":"offer"', '"valueCode":"closed"') : '')), triage, triage, CANONICAL)
    expect(other.missed[0]?.reason).toMatch(/^the pack in force would answer offer UCR2H .* now, and answered closed UCR2H .*: it went by something that is not stored$/)
  })
})
