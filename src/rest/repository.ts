/**
 * The Repository: FHIR interactions over the store. The only way in: visibility, permission, validation, guards,
 * audit and retry happen here for every write, whichever interaction it came by.
 */
import type { Caller } from '../access/caller.ts'
import type { Resource, ResourceRef } from '../fhir/resource.ts'
import type { Unit } from './unit.ts'
import type { SearchPlan } from '../search/plan.ts'
import type { HistoryPage, HistoryQuery, SearchPage, StoredVersion } from '../store/store.ts'

export interface RequestContext {
  readonly caller: Caller
  readonly requestId: string
  readonly correlationId: string
}

export interface Written<T> {
  readonly value: T
  readonly versions: readonly StoredVersion[]
}

export interface Repository {
  /** Throws not-found (also when not visible) or gone. A read of a patient's data is audited, durably, before it resolves. */
  read(context: RequestContext, ref: ResourceRef): Promise<StoredVersion>
  readVersion(context: RequestContext, ref: ResourceRef, version: number): Promise<StoredVersion>
  search(context: RequestContext, plan: Omit<SearchPlan, 'visibility'>): Promise<SearchPage>
  history(context: RequestContext, query: Omit<HistoryQuery, 'visibility'>): Promise<HistoryPage>
  /**
   * Runs `work` on a fresh unit, then permission, validation, guards and audit, then one commit; on a Conflict all
   * of it again, a bounded number of times, then 409 contention. `If-Match` is judged by `work` on what it reads.
   */
  transact<T>(context: RequestContext, work: (unit: Unit) => Promise<T>): Promise<Written<T>>
  /** Validation as an ordinary write would meet it; throws 422/400 with every error, returns warnings. */
  validate(resource: Resource, context: RequestContext): readonly import('../validation/validator.ts').ValidationIssue[]
}
