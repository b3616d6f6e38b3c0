/**
 * What belongs to $everything of a Patient or an Encounter: the types of its own records, and those by which they are
 * understood.
 */
import type { Caller } from '../../access/caller.ts'
import { isPermitted, permit } from '../../access/permissions.ts'
import type { Definitions } from '../../definitions/definitions.ts'
import { nearest } from '../../fhir/nearest.ts'
import { outcomes } from '../../fhir/outcomes.ts'
import { compartmentCondition, compartmentTypes } from '../../search/compartment.ts'
import type { Condition } from '../../search/plan.ts'

export type Centre = 'Patient' | 'Encounter'

/** What records are understood by; other people's records are not among them. */
const SUPPORTING: Readonly<Record<Centre, readonly string[]>> = {
  Patient: ['Practitioner', 'PractitionerRole', 'Organization', 'Location', 'HealthcareService', 'Medication', 'Device', 'Substance', 'Endpoint'],
  Encounter: ['Patient', 'Practitioner', 'PractitionerRole', 'Organization', 'Location', 'HealthcareService', 'Medication', 'Device', 'Substance'],
}

/** About somebody, though R4 puts them in no compartment of theirs: the tasks of a referral, by this parameter. */
const ABOUT: Readonly<Record<Centre, Readonly<Record<string, string>>>> = { Patient: { Task: 'patient' }, Encounter: { Task: 'encounter' } }

/** Who looked is in the compartment of whom it was about, and every look adds to it; it comes where `_type` names it. */
const ONLY_WHEN_NAMED: ReadonlySet<string> = new Set(['AuditEvent'])

export interface Extent {
  /** Its own records, the matches. */
  readonly matched: readonly string[]
  /** What those are understood by. */
  readonly included: readonly string[]
}

/**
 * `named`: the types asked for, undefined for all. Of those named the ones that are not the caller's are refused (403),
 * others are left out. Throws FhirError.
 */
export const typesFor = (
  definitions: Definitions, caller: Caller, centre: Centre, named: readonly string[] | undefined,
): Extent => {
  const inside = [...compartmentTypes(definitions, centre), ...Object.keys(ABOUT[centre])]
  const supporting = SUPPORTING[centre].filter(type => !inside.includes(type))
  if (named === undefined) {
    permit(caller, 'search', centre)
    return {
      matched: inside.filter(type => !ONLY_WHEN_NAMED.has(type) && isPermitted(caller, 'search', type)),
      included: supporting.filter(type => isPermitted(caller, 'read', type)),
    }
  }
  const included = supporting.filter(type => named.includes(type))
  for (const type of included) permit(caller, 'read', type)
  const matched = named.filter(type => !included.includes(type))
  for (const type of matched) requireInside(definitions, centre, type, inside)
  if (matched.length === 0) {
    throw outcomes.badParameter('_type', `${included.join(', ')} comes along with what refers to it; name a type of the ${centre}'s own records besides`)
  }
  return { matched, included }
}

const requireInside = ({ resourceTypes }: Definitions, centre: Centre, type: string, inside: readonly string[]): void => {
  if (inside.includes(type)) return
  const near = nearest(type, resourceTypes)
  throw outcomes.badParameter('_type', resourceTypes.has(type)
    ? `nothing of the type ${type} is ever part of $everything of a ${centre}; leave it out of _type`
    : `"${type.slice(0, 64)}" is not an R4 resource type${near === undefined ? '' : `; did you mean "${near}"?`}`)
}

/** Of a type that is `matched`: what is its own. */
export const partOf = (definitions: Definitions, centre: Centre, id: string, type: string): Condition => {
  const param = ABOUT[centre][type]
  return param === undefined
    ? compartmentCondition(definitions, centre, id, [type])
    : { kind: 'match', param, test: { kind: 'reference', types: [centre], id } }
}
