/**
 * What earlier results of triage say of a stored referral, kept as GuidanceResponses beside it: when the hub first had
 * it (no later result starts its clock again), the urgency it was given (never lowered by what is no longer known), and
 * the kind of client that sent it, which nobody else can say later.
 */
import type { GuidanceResponse, ParametersParameter } from 'fhir/r4.js'
import { hubCodeSystem, type Resource } from '../fhir/resource.ts'
import { moreUrgent } from './lines.ts'
import type { Priority } from './proposal.ts'

export interface Earlier {
  /** Instant, milliseconds. */
  readonly firstReceivedAt: number | undefined
  readonly urgencyGiven: Priority | undefined
  readonly referrerKind: string | undefined
}

const KIND_SYSTEM = hubCodeSystem('referrer-kind')

/** The out-parameters as they are kept: tagged with the registered kind of the client that sent the referral. */
export const taggedWithKind = (parameters: Resource, referrerKind: string | undefined): Resource =>
  referrerKind === undefined ? parameters : { ...parameters, meta: { ...parameters.meta, tag: [{ system: KIND_SYSTEM, code: referrerKind }] } }

/** @param request id of the ServiceRequest; results of other requests are passed over */
export const earlierResults = (resources: readonly Resource[], request: string | undefined): Earlier => {
  const results = resources
    .filter(({ resourceType }) => resourceType === 'GuidanceResponse')
    .map(resource => resource as unknown as GuidanceResponse)
    .filter(({ requestIdentifier }) => request !== undefined && requestIdentifier?.value === request)
    .toSorted((a, b) => occurredAt(a) - occurredAt(b))
  const [first] = results
  const kept = results.flatMap(({ contained }) => (contained ?? []) as unknown as readonly (Resource & { parameter?: readonly ParametersParameter[] })[])
  const firstAt = first === undefined ? NaN : occurredAt(first)
  return {
    firstReceivedAt: Number.isNaN(firstAt) ? undefined : firstAt,
    urgencyGiven: kept.flatMap(({ parameter = [] }) => priorities(parameter))
      .reduce<Priority | undefined>((highest, priority) => (highest === undefined ? priority : moreUrgent(highest, priority)), undefined),
    referrerKind: kept.flatMap(({ meta }) => meta?.tag ?? []).find(({ system }) => system === KIND_SYSTEM)?.code,
  }
}

const occurredAt = ({ occurrenceDateTime }: GuidanceResponse): number => Date.parse(String(occurrenceDateTime))

const priorities = (parameter: readonly ParametersParameter[]): readonly Priority[] =>
  parameter.flatMap(({ name, valueCode }) => (name === 'priority' && valueCode !== undefined ? [valueCode as Priority] : []))
