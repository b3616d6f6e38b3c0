/**
 * A unit of work: what one request reads and is about to write, until the Repository commits it.
 *
 * Interactions and operations put changes in; guards look at the changes and add what follows from them
 * (docs/decisions/0002-optimistic-unit-of-work.md). Everything read through a unit becomes an expectation of
 * the commit, so a decision is never made on something that has since changed.
 */
import type { Caller } from '../access/caller.ts'
import type { Resource, ResourceRef } from '../fhir/resource.ts'
import type { Condition, Visibility } from '../search/plan.ts'
import type { Expectation, KeyRecord, Label, Method, RequestKey } from '../store/store.ts'

export interface Change {
  readonly ref: ResourceRef
  readonly method: Method
  /** What is current, undefined for a create. */
  readonly before: Resource | undefined
  /** What will be, undefined for a delete. Has its id; meta.versionId and lastUpdated are set at commit. */
  readonly after: Resource | undefined
  /** Current version number, 0 for none. */
  readonly replaces: number
  /** Where the change came from: the client's own request, or a consequence added by a guard or an operation. */
  readonly origin: 'request' | 'consequence'
}

export interface Unit {
  readonly caller: Caller
  /** Instant of the request, milliseconds. */
  readonly now: number
  readonly requestId: string
  readonly correlationId: string

  /**
   * Current resource as this unit sees it (its own changes first), or undefined; its version becomes an expectation.
   * Sees what the hub sees: guards decide on the whole truth. What is shown to the caller goes by Repository.read.
   */
  read(ref: ResourceRef): Promise<Resource | undefined>
  /** Whether the hub knows any version of it, a deleted one included. */
  existed(ref: ResourceRef): Promise<boolean>
  /**
   * Current resources of a type that match, own changes considered; the result becomes a `matches` expectation.
   * Looks at everything unless a visibility is given (conditional interactions look only at what the caller may see).
   */
  find(type: string, where: Condition, visibility?: Visibility): Promise<readonly Resource[]>
  /** The case a resource is in, as stored or as decided in this unit. */
  caseOf(ref: ResourceRef): Promise<string | undefined>
  audience(caseId: string): Promise<readonly Label[]>

  /** New resource with an id given here (lower-case UUID unless `id` is given); returns it with its id. */
  create(resource: Resource, options?: { id?: string; origin?: Change['origin']; method?: Method }): Resource
  /** New content for an existing resource (read through this unit before). */
  update(resource: Resource, options?: { origin?: Change['origin']; method?: Method }): Promise<Resource>
  delete(ref: ResourceRef, options?: { origin?: Change['origin'] }): Promise<void>

  /** Puts a resource into a case. */
  join(ref: ResourceRef, caseId: string): void
  share(caseId: string, label: Label): void
  unshare(caseId: string, label: Label): void
  grant(ref: ResourceRef, label: Label): void
  /** What a request key was remembered with, or undefined. */
  recall(key: RequestKey): Promise<KeyRecord | undefined>
  /** Remembers a request key, expecting it unseen. */
  remember(record: KeyRecord): void
  expect(expectation: Expectation): void
  /** Errors of `action` are about the change of `ref`: in a transaction they name its entry. */
  judging<T>(ref: ResourceRef, action: () => Promise<T>): Promise<T>

  /** All changes so far, one per resource, in order of first mention. */
  changes(): readonly Change[]
}

/**
 * Judges the changes of a unit, in the commit path of every interaction: refuses by throwing a FhirError,
 * adds consequences through the unit. Runs again on a retry, so it must be pure but for the unit.
 * Guards run in order, each over all changes, once more while consequences of others keep coming (bounded).
 */
export interface Guard {
  readonly name: string
  review(unit: Unit): Promise<void>
}
