/**
 * One request's writes: work on a unit, validation, references, guards, audit, one commit; again on a Conflict.
 * docs/decisions/0002-optimistic-unit-of-work.md
 */
import { directLabels } from '../access/visibility.ts'
import { FhirError, outcomes } from '../fhir/outcomes.ts'
import type { Resource } from '../fhir/resource.ts'
import { Conflict, isDefinitionType, type Committed, type Write } from '../store/store.ts'
import { answered } from './answered.ts'
import { atEntry, type EntryOf } from './at-entry.ts'
import type { AuditTrail } from './audit-trail.ts'
import { frame } from './frame.ts'
import { isUnheard, type Heard } from './hearing.ts'
import { createReferenceCheck } from './integrity.ts'
import type { Repository, RepositoryParts, RequestContext, Written } from './repository.ts'
import { createTurns } from './turns.ts'
import { openUnit, type Collected } from './unit-of-work.ts'
import type { Change, Guard, Unit } from './unit.ts'

/**
 * Attempts before 409. Repeats take turns, so they meet first attempts only: of 64 simultaneous writers of one resource,
 * or of two in opposite order, none needed the fifth (without turns a quarter failed after eight).
 */
const MAX_ATTEMPTS = 8
/** And those that came before some definition was heard of: another hub may take hundreds, one by one. */
const MAX_UNHEARD = 64
/** Guards see each other's consequences; a chain longer than this is a fault of theirs. */
const MAX_GUARD_ROUNDS = 5

interface TransactParts extends RepositoryParts {
  readonly audit: AuditTrail
  readonly validate: Repository['validate']
  readonly now: () => number
}

export const createTransact = (parts: TransactParts): Pick<Repository, 'transact' | 'rehearse'> => {
  /** Everything but the commit. */
  const judged = async <T>(context: RequestContext, work: (unit: Unit) => Promise<T>, entryOf: EntryOf): Promise<{ value: T; collected: Collected }> => {
    const { unit, collect } = openUnit({ ...parts, ...context, now: parts.now(), entryOf })
    const value = await work(unit)
    const checkReferences = createReferenceCheck(parts.store, context.caller, unit.changes())
    for (const { origin, after, ref } of unit.changes()) {
      if (origin !== 'request' || after === undefined) continue
      await atEntry(entryOf(ref), async () => {
        parts.validate(after)
        await checkReferences(after)
      })
    }
    if (unit.changes().length > 0) await runGuards(parts.guards, unit)
    return { value, collected: collect() }
  }

  const inTurn = createTurns()

  const attempt = async <T>(context: RequestContext, work: (unit: Unit) => Promise<T>, entryOf: EntryOf, isInTurn: boolean): Promise<Written<T>> => {
    // All that follows goes by what is known now or later: what has been heard of since makes the commit conflict.
    const known = parts.hearing.expectation()
    const { value, collected } = await judged(context, work, entryOf).catch(async error => { throw await standing(error, known) })
    if (collected.changes.length === 0 && collected.writes.length === 0) return { value, versions: [] }
    const audit = await parts.audit.written(context, collected)
    const puts = collected.changes.map(change => write(parts, context, collected, change))
    const commit = (): Promise<Committed> =>
      parts.store.commit({ expect: [...collected.expectations, known], writes: [...puts, ...collected.writes, ...audit] })
    // A definition makes all that is under way begin again: those that are at it again come to their end first.
    const committed = await (!isInTurn && collected.changes.some(({ ref }) => isDefinitionType(ref.type)) ? inTurn(commit) : commit())
    return { value, versions: committed.versions.slice(0, puts.length) }
  }

  /** A refusal stands when it goes by all definitions that there are; otherwise the work is judged again, as after any conflict. */
  const standing = async (error: unknown, known: Heard): Promise<unknown> => {
    if (!(error instanceof FhirError && error.status === 422)) return error
    await answered(parts.hearing.catchUp())
    return parts.hearing.expectation().upTo === known.upTo ? error : new Conflict(known)
  }

  const transact: Repository['transact'] = async (context, work, entryOf = () => undefined) => {
    for (let attempts = 0, unheard = 0; ;) {
      try {
        return await (attempts + unheard === 0 ? attempt(context, work, entryOf, false) : inTurn(() => attempt(context, work, entryOf, true)))
      } catch (error) {
        if (!(error instanceof Conflict)) throw error
        if (isUnheard(error)) unheard += 1
        else attempts += 1
        if (attempts === MAX_ATTEMPTS || unheard === MAX_UNHEARD) throw outcomes.contention()
        if (isUnheard(error)) await answered(parts.hearing.catchUp())
      }
    }
  }
  return { transact, rehearse: async (context, work) => { await judged(context, work, () => undefined) } }
}

const runGuards = async (guards: readonly Guard[], unit: Unit): Promise<void> => {
  let before: readonly Change[] = []
  for (let round = 1; !sameChanges(before, unit.changes()); round += 1) {
    if (round > MAX_GUARD_ROUNDS) throw new Error(`guards still change after ${MAX_GUARD_ROUNDS} rounds`)
    before = unit.changes()
    for (const guard of guards) await guard.review(unit)
  }
}

const sameChanges = (one: readonly Change[], other: readonly Change[]): boolean =>
  one.length === other.length && one.every((change, index) => change === other[index])

const write = (parts: TransactParts, context: RequestContext, collected: Collected, change: Change): Write => {
  const { ref, replaces, method } = change
  if (change.after === undefined) return { kind: 'delete', ref, replaces }
  const resource: Resource = change.after
  const caseId = collected.caseOf(ref)
  // Labels are given once: an update keeps those of the resource, and what is in a case is seen by the case's labels.
  const labels = replaces > 0 ? {} : { audience: caseId === undefined ? directLabels(resource.resourceType, context.caller) : [] }
  return {
    kind: 'put', ref, replaces, method,
    json: frame(resource, replaces + 1),
    index: parts.extract(resource),
    ...(caseId === undefined ? {} : { caseId }),
    ...labels,
  }
}
