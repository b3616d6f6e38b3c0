/**
 * What the entries of a transaction will be called: ids for creates, matches of conditions, and every reference
 * between entries rewritten to them.
 */
import { randomUUID } from 'node:crypto'
import { outcomes } from '../../fhir/outcomes.ts'
import { parseReference, references, rewriteLinks } from '../../fhir/reference.ts'
import { refText, type ResourceRef } from '../../fhir/resource.ts'
import { localiseReferences } from '../addresses.ts'
import { atEntry } from '../at-entry.ts'
import { preconditionsOf } from '../conditions.ts'
import type { RestParts } from '../context.ts'
import { deleteTargets, updateTarget } from '../interactions/conditional.ts'
import { findAll, findOne } from '../interactions/criteria.ts'
import { findTarget } from '../interactions/patch.ts'
import { resolveInPatch } from '../patch/links.ts'
import type { RequestContext } from '../repository.ts'
import type { Unit } from '../unit.ts'
import { isRead, type Entry } from './entries.ts'

export interface Identity {
  /** One; a conditional delete may be of several. */
  readonly refs: readonly ResourceRef[]
  /** A condition matched something that is there already. */
  readonly existing: boolean
}

/** Identity of each entry that writes, by index; that of a conditional delete which matches nothing is empty. */
export const identify = async (
  parts: RestParts, unit: Unit, context: RequestContext, entries: readonly Entry[], base: string,
): Promise<ReadonlyMap<number, Identity>> => {
  const identities = new Map<number, Identity>()
  for (const entry of entries) {
    if (!isRead(entry)) identities.set(entry.index, await atEntry(entry.index, () => identityOf(parts, unit, context, entry, base)))
  }
  refuseOverlap(identities)
  return identities
}

const identityOf = async (
  parts: RestParts, unit: Unit, context: RequestContext, { verb, path, query, resource, ifNoneExist, ifMatch, ifNoneMatch }: Entry, base: string,
): Promise<Identity> => {
  const [type = '', id] = path
  const written = (...refs: readonly ResourceRef[]): Identity => ({ refs, existing: false })
  switch (verb) {
    case 'POST': {
      const existing = ifNoneExist === undefined ? undefined : await findOne(parts, unit, type, ifNoneExist, base)
      return { refs: [{ type, id: existing?.id ?? randomUUID() }], existing: existing !== undefined }
    }
    case 'PUT':
      if (id !== undefined) return written({ type, id })
      if (resource?.resourceType !== type) throw outcomes.typeMismatch(String(resource?.resourceType), type)
      return written(await updateTarget(parts, unit, resource, query, context, base))
    case 'PATCH': return written(id === undefined ? await findTarget(parts, unit, type, query, base) : { type, id })
    case 'DELETE':
      if (id !== undefined) return written({ type, id })
      return written(...await deleteTargets(parts, unit, type, query, preconditionsOf(ifMatch, ifNoneMatch), base))
    case 'GET': case 'HEAD': return written()
  }
}

/** R4: a transaction whose resolved identities overlap fails; what only exists already may be named again. */
const refuseOverlap = (identities: ReadonlyMap<number, Identity>): void => {
  const seen = new Map<string, number>()
  for (const [index, { refs, existing }] of identities) {
    for (const ref of existing ? [] : refs.map(refText)) {
      const earlier = seen.get(ref)
      if (earlier !== undefined) {
        throw outcomes.entry('entry-repeated', `entries ${earlier} and ${index} both write ${ref}; a transaction holds a resource once`, `Bundle.entry[${index}]`)
      }
      seen.set(ref, index)
    }
  }
}

/**
 * Makes every link to another entry, and every reference by condition, name its target: in the resources themselves, and in
 * what a JSON Patch puts into one.
 */
export const resolveLinks = async (
  parts: RestParts, unit: Unit, entries: readonly Entry[], identities: ReadonlyMap<number, Identity>, base: string,
): Promise<void> => {
  const targets = new Map<string, string>()
  for (const { fullUrl, index } of entries) {
    const [ref, ...others] = identities.get(index)?.refs ?? []
    if (fullUrl !== undefined && ref !== undefined && others.length === 0) targets.set(fullUrl, refText(ref))
  }
  for (const { resource, index, fullUrl, verb } of entries) {
    if (resource === undefined) continue
    const root = rootOf(fullUrl) ?? base
    const resolve = async (holder: object): Promise<void> => {
      rewriteLinks(holder, link => targets.get(link) ?? targets.get(`${root}/${link}`) ?? targets.get(`${base}/${link}`))
      if (resource.resourceType !== 'Bundle') localiseReferences(holder, base)
      for (const found of references(holder)) {
        const parsed = parseReference(found.reference)
        if (parsed.kind === 'conditional') found.set(await conditionalTarget(parts, unit, parsed, base, found.expression))
      }
    }
    const isJsonPatch = verb === 'PATCH' && resource.resourceType === 'Binary'
    await atEntry(index, () => (isJsonPatch ? resolveInPatch(resource, resolve) : resolve(resource)))
  }
}

/** R4 bundle.html#references: a relative reference counts from the address of the entry that holds it. */
const rootOf = (fullUrl: string | undefined): string | undefined =>
  /^(https?:\/\/[^\s?#]{1,500})\/[A-Z][A-Za-z]{1,39}\/[A-Za-z0-9\-.]{1,64}$/.exec(fullUrl ?? '')?.[1]

/** `Patient?identifier=…` must lead to exactly one resource (R4 conditional references). */
const conditionalTarget = async (
  parts: RestParts, unit: Unit, { type, query }: { type: string; query: string }, base: string, expression: string,
): Promise<string> => {
  const [match, ...others] = await findAll(parts, unit, type, query, base)
  if (match === undefined) throw outcomes.danglingReference(`${type}?${query}`, expression)
  if (others.length > 0) throw outcomes.multipleMatches(`${type}?${query}`, expression)
  return `${type}/${match.id}`
}
