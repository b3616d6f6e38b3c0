import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createActingPractitionerFinder } from '../../src/rest/acting-practitioner.ts'
import { systemCaller, type Caller } from '../../src/access/caller.ts'
import { parsePractitionerClaim, type FindActingPractitioner } from '../../src/access/practitioner.ts'
import { directLabels } from '../../src/access/visibility.ts'
import { loadDefinitions } from '../../src/definitions/load.ts'
import { manualClock } from '../../src/fhir/clock.ts'
import type { Resource } from '../../src/fhir/resource.ts'
import { createExtractor } from '../../src/search/extract.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import type { Store } from '../../src/store/store.ts'
import { callerOf } from '../access/callers.ts'

const NOW = Date.parse('2026-11-24T10:15:00Z')
const ODS = 'https://fhir.nhs.uk/Id/ods-organization-code'
const SDS = 'https://fhir.nhs.uk/Id/sds-user-id'
const extract = createExtractor(loadDefinitions())

let folder: string, store: Store, find: FindActingPractitioner
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'acting-'))
  const clock = manualClock(NOW)
  store = await openSqliteStore({ path: join(folder, 'hub.db'), clock })
  find = createActingPractitionerFinder(store, clock)

  const person = (id: string, given: object = {}): Resource =>
    ({ resourceType: 'Practitioner', id, name: [{ family: id, given: ['Ada'], prefix: ['Dr'] }], ...given })
  const role = (id: string, practitioner: string, given: object = {}): Resource => ({
    resourceType: 'PractitionerRole', id, active: true, practitioner: { reference: `Practitioner/${practitioner}` },
    organization: { reference: 'Organization/surgery' }, ...given,
  })
  await put(systemCaller, [
    { resourceType: 'Organization', id: 'surgery', identifier: [{ system: ODS, value: 'P81001' }] },
    { resourceType: 'Organization', id: 'trust', identifier: [{ system: ODS, value: 'RXN' }] },
    person('jones', { identifier: [{ system: SDS, value: '555000000001' }] }), person('left', { active: false }), person('khan'),
    role('gp', 'jones', { identifier: [{ system: 'https://example.org/role', value: 'r-1' }] }),
    role('partner', 'jones'),
    role('retired', 'jones', { active: false }),
    role('never-said', 'jones', { active: undefined }),
    role('until-yesterday', 'khan', { period: { end: '2026-11-23' } }),
    role('from-tomorrow', 'khan', { period: { start: '2026-11-25' } }),
    role('until-today', 'khan', { period: { start: '2020', end: '2026-11-24' } }),
    role('of-one-who-left', 'left'),
    role('elsewhere', 'jones', { organization: { reference: 'Organization/trust' } }),
    role('by-code', 'khan', { organization: { identifier: { system: ODS, value: 'RX7' } } }),
    role('of-nobody', 'missing'),
  ])
  await put(callerOf('referrer'), [person('forged'), role('self-made', 'forged'), role('borrowed', 'jones')])
})
afterAll(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

const put = async (caller: Caller, resources: readonly Resource[]): Promise<void> => {
  await store.commit({
    expect: [],
    writes: resources.map(resource => {
      const { resourceType: type, id = '', ...content } = resource
      return {
        kind: 'put', ref: { type, id }, replaces: 0, method: 'PUT', index: extract(resource), audience: directLabels(type, caller),
        json: { before: `{"resourceType":"${type}","id":"${id}","meta":{"versionId":"1","lastUpdated":"`, after: `"},${JSON.stringify(content).slice(1)}` },
      }
    }),
  })
}

const found = async (claim: string, organisation = 'P81001'): Promise<string | undefined> => {
  const parsed = parsePractitionerClaim(claim)
  if (parsed === undefined) throw new Error(`${claim} is no claim`)
  return (await find(parsed, organisation))?.role
}

describe('the acting practitioner', () => {
  it('is found with role, person and name', async () => {
    expect(await find({ kind: 'role', id: 'gp' }, 'P81001'))
      .toEqual({ role: 'PractitionerRole/gp', practitioner: 'Practitioner/jones', name: 'Dr Ada jones' })
  })

  it.each([
    ['PractitionerRole/gp', 'PractitionerRole/gp'],
    ['gp', 'PractitionerRole/gp'],
    ['https://example.org/role|r-1', 'PractitionerRole/gp'],
    ['PractitionerRole/until-today', 'PractitionerRole/until-today'],
  ])('by %s', async (claim, role) => expect(await found(claim)).toBe(role))

  it.each(['Practitioner/jones', 'jones', `${SDS}|555000000001`])('by %s, in one of the person\'s roles here', async claim =>
    expect(['PractitionerRole/gp', 'PractitionerRole/partner']).toContain(await found(claim)))

  it('by the code of an organisation that is no resource', async () =>
    expect(await found('khan', 'RX7')).toBe('PractitionerRole/by-code'))

  it.each([
    ['a role that is not active', 'PractitionerRole/retired'],
    ['a role that does not say whether it is active', 'PractitionerRole/never-said'],
    ['a role that ended yesterday', 'PractitionerRole/until-yesterday'],
    ['a role that begins tomorrow', 'PractitionerRole/from-tomorrow'],
    ['a person who is not active', 'PractitionerRole/of-one-who-left'],
    ['a role of another organisation', 'PractitionerRole/elsewhere'],
    ['a role whose person is not there', 'PractitionerRole/of-nobody'],
    ['a role that the referrer made for itself', 'PractitionerRole/self-made'],
    ['a role that the referrer made for a person of the directory', 'PractitionerRole/borrowed'],
    ['an unknown id', 'nobody'],
    ['another system\'s identifier', 'https://example.org/other|555000000001'],
  ])('is not %s', async (_what, claim) => expect(await found(claim)).toBeUndefined())
})
