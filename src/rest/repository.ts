/**
 * The Repository: FHIR interactions over the store. The only way in: visibility, validation, guards, audit and
 * retry happen here for every write, whichever interaction it came by, and audit for every read.
 */
import { setImmediate as othersTurn } from 'node:timers/promises'
import type { Caller } from '../access/caller.ts'
import { permitIncluded, permitReach } from '../access/reach.ts'
import { listed, visibilityOf } from '../access/visibility.ts'
import type { Clock } from '../fhir/clock.ts'
import { outcomes, type Issue } from '../fhir/outcomes.ts'
import { refText, type Resource, type ResourceRef } from '../fhir/resource.ts'
import type { Extracted } from '../search/entries.ts'
import type { SearchPlan } from '../search/plan.ts'
import type { HistoryPage, HistoryQuery, SearchPage, Store, StoredVersion } from '../store/store.ts'
import type { ValidationIssue, ValidationOptions, Validator } from '../validation/validator.ts'
import type { EntryOf } from './at-entry.ts'
import { createAuditTrail } from './audit-trail.ts'
import type { Hearing } from './hearing.ts'
import { createTransact } from './transact.ts'
import type { Guard, Unit } from './unit.ts'
import { refuseInvalid } from './validity.ts'

export interface RequestContext {
  readonly caller: Caller
  readonly requestId: string
  readonly correlationId: string
}

export interface Written<T> {
  readonly value: T
  /** The versions written, audit entries not among them. */
  readonly versions: readonly StoredVersion[]
}

export interface Repository {
  /** Throws not-found (also when not visible) or gone. A read of a patient's data is audited, durably, before it resolves. */
  read(context: RequestContext, ref: ResourceRef): Promise<StoredVersion>
  readVersion(context: RequestContext, ref: ResourceRef, version: number): Promise<StoredVersion>
  /** Whether the caller may see it; unaudited, since nothing of it is shown. */
  isVisible(context: RequestContext, ref: ResourceRef): Promise<boolean>
  /** Whether it is an entry of the directory that everyone sees, and not a record of somebody's case. */
  isListed(ref: ResourceRef): Promise<boolean>
  /** `query` is what the audit entry quotes. */
  search(context: RequestContext, plan: Omit<SearchPlan, 'visibility'>, query?: string): Promise<SearchPage>
  history(context: RequestContext, query: Omit<HistoryQuery, 'visibility'>): Promise<HistoryPage>
  /**
   * Runs `work` on a fresh unit, then validation, guards and audit, then one commit; on a Conflict all of it again,
   * a bounded number of times, then 409 contention. `If-Match` is judged by `work` on what it reads. What `entryOf`
   * knows is named in errors as the entry of a Bundle.
   */
  transact<T>(context: RequestContext, work: (unit: Unit) => Promise<T>, entryOf?: EntryOf): Promise<Written<T>>
  /** As `transact`, up to the commit: throws what a write would be refused for, and writes nothing. */
  rehearse(context: RequestContext, work: (unit: Unit) => Promise<unknown>): Promise<void>
  /** Validation as an ordinary write meets it, and by further profiles: every issue, nothing thrown. */
  judge(resource: Resource, also?: readonly string[]): readonly Issue[]
  /** As `judge`, but throws with every issue when one is an error. */
  validate(resource: Resource): readonly ValidationIssue[]
  /** Validation as the door meets it: every issue, unknown profiles as warnings, nothing thrown. */
  examine(resource: Resource): readonly ValidationIssue[]
}

export interface RepositoryParts {
  readonly store: Store
  readonly clock: Clock
  readonly validator: Validator
  readonly profiles: ValidationOptions['profiles']
  readonly extract: (resource: Resource) => Extracted
  /** How far this process has heard of the definitions that `validator` and `extract` go by. */
  readonly hearing: Hearing
  /** In the order in which they judge. */
  readonly guards: readonly Guard[]
  /** What guards would say of the content of a resource that comes alone: told by `$validate`, where nothing is written. */
  readonly rules?: readonly ((resource: Resource) => readonly Issue[])[]
}

export const createRepository = (parts: RepositoryParts): Repository => {
  const { store, clock, validator, profiles, rules = [] } = parts
  const audit = createAuditTrail(parts)

  const examine: Repository['examine'] = resource => validator.validate(resource, { profiles, unknownProfile: 'warning' })
  const meets = (resource: Resource, also: readonly string[] = []): readonly ValidationIssue[] =>
    validator.validate(resource, { profiles, unknownProfile: 'error', also })
  const judge: Repository['judge'] = (resource, also) => {
    const issues = meets(resource, also)
    return issues.some(({ severity }) => severity === 'error' || severity === 'fatal') ? issues : [...issues, ...rules.flatMap(rule => rule(resource))]
  }
  const validate: Repository['validate'] = resource => refuseInvalid(meets(resource))

  return {
    async read(context, ref) {
      const version = found(refText(ref), await store.read(ref, visibilityOf(context.caller)))
      await audit.seen(context, 'read', [version])
      return version
    },

    async readVersion(context, ref, number) {
      const version = found(`${refText(ref)}/_history/${number}`, await store.readVersion(ref, number, visibilityOf(context.caller)))
      await audit.seen(context, 'vread', [version])
      return version
    },

    isVisible: async (context, ref) => await store.read(ref, visibilityOf(context.caller)) !== undefined,

    isListed: async ref => await store.read(ref, listed) !== undefined,

    async search(context, plan, query) {
      permitReach(context.caller, plan)
      const page = await store.search({ ...plan, visibility: visibilityOf(context.caller) })
      if (page.matches.length + page.included.length > LONG_PAGE) await othersTurn()
      permitIncluded(context.caller, page.included)
      await audit.seen(context, 'search', [...page.matches, ...page.included], query)
      return page
    },

    async history(context, query) {
      const page = await store.history({ ...query, visibility: visibilityOf(context.caller) })
      await audit.seen(context, 'history', page.versions)
      return page
    },

    ...createTransact({ ...parts, audit, validate, now: () => clock.now() }),
    judge,
    validate,
    examine,
  }
}

/** After taking over a page of so many, others go first: its audit entry takes as long again (1,000: some 5 ms each). */
const LONG_PAGE = 100

const found = (what: string, version: StoredVersion | undefined): StoredVersion => {
  if (version === undefined) throw outcomes.notFound(what)
  if (version.deleted) throw outcomes.gone(refText(version.ref), version.version)
  return version
}
