/**
 * Finds the person an assertion names: an active PractitionerRole of the client's organisation in the directory.
 * Decided on what is `listed` only, never on a role that came inside a referral.
 */
import type { Practitioner, PractitionerRole } from 'fhir/r4.js'
import type { ActingPractitioner } from '../access/caller.ts'
import type { FindActingPractitioner, PractitionerClaim } from '../access/practitioner.ts'
import { listed } from '../access/visibility.ts'
import type { Clock } from '../fhir/clock.ts'
import { periodRange } from '../fhir/dates.ts'
import { localReference } from '../fhir/reference.ts'
import { ODS_ORGANISATION_SYSTEM } from '../fhir/resource.ts'
import type { Condition } from '../search/plan.ts'
import type { Store } from '../store/store.ts'
import { parseStored } from './unit-of-work.ts'

/** One person may hold several roles in an organisation; more than this is a fault in the directory. */
const MAX_ROLES = 50

export const createActingPractitionerFinder = (store: Store, clock: Clock): FindActingPractitioner => async (claim, organisation) => {
  const page = await store.search({
    types: ['PractitionerRole'], visibility: listed, sort: [], count: MAX_ROLES, includes: [], total: 'none',
    where: { kind: 'all-of', of: [claimed(claim), active, ofOrganisation(organisation)] },
  })
  const people = new Map<string, ActingPractitioner>()
  for (const version of page.matches) {
    const found = await person(store, clock, parseStored(version) as unknown as PractitionerRole)
    if (found !== undefined && !people.has(found.practitioner)) people.set(found.practitioner, found)
  }
  const [only, ...others] = people.values()
  return others.length > 0 ? undefined : only
}

const active: Condition = { kind: 'match', param: 'active', test: { kind: 'token', system: undefined, code: 'true' } }

/** By the directory's Organization, or by the ODS code in the reference itself. */
const ofOrganisation = (ods: string): Condition => {
  const identified = { kind: 'token', system: ODS_ORGANISATION_SYSTEM, code: ods } as const
  return {
    kind: 'any-of', of: [
      { kind: 'chain', param: 'organization', types: ['Organization'], where: { kind: 'match', param: 'identifier', test: identified } },
      { kind: 'match', param: 'organization', test: { ...identified, kind: 'reference-identifier' } },
    ],
  }
}

const claimed = (claim: PractitionerClaim): Condition => {
  switch (claim.kind) {
    case 'role': return { kind: 'ids', ids: [claim.id] }
    case 'practitioner': return ofPractitioner(claim.id)
    case 'id': return { kind: 'any-of', of: [{ kind: 'ids', ids: [claim.id] }, ofPractitioner(claim.id)] }
    case 'identifier': {
      const match: Condition = { kind: 'match', param: 'identifier', test: { kind: 'token', system: claim.system, code: claim.value } }
      return { kind: 'any-of', of: [match, { kind: 'chain', param: 'practitioner', types: ['Practitioner'], where: match }] }
    }
  }
}

const ofPractitioner = (id: string): Condition => (
  { kind: 'match', param: 'practitioner', test: { kind: 'reference', types: ['Practitioner'], id } })

/** The role's person, when the role runs today and the person is not inactive. */
const person = async (store: Store, clock: Clock, role: PractitionerRole): Promise<ActingPractitioner | undefined> => {
  const now = clock.now()
  const period = role.period === undefined ? undefined : periodRange(role.period)
  if (period !== undefined && (now < period.low || now >= period.high)) return undefined
  const ref = localReference(role.practitioner?.reference ?? '')
  const version = ref === undefined ? undefined : await store.read(ref, listed)
  if (version === undefined || version.deleted) return undefined
  const practitioner = parseStored(version) as unknown as Practitioner
  if (practitioner.active === false) return undefined
  return { role: `PractitionerRole/${role.id}`, practitioner: `Practitioner/${practitioner.id}`, name: nameOf(practitioner) }
}

const nameOf = ({ name: [name] = [], id }: Practitioner): string => {
  const text = name?.text ?? [...(name?.prefix ?? []), ...(name?.given ?? []), name?.family].filter(part => part !== undefined).join(' ')
  return text === '' ? `Practitioner/${id}` : text
}
