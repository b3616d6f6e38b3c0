/**
 * References of a submitted Bundle, made to lead where the resources now are: by fullUrl, relative address, urn or
 * identifier. What leads nowhere keeps its words (display, identifier) and gives its literal as words too, so that
 * nothing stored points to nothing, and nobody loses what was said.
 */
import { isObject } from '../fhir/json.ts'
import { parseReference, rewriteLinks } from '../fhir/reference.ts'
import type { Resource, ResourceRef } from '../fhir/resource.ts'
import { refText } from '../fhir/resource.ts'

export interface Relinking {
  /** Where an address of the Bundle now is; undefined for what was not stored. */
  readonly stored: ReadonlyMap<string, ResourceRef>
  /** Where the one resource of the Bundle with an identifier now is, by `identifierKey`. */
  readonly identified: ReadonlyMap<string, ResourceRef>
  /** Places in the Bundle of what was not stored, by address. */
  readonly leftOut: ReadonlyMap<string, string>
  /** `Type/id` of what is stored with this referral. */
  readonly own: ReadonlySet<string>
  /** `Type/id` of what is here already and may be pointed to by the caller. */
  readonly known: ReadonlySet<string>
  /** This hub's own addresses, without a trailing slash. */
  readonly bases: readonly string[]
}

/** `system|value` of an identifier, undefined for half of one. */
export const identifierKey = (identifier: unknown): string | undefined => {
  if (!isObject(identifier)) return undefined
  const { system, value } = identifier
  return typeof system === 'string' && typeof value === 'string' ? `${system}|${value}` : undefined
}

/** References outside the Bundle that somebody must look up first. */
export const outsideReferences = (resources: readonly Resource[], { stored, bases }: Pick<Relinking, 'stored' | 'bases'>): readonly ResourceRef[] => {
  const found = new Map<string, ResourceRef>()
  for (const resource of resources) {
    eachReference(resource, resource.resourceType, holder => {
      const literal = holder['reference']
      if (typeof literal !== 'string' || stored.has(plain(literal))) return
      const parsed = parseReference(literal, bases)
      if (parsed.kind === 'local') found.set(`${parsed.type}/${parsed.id}`, { type: parsed.type, id: parsed.id })
    })
  }
  return [...found.values()]
}

/**
 * Rewrites the references of a resource in place; answers the FHIRPaths of those that lead nowhere.
 * @param base server the resource came from: what is relative to it, and not of the Bundle, becomes absolute
 */
export const relink = (resource: Resource, base: string | undefined, relinking: Relinking): readonly string[] => {
  const { stored, identified, leftOut, own, known, bases } = relinking
  const lost: string[] = []
  const storedAt = (link: string): ResourceRef | undefined => stored.get(plain(link))
  rewriteLinks(resource, link => {
    const here = storedAt(link)
    return here === undefined ? undefined : refText(here)
  })
  eachReference(resource, resource.resourceType, (holder, expression) => {
    const literal = holder['reference']
    if (typeof literal !== 'string') {
      const here = identified.get(identifierKey(holder['identifier']) ?? '')
      if (here !== undefined && (holder['type'] === undefined || holder['type'] === here.type)) holder['reference'] = refText(here)
      return
    }
    if (own.has(literal)) return
    const parsed = parseReference(literal, bases)
    switch (parsed.kind) {
      case 'contained':
      case 'url': return
      case 'local': {
        const { type, id } = parsed
        const isFromElsewhere = base !== undefined && !bases.includes(base) && !leftOut.has(plain(literal)) && !/^https?:/.test(literal)
        if (isFromElsewhere) holder['reference'] = `${base}/${literal}`
        else if (known.has(`${type}/${id}`)) holder['reference'] = `${type}/${id}`
        else break
        return
      }
      case 'conditional': {
        const here = identified.get(new URLSearchParams(parsed.query).get('identifier') ?? '')
        if (here?.type !== parsed.type) break
        holder['reference'] = refText(here)
        return
      }
      case 'uuid':
      case 'malformed':
    }
    delete holder['reference']
    const place = leftOut.get(plain(literal))
    holder['display'] ??= `${place ?? literal.slice(0, MAX_LITERAL)} (not stored)`
    lost.push(expression)
  })
  return lost
}

/** Characters of a lost literal that are kept as words. */
const MAX_LITERAL = 200

/** Without a version. */
const plain = (reference: string): string => reference.replace(/\/_history\/[^/]*$/, '')

const REFERENCE_ELEMENTS = new Set(['reference', 'type', 'identifier', 'display', 'id', 'extension'])

/** A literal reference, or a logical one: an object of nothing but elements of Reference, with an identifier. */
const isReference = (value: Record<string, unknown>): boolean =>
  typeof value['reference'] === 'string'
  || (isObject(value['identifier']) && Object.keys(value).every(name => REFERENCE_ELEMENTS.has(name)))

const eachReference = (value: unknown, expression: string, visit: (holder: Record<string, unknown>, expression: string) => void): void => {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) eachReference(item, `${expression}[${index}]`, visit)
    return
  }
  if (!isObject(value)) return
  if (isReference(value)) visit(value, expression)
  for (const [name, child] of Object.entries(value)) {
    if (typeof child === 'object') eachReference(child, `${expression}.${name}`, visit)
  }
}
