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
import { findOne } from '../interactions/write.ts'
import type { Unit } from '../unit.ts'
import type { Entry } from './entries.ts'

export interface Identity {
  readonly ref: ResourceRef
  /** A condition matched something that is there already. */
  readonly existing: boolean
}

/** Identity of each POST and PUT entry, by index. */
export const identify = async (
  parts: RestParts, unit: Unit, entries: readonly Entry[], base: string,
): Promise<ReadonlyMap<number, Identity>> => {
  const identities = new Map<number, Identity>()
  for (const entry of entries) {
    const [type = '', id] = entry.path
    switch (entry.verb) {
      case 'POST': {
        const existing = entry.ifNoneExist === undefined ? undefined : await findOne(parts, unit, type, entry.ifNoneExist, base)
        identities.set(entry.index, { ref: { type, id: existing?.id ?? randomUUID() }, existing: existing !== undefined })
        break
      }
      case 'PUT': case 'DELETE':
        if (id === undefined) throw outcomes.entry('entry-url', `${entry.verb} needs Type/id, found "${entry.url}"`, `Bundle.entry[${entry.index}].request.url`)
        identities.set(entry.index, { ref: { type, id }, existing: false })
        break
      case 'GET': case 'HEAD': case 'PATCH': break
    }
  }
  return identities
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
