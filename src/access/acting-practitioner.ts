/**
 * Finds the person a claim names: an active PractitionerRole of the organisation, in the directory, with an active
 * Practitioner. Nobody is better than somebody: two different people who fit are none.
 */
import type { Practitioner, PractitionerRole } from 'fhir/r4.js'
import type { Clock } from '../fhir/clock.ts'
import { periodRange } from '../fhir/dates.ts'
import { ODS_ORGANISATION_SYSTEM } from '../fhir/resource.ts'
import type { Condition, Test } from '../search/plan.ts'
import type { Store } from '../store/store.ts'
import type { ActingPractitioner } from './caller.ts'
import type { FindActingPractitioner, PractitionerClaim } from './practitioner.ts'
import { listed } from './visibility.ts'

/** A person has a few roles in one organisation; an identifier that fits more than this names nobody. */
const MAX_ROLES = 20

export const createFindActingPractitioner = (store: Pick<Store, 'read' | 'search'>, clock: Clock): FindActingPractitioner => {
  const practitionerOf = async (role: PractitionerRole): Promise<ActingPractitioner | undefined> => {
    const [type, id] = role.practitioner?.reference?.split('/') ?? []
    if (type !== 'Practitioner' || id === undefined) return undefined
    const found = await store.read({ type, id }, listed)
    if (found === undefined || found.deleted) return undefined
    const practitioner = JSON.parse(found.json) as Practitioner
    if (practitioner.active === false) return undefined
    return { role: `PractitionerRole/${role.id}`, practitioner: `Practitioner/${id}`, name: nameOf(practitioner) }
  }

  return async (claim, organisation) => {
    const { matches } = await store.search({
      types: ['PractitionerRole'], where: allOf([named(claim), ofOrganisation(organisation)]), visibility: listed,
      sort: [], count: MAX_ROLES + 1, includes: [], total: 'none',
    })
    if (matches.length > MAX_ROLES) return undefined
    const found: ActingPractitioner[] = []
    for (const { json } of matches) {
      const role = JSON.parse(json) as PractitionerRole
      if (!isActive(role, clock.now())) continue
      const practitioner = await practitionerOf(role)
      if (practitioner !== undefined) found.push(practitioner)
    }
    const people = new Set(found.map(({ practitioner }) => practitioner))
    return people.size === 1 ? found[0] : undefined
  }
}

const allOf = (of: readonly Condition[]): Condition => ({ kind: 'all-of', of })
const anyOf = (of: readonly Condition[]): Condition => ({ kind: 'any-of', of })
const match = (param: string, test: Test): Condition => ({ kind: 'match', param, test })

const named = (claim: PractitionerClaim): Condition => {
  switch (claim.kind) {
    case 'role': return { kind: 'ids', ids: [claim.id] }
    case 'practitioner': return ofPractitioner(claim.id)
    case 'id': return anyOf([{ kind: 'ids', ids: [claim.id] }, ofPractitioner(claim.id)])
    case 'identifier': {
      const identifier = match('identifier', { kind: 'token', system: claim.system, code: claim.value })
      return anyOf([identifier, { kind: 'chain', param: 'practitioner', types: ['Practitioner'], where: identifier }])
    }
  }
}

const ofPractitioner = (id: string): Condition => match('practitioner', { kind: 'reference', types: ['Practitioner'], id })

/** By reference to an Organization that has the ODS code, or by the code alone. */
const ofOrganisation = (ods: string): Condition => {
  const code = { system: ODS_ORGANISATION_SYSTEM, code: ods }
  return anyOf([
    { kind: 'chain', param: 'organization', types: ['Organization'], where: match('identifier', { kind: 'token', ...code }) },
    match('organization', { kind: 'reference-identifier', ...code }),
  ])
}

/** R4: a role without `active` is generally assumed to be active; its period bounds it. */
const isActive = ({ active, period }: PractitionerRole, now: number): boolean => {
  const bounds = period === undefined ? undefined : periodRange(period)
  return active !== false && (bounds === undefined || (bounds.low <= now && now < bounds.high))
}

const nameOf = ({ name = [] }: Practitioner): string => {
  const chosen = name.find(({ use }) => use === 'official' || use === 'usual') ?? name[0]
  return chosen?.text ?? [...chosen?.prefix ?? [], ...chosen?.given ?? [], chosen?.family ?? ''].join(' ').trim()
}
