/**
 * One commit after the other inside the transaction of their group: first everything it expects, then its writes, on
 * what the ones before it left. A commit that fails leaves the group as it was.
 */
import { instant } from '../../fhir/clock.ts'
import { refText, type ResourceRef } from '../../fhir/resource.ts'
import { MATCH_LIMIT_MS } from '../limits.ts'
import { isDefinitionType, versionsFirst, Conflict, TooLarge, type Commit, type Expectation, type Label, type StoredVersion, type Write } from '../store.ts'
import { indexFields, NOT_INDEXED, type IndexFields, type KeyDocument } from './documents.ts'
import { flush, join, keyText, layer, requireIndexSize, requireSize, type Changed, type Group, type Head, type Layer } from './group.ts'
import { matchesExactly } from './search.ts'
import { isPassing } from './unavailable.ts'

export type Outcome =
  | { readonly kind: 'written'; readonly versions: readonly StoredVersion[] }
  | { readonly kind: 'failed'; readonly error: Error }

/** A statement of this commit ended the whole transaction: the others have to begin again without it. */
export class Spoilt extends Error {
  readonly position: number
  readonly reason: Error

  constructor(position: number, reason: Error) {
    super(`commit ${position} of the group ended its transaction: ${reason.message}`)
    this.position = position
    this.reason = reason
  }
}

/** Where the log stands: the last sequence given, and the instant of everything in this group, milliseconds. */
export interface Place {
  sequence: number
  /** The last one given to a definition. */
  definitions: number
  readonly at: number
}

/** Answers every commit, in order; throws `Spoilt`, or what the driver throws, when the transaction is lost. */
export const applyAll = async (group: Group, commits: readonly Commit[], place: Place): Promise<readonly Outcome[]> => {
  const outcomes: Outcome[] = []
  for (const [position, commit] of commits.entries()) {
    outcomes.push(await attempt(group, commit, position, place))
  }
  await flush(group)
  return outcomes
}

const attempt = async (group: Group, commit: Commit, position: number, place: Place): Promise<Outcome> => {
  const own = layer()
  const { sequence, definitions } = place
  try {
    for (const expectation of commit.expect) await check(group, expectation, position, place)
    const versions = write(group, own, commit.writes, place)
    join(group, own)
    return { kind: 'written', versions }
  } catch (error) {
    Object.assign(place, { sequence, definitions })
    if (error instanceof Conflict || error instanceof TooLarge || error instanceof RangeError) return { kind: 'failed', error }
    throw error
  }
}

const check = async (group: Group, expectation: Expectation, position: number, { definitions }: Place): Promise<void> => {
  switch (expectation.kind) {
    case 'version': {
      const version = group.heads.get(refText(expectation.ref))?.version ?? 0
      if (version !== expectation.version) throw new Conflict(expectation, version)
      return
    }
    case 'definitions':
      if (definitions > expectation.upTo) throw new Conflict(expectation)
      return
    case 'unseen':
      if (group.keys.get(keyText(expectation.key)) !== undefined) throw new Conflict(expectation)
      return
    case 'matches':
      await flush(group)
      if (!await matches(group, expectation, position)) throw new Conflict(expectation)
  }
}

/** A search that the database gives up ends the transaction it is in. */
const matches = async ({ database, session }: Group, { plan, refs }: Extract<Expectation, { kind: 'matches' }>, position: number): Promise<boolean> => {
  try {
    return await matchesExactly(database, session, plan, refs, MATCH_LIMIT_MS)
  } catch (error) {
    throw isPassing(error) ? error : new Spoilt(position, error as Error)
  }
}

const write = (group: Group, own: Layer, writes: readonly Write[], place: Place): readonly StoredVersion[] => {
  const versions: StoredVersion[] = []
  for (const one of versionsFirst(writes)) {
    switch (one.kind) {
      case 'put': versions.push(put(group, own, one, place)); break
      case 'delete': versions.push(remove(group, own, one, place)); break
      case 'share': relabel(group, own, one.caseId, labels => new Set([...labels, one.label])); break
      case 'unshare': relabel(group, own, one.caseId, labels => new Set([...labels].filter(label => label !== one.label))); break
      case 'grant': grant(group, own, one); break
      case 'index': reindex(group, own, one); break
      case 'key': remember(group, own, one); break
    }
  }
  return versions
}

const headOf = (group: Group, own: Layer, ref: string): Head | undefined => (own.heads.has(ref) ? own.heads.get(ref) : group.heads.get(ref))

const change = (own: Layer, changed: Changed): void => {
  own.heads.set(changed.head._id, changed.head)
  own.changed.set(changed.head._id, { ...own.changed.get(changed.head._id), ...changed })
}

const next = (place: Place, { type }: ResourceRef): number => {
  place.sequence++
  if (isDefinitionType(type)) place.definitions = place.sequence
  return place.sequence
}

const put = (group: Group, own: Layer, one: Extract<Write, { kind: 'put' }>, place: Place): StoredVersion => {
  const ref = refText(one.ref)
  const current = headOf(group, own, ref)
  requireVersion(one, current)
  const json = `${one.json.before}${instant(place.at)}${one.json.after}`
  const fields = indexFields(one.ref.type, one.index)
  requireSize(one.ref, json, fields)
  const sequence = next(place, one.ref)
  const head: Head = {
    _id: ref, type: one.ref.type, id: one.ref.id, row: current?.row ?? sequence, version: one.replaces + 1, sequence, updated: place.at,
    deleted: false, method: one.method, caseId: one.caseId ?? current?.caseId ?? null,
    labels: one.audience === undefined ? current?.labels ?? [] : [...new Set(one.audience)],
  }
  return versioned(own, head, json, fields)
}

const remove = (group: Group, own: Layer, one: Extract<Write, { kind: 'delete' }>, place: Place): StoredVersion => {
  const current = headOf(group, own, refText(one.ref))
  requireVersion(one, current)
  if (current === undefined) throw new Conflict({ kind: 'version', ref: one.ref, version: one.replaces }, 0)
  const head: Head = { ...current, version: current.version + 1, sequence: next(place, one.ref), updated: place.at, deleted: true, method: 'DELETE' }
  return versioned(own, head, '', NOT_INDEXED)
}

const versioned = (own: Layer, head: Head, json: string, fields: IndexFields): StoredVersion => {
  const { _id: ref, type, id, version, sequence, updated, method, deleted, caseId } = head
  change(own, { head, json, fields })
  own.versions.push({ _id: sequence, ref, type, version, updated, method, json })
  return { ref: { type, id }, version, lastUpdated: instant(updated), deleted, method, json, caseId: caseId ?? undefined, sequence }
}

const requireVersion = ({ ref, replaces }: Extract<Write, { kind: 'put' | 'delete' }>, current: Head | undefined): void => {
  const before = current?.version ?? 0
  if (before !== replaces) throw new Conflict({ kind: 'version', ref, version: replaces }, before)
}

const relabel = (group: Group, own: Layer, caseId: string, to: (labels: ReadonlySet<Label>) => ReadonlySet<Label>): void => {
  own.cases.set(caseId, to(own.cases.get(caseId) ?? group.cases.get(caseId) ?? new Set()))
  own.shared.add(caseId)
}

const grant = (group: Group, own: Layer, { ref, label }: Extract<Write, { kind: 'grant' }>): void => {
  const current = headOf(group, own, refText(ref))
  if (current === undefined) throw new RangeError(`nothing to grant: ${refText(ref)} does not exist`)
  if (!current.labels.includes(label)) change(own, { head: { ...current, labels: [...current.labels, label] } })
}

const reindex = (group: Group, own: Layer, { ref, version, index }: Extract<Write, { kind: 'index' }>): void => {
  const current = headOf(group, own, refText(ref))
  if (current?.version !== version || current.deleted) throw new Conflict({ kind: 'version', ref, version }, current?.version ?? 0)
  const fields = indexFields(ref.type, index)
  requireIndexSize(ref, fields, group.lengths.get(refText(ref)) ?? 0)
  change(own, { head: current, fields })
}

const remember = (group: Group, own: Layer, { record: { key, fingerprint, ref } }: Extract<Write, { kind: 'key' }>): void => {
  const text = keyText(key)
  if (own.keys.get(text) !== undefined || group.keys.get(text) !== undefined) throw new Conflict({ kind: 'unseen', key })
  const record: KeyDocument = { _id: { scope: key.scope, value: key.value }, fingerprint, ref: refText(ref) }
  own.keys.set(text, record)
  own.newKeys.push(record)
}
