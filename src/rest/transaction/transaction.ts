/**
 * transaction: all entries or none, in one commit; deletes, then creates, then updates, then reads
 * (https://hl7.org/fhir/R4/http.html#trules).
 */
import { randomUUID } from 'node:crypto'
import type { Caller } from '../../access/caller.ts'
import { permit } from '../../access/permissions.ts'
import { instant } from '../../fhir/clock.ts'
import { nearest } from '../../fhir/nearest.ts'
import { FhirError, outcomes } from '../../fhir/outcomes.ts'
import { isId, refText, type ResourceRef } from '../../fhir/resource.ts'
import type { StoredVersion } from '../../store/store.ts'
import { typesOf } from '../../validation/types.ts'
import { preference, type Preference } from '../answers.ts'
import { atEntry } from '../at-entry.ts'
import { readResource } from '../body.ts'
import { bundleText } from '../bundle.ts'
import { preconditionsOf } from '../conditions.ts'
import type { RestParts } from '../context.ts'
import { putWhere } from '../interactions/conditional.ts'
import { patchCurrent } from '../interactions/patch.ts'
import { deleted, put, removeCurrent, requireSameId } from '../interactions/write.ts'
import { readEntryPatch } from '../patch/patch.ts'
import type { RequestContext } from '../repository.ts'
import type { FhirAnswer, FhirHandler, FhirRequest } from '../request.ts'
import type { Unit } from '../unit.ts'
import { answerEntry, failedEntry, MAX_ANSWER_LENGTH, requireRoom, writtenEntry } from './answers.ts'
import { entryRequest } from './batch.ts'
import { inOrder, isRead, readEntries, type Entry } from './entries.ts'
import { identify, resolveLinks, type Identity } from './identities.ts'
import { requireReadable } from './reads.ts'

/** What became of an entry inside the unit; reads have no outcome until the commit is done. */
type Outcome =
  | { readonly did: 'created' | 'updated' | 'existing'; readonly ref: ResourceRef }
  /** None where there was nothing to delete. */
  | { readonly did: 'deleted'; readonly refs: readonly ResourceRef[] }

const refsOf = (outcome: Outcome): readonly ResourceRef[] => (outcome.did === 'deleted' ? outcome.refs : [outcome.ref])

/** What was matched is read so many at a time: each read waits for its audit entry, and a group of them is one commit. */
const TOGETHER = 16

export const transaction = async (
  parts: RestParts, request: FhirRequest, context: RequestContext, handle: FhirHandler,
): Promise<FhirAnswer> => {
  let places: ReadonlyMap<string, number> = new Map()
  const { value, versions } = await parts.repository.transact(context, async unit => {
    const done = await work(parts, request, context, unit)
    places = new Map([...done.outcomes].flatMap(([index, outcome]) => refsOf(outcome).map(ref => [refText(ref), index] as const)))
    return done
  }, ref => places.get(refText(ref)))
  const written = new Map(versions.map(version => [refText(version.ref), version]))
  const preferred = preference(request.headers['prefer'])
  const entries: string[] = []
  let length = 0
  for (let start = 0; start < value.entries.length; start += TOGETHER) {
    const some = value.entries.slice(start, start + TOGETHER)
    // What a full answer has no room for is there by its location.
    const shown = length > MAX_ANSWER_LENGTH ? 'minimal' : preferred
    const done = await Promise.all(some.map(async entry => {
      const outcome = value.outcomes.get(entry.index)
      return outcome && outcomeEntry(parts, request, context, entry, outcome, written, shown)
    }))
    for (const [position, entry] of some.entries()) {
      const text = done[position] ?? await readEntryAnswer(entry, () => {
        requireRoom(length)
        return handle(entryRequest(request, entry), context.caller)
      })
      entries.push(text)
      length += text.length
    }
  }
  const body = bundleText({
    type: 'transaction-response', id: randomUUID(), lastUpdated: instant(parts.clock.now()), total: undefined, links: [], entries,
  })
  return { status: 200, headers: {}, body }
}

/** Writes are durable by now, so a read that fails all the same (`requireReadable` looked before) says so in its own entry. */
const readEntryAnswer = async (entry: Entry, action: () => Promise<FhirAnswer>): Promise<string> => {
  try {
    return answerEntry(entry, await action())
  } catch (error) {
    if (!(error instanceof FhirError)) throw error
    return failedEntry(outcomes.entryFailed(entry.index, error))
  }
}

const work = async (
  parts: RestParts, request: FhirRequest, context: RequestContext, unit: Unit,
): Promise<{ entries: readonly Entry[]; outcomes: ReadonlyMap<number, Outcome> }> => {
  // Read anew on every attempt, because links are rewritten in the resources themselves.
  const entries = readEntries(readResource(request.body, 'Bundle'), request.base)
  for (const entry of entries) if (!isRead(entry)) requireAddress(parts, context.caller, entry)
  const identities = await identify(parts, unit, context, entries, request.base)
  await resolveLinks(parts, unit, entries, identities, request.base)

  await requireReadable(parts, request, context, unit, entries, identities)

  const done = new Map<number, Outcome>()
  for (const entry of inOrder(entries)) {
    const identity = identities.get(entry.index)
    if (identity === undefined) continue
    done.set(entry.index, await atEntry(entry.index, () => apply(parts, context, unit, entry, identity, request.base)))
  }
  return { entries, outcomes: done }
}

const apply = async (
  parts: RestParts, context: RequestContext, unit: Unit, entry: Entry, { refs, existing }: Identity, base: string,
): Promise<Outcome> => {
  const preconditions = preconditionsOf(entry.ifMatch, entry.ifNoneMatch)
  const { resource } = entry
  const { repository, policy } = parts
  if (entry.verb === 'DELETE') {
    const removed: ResourceRef[] = []
    for (const ref of refs) if (await removeCurrent(unit, ref, preconditions, repository, context)) removed.push(ref)
    return { did: 'deleted', refs: removed }
  }
  const [ref] = refs
  if (resource === undefined || ref === undefined) throw outcomes.badRequest('entry-resource', `${entry.verb} needs a resource`)
  if (entry.verb === 'PATCH') {
    await patchCurrent(unit, readEntryPatch(typesOf(parts.definitions), resource), ref, preconditions, repository, context, base)
    return { did: 'updated', ref }
  }
  if (resource.resourceType !== ref.type) throw outcomes.typeMismatch(resource.resourceType, ref.type)
  if (existing) return { did: 'existing', ref }
  if (entry.verb === 'POST') {
    const { id: _given, ...content } = resource
    unit.create(content, { id: ref.id })
    return { did: 'created', ref }
  }
  if (entry.query === '') requireSameId(resource, ref)
  const isCreated = entry.query === ''
    ? await put(unit, resource, ref, { preconditions, mayCreate: policy.updateCreate }, repository, context)
    : await putWhere(parts, unit, resource, ref, preconditions, context)
  return { did: isCreated ? 'created' : 'updated', ref }
}

const outcomeEntry = async (
  parts: RestParts, request: FhirRequest, context: RequestContext,
  entry: Entry, outcome: Outcome, written: ReadonlyMap<string, StoredVersion>, preferred: Preference,
): Promise<string> => {
  const versionOf = (ref: ResourceRef): StoredVersion => {
    const version = written.get(refText(ref))
    if (version === undefined) throw new Error(`the commit did not answer for ${refText(ref)}`)
    return version
  }
  switch (outcome.did) {
    case 'deleted': return answerEntry(entry, outcome.refs.length === 0 ? { status: 204, headers: {}, body: undefined } : deleted(request, outcome.refs.map(versionOf)))
    case 'existing': return writtenEntry(request.base, await parts.repository.read(context, outcome.ref), 200, preferred)
    case 'created': return writtenEntry(request.base, versionOf(outcome.ref), 201, preferred)
    case 'updated': return writtenEntry(request.base, versionOf(outcome.ref), 200, preferred)
  }
}

/** Type known, address complete, verb served inside a transaction, and the caller's role may. */
const requireAddress = (parts: RestParts, caller: Caller, entry: Entry): void => {
  const at = `Bundle.entry[${entry.index}].request.url`
  const [type = '', id, ...more] = entry.path
  if (!parts.definitions.resourceTypes.has(type)) {
    const near = nearest(type, parts.definitions.resourceTypes)
    throw outcomes.entry('type-unknown', `"${type}" is not an R4 resource type${near === undefined ? '' : `; did you mean "${near}"?`}`, at)
  }
  const isPost = entry.verb === 'POST'
  const isConditional = !isPost && entry.query !== ''
  const complete = isPost || isConditional ? id === undefined && isConditional === (entry.query !== '') : id !== undefined && isId(id) && more.length === 0
  if (!complete) throw outcomes.entry('entry-url', `a ${entry.verb} goes to ${isPost ? 'a type' : 'Type/id or Type?criteria'}, found "${entry.url}"`, at)
  if (isPost || entry.verb === 'DELETE') permit(caller, entry.verb === 'POST' ? 'create' : 'delete', type)
}
