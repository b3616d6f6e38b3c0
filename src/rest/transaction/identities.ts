/**
 * What the entries of a transaction will be called: ids for creates, matches of conditions, and every reference
 * between entries rewritten to them.
 */
import { randomUUID } from 'node:crypto'
import { outcomes } from '../../fhir/outcomes.ts'
import { parseReference, references, rewriteLinks } from '../../fhir/reference.ts'
import { refText, type ResourceRef } from '../../fhir/resource.ts'
import { localise } from '../addresses.ts'
import type { RestParts } from '../context.ts'
import { updateTarget } from '../interactions/conditional.ts'
import { findTarget } from '../interactions/patch.ts'
import { findOne } from '../interactions/write.ts'
import type { RequestContext } from '../repository.ts'
import { atEntry } from '../transact.ts'
import type { Unit } from '../unit.ts'
import type { Entry } from './entries.ts'

export interface Identity {
  readonly ref: ResourceRef
  /** A condition matched something that is there already. */
  readonly existing: boolean
}

/** Identity of each entry that writes, by index; a conditional delete that matches nothing has none. */
export const identify = async (
  parts: RestParts, unit: Unit, context: RequestContext, entries: readonly Entry[], base: string,
): Promise<ReadonlyMap<number, Identity>> => {
  const identities = new Map<number, Identity>()
  for (const entry of entries) {
    const identity = await atEntry(entry.index, () => identityOf(parts, unit, context, entry, base))
    if (identity !== undefined) identities.set(entry.index, identity)
  }
  refuseOverlap(identities)
  return identities
}

const identityOf = async (
  parts: RestParts, unit: Unit, context: RequestContext, { verb, path, query, resource, ifNoneExist }: Entry, base: string,
): Promise<Identity | undefined> => {
  const [type = '', id] = path
  const written = (ref: ResourceRef): Identity => ({ ref, existing: false })
  switch (verb) {
    case 'POST': {
      const existing = ifNoneExist === undefined ? undefined : await findOne(parts, unit, type, ifNoneExist, base)
      return { ref: { type, id: existing?.id ?? randomUUID() }, existing: existing !== undefined }
    }
    case 'PUT':
      if (id !== undefined) return written({ type, id })
      if (resource?.resourceType !== type) throw outcomes.typeMismatch(String(resource?.resourceType), type)
      return written(await updateTarget(parts, unit, resource, query, context, base))
    case 'PATCH': return written(id === undefined ? await findTarget(parts, unit, type, query, base) : { type, id })
    case 'DELETE': {
      const target = id ?? (await findOne(parts, unit, type, query, base))?.id
      return target === undefined ? undefined : written({ type, id: target })
    }
    case 'GET': case 'HEAD': return undefined
  }
}

/** R4: a transaction whose resolved identities overlap fails; what only exists already may be named again. */
const refuseOverlap = (identities: ReadonlyMap<number, Identity>): void => {
  const seen = new Map<string, number>()
  for (const [index, { ref, existing }] of identities) {
    if (existing) continue
    const earlier = seen.get(refText(ref))
    if (earlier !== undefined) {
      throw outcomes.entry('entry-repeated', `entries ${earlier} and ${index} both write ${refText(ref)}; a transaction holds a resource once`, `Bundle.entry[${index}]`)
    }
    seen.set(refText(ref), index)
  }
}

/** Makes every link to another entry, and every reference by condition, name its target; in the resources themselves. */
export const resolveLinks = async (
  parts: RestParts, unit: Unit, entries: readonly Entry[], identities: ReadonlyMap<number, Identity>, base: string,
): Promise<void> => {
  const targets = new Map<string, string>()
  for (const { fullUrl, index } of entries) {
    const identity = identities.get(index)
    if (identity !== undefined && fullUrl !== undefined) targets.set(fullUrl, refText(identity.ref))
  }
  for (const { resource, index, fullUrl } of entries) {
    if (resource === undefined) continue
    const root = rootOf(fullUrl) ?? base
    rewriteLinks(resource, link => targets.get(link) ?? targets.get(`${root}/${link}`) ?? targets.get(`${base}/${link}`))
    localise(resource, base)
    for (const found of references(resource)) {
      const parsed = parseReference(found.reference)
      if (parsed.kind !== 'conditional') continue
      found.set(await conditionalTarget(parts, unit, parsed, base, `Bundle.entry[${index}].resource.${found.expression}`))
    }
  }
}

/** R4 bundle.html#references: a relative reference counts from the address of the entry that holds it. */
const rootOf = (fullUrl: string | undefined): string | undefined =>
  /^(https?:\/\/[^\s?#]{1,500})\/[A-Z][A-Za-z]{1,39}\/[A-Za-z0-9\-.]{1,64}$/.exec(fullUrl ?? '')?.[1]

/** `Patient?identifier=…` must lead to exactly one resource (R4 conditional references). */
const conditionalTarget = async (
  parts: RestParts, unit: Unit, { type, query }: { type: string; query: string }, base: string, expression: string,
): Promise<string> => {
  const match = await findOne(parts, unit, type, query, base)
  if (match === undefined) throw outcomes.danglingReference(`${type}?${query}`, expression)
  return `${type}/${match.id}`
}
