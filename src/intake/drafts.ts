/**
 * Each resource of a sending as it would be stored: national variants normalised, with its new id, without what its
 * sender's server wrote into `meta`, judged by the validator.
 */
import { randomUUID } from 'node:crypto'
import type { Task } from 'fhir/r4.js'
import { isObject } from '../fhir/json.ts'
import { isError, type Issue } from '../fhir/outcomes.ts'
import type { Resource, ResourceRef } from '../fhir/resource.ts'
import { kindOf } from '../referral/codes.ts'
import type { ValidationIssue } from '../validation/validator.ts'
import { normalise } from './normalise.ts'
import { ask, MAX_ISSUES_TOLD, type Remark } from './remarks.ts'
import type { SentEntry } from './sent.ts'

/** Every issue of a resource as the door judges it, nothing thrown. */
export type Examine = (resource: Resource) => readonly ValidationIssue[]

export interface Draft {
  readonly entry: SentEntry
  /** Normalised, with the id it will have. */
  readonly resource: Resource
  readonly isUsable: boolean
  /** Rules of normalisation that changed it. */
  readonly rules: readonly string[]
  readonly remarks: readonly Remark[]
}

export const draftOf = (entry: SentEntry, examine: Examine): Draft => {
  const { resource, changes } = normalise(entry.resource)
  resource.id = randomUUID()
  withoutServerMeta(resource)
  const place = (expression: string): string => entry.at + expression.replace(/^[A-Za-z]+/, '')
  const normalised = changes.map(({ rule, text, expression }): Remark => ({
    at: entry.at, asksPerson: false,
    issue: { severity: 'information', type: 'informational', code: rule, text, expression: [place(expression)] },
  }))
  const why = refusedKind(resource)
  const found = why === undefined ? examine(resource) : []
  const isUsable = why === undefined && !found.some(isError)
  return {
    entry, resource, isUsable, rules: [...new Set(changes.map(({ rule }) => rule))],
    remarks: [
      ...normalised,
      ...(why === undefined ? [] : [ask('not-taken', entry.at, why)]),
      ...firstOf(found).map((issue): Remark => ({ at: entry.at, asksPerson: isError(issue), issue: told(issue, place) })),
    ],
  }
}

/** In the order of the resource; where there are too many, errors before the rest. */
const firstOf = (found: readonly ValidationIssue[]): readonly ValidationIssue[] => (found.length <= MAX_ISSUES_TOLD ? found
  : [...found.filter(isError), ...found.filter(issue => !isError(issue))].slice(0, MAX_ISSUES_TOLD))

/** As the sender is told: at its place in what was sent, and never as an error, since the sending was taken. */
const told = ({ severity, type, code, text, expression }: ValidationIssue, place: (expression: string) => string): Issue =>
  ({ severity: severity === 'information' ? severity : 'warning', type, code, text, expression: expression.map(place) })

const withoutServerMeta = (resource: Resource): void => {
  if (!isObject(resource.meta)) return
  const { versionId: _version, lastUpdated: _updated, ...meta } = resource.meta
  if (Object.keys(meta).length === 0) delete resource.meta
  else resource.meta = meta
}

/** What a sending cannot bring along whatever its content: records and steps that are the hub's own to write. */
const refusedKind = (resource: Resource): string | undefined => {
  switch (resource.resourceType) {
    case 'AuditEvent': return 'the hub alone writes its audit; the AuditEvent stands in the Binary only'
    case 'Subscription': return 'a Subscription is no part of a referral; create it by itself'
    case 'Task': return isObject(resource['code']) && isWorkflow(resource)
      ? 'a Task of the hub\'s workflow is made by the hub; this one stands in the Binary only' : undefined
    default: return undefined
  }
}

const isWorkflow = (task: Resource): boolean => {
  const { coding } = task['code'] as { coding?: unknown }
  return Array.isArray(coding) && coding.every(isObject) && kindOf(task as unknown as Task) !== undefined
}

export const refOf = ({ resourceType, id }: Resource): ResourceRef => ({ type: resourceType, id: String(id) })
