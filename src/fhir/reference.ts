/**
 * References: what a `Reference.reference` or a canonical points to, and every reference inside a resource.
 *
 * R4: https://hl7.org/fhir/R4/references.html (literal, logical, contained, canonical) and http.html#transaction
 * (which links a transaction rewrites).
 */
import type { ResourceRef } from './resource.ts'

export type ParsedReference =
  /** On this server: relative, or absolute under one of its bases. */
  | { readonly kind: 'local'; readonly type: string; readonly id: string; readonly version: string | undefined }
  /** Elsewhere, or not RESTful: any other absolute URL, `urn:oid:`. `type` when the URL ends in `Type/id`. */
  | { readonly kind: 'url'; readonly url: string; readonly type: string | undefined }
  | { readonly kind: 'uuid'; readonly urn: string }
  | { readonly kind: 'contained'; readonly id: string }
  /** `Patient?identifier=…`: only inside a transaction, before it is resolved. */
  | { readonly kind: 'conditional'; readonly type: string; readonly query: string }
  | { readonly kind: 'malformed' }

const RELATIVE = /^([A-Z][A-Za-z]{1,39})\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/([A-Za-z0-9\-.]{1,64}))?$/
const ENDING = /\/([A-Z][A-Za-z]{1,39})\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/
const CONDITIONAL = /^([A-Z][A-Za-z]{1,39})\?(.+)$/s
const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/

/** What a literal reference points to. `bases` are this server's own addresses, without a trailing slash. */
export const parseReference = (reference: string, bases: readonly string[] = []): ParsedReference => {
  const relative = RELATIVE.exec(reference)
  if (relative !== null) return { kind: 'local', type: relative[1]!, id: relative[2]!, version: relative[3] }
  if (reference.startsWith('#')) return { kind: 'contained', id: reference.slice(1) }
  if (reference.startsWith('urn:uuid:')) return { kind: 'uuid', urn: reference }
  if (ABSOLUTE.test(reference)) {
    const base = bases.find(own => reference.startsWith(`${own}/`))
    const local = base === undefined ? null : RELATIVE.exec(reference.slice(base.length + 1))
    if (local !== null) return { kind: 'local', type: local[1]!, id: local[2]!, version: local[3] }
    return { kind: 'url', url: reference, type: ENDING.exec(reference)?.[1] }
  }
  const conditional = CONDITIONAL.exec(reference)
  return conditional === null ? { kind: 'malformed' } : { kind: 'conditional', type: conditional[1]!, query: conditional[2]! }
}

/** Type and id of a reference to this server, or undefined for every other kind. */
export const localReference = (reference: string, bases: readonly string[] = []): ResourceRef | undefined => {
  const parsed = parseReference(reference, bases)
  return parsed.kind === 'local' ? { type: parsed.type, id: parsed.id } : undefined
}

/** `url|version#fragment`; a canonical without a version leaves it undefined. */
export const parseCanonical = (canonical: string): { url: string; version: string | undefined; fragment: string | undefined } => {
  const [address, fragment] = split(canonical, '#')
  const [url, version] = split(address, '|')
  return { url, version, fragment }
}

const split = (text: string, at: string): [string, string | undefined] => {
  const index = text.indexOf(at)
  return index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)]
}

/** One literal reference inside a resource. */
export interface FoundReference {
  readonly reference: string
  /** FHIRPath with indexes: `Task.input[0].valueReference.reference`. */
  readonly expression: string
  /** Puts another literal in its place, in the resource itself. */
  set(reference: string): void
}

/**
 * Every `Reference.reference` of a resource, contained resources and extensions included, in document order.
 * An object with a string `reference` is a Reference: no other R4 type has such an element.
 */
export const references = (resource: object): readonly FoundReference[] => {
  const found: FoundReference[] = []
  visit(resource, rootOf(resource), (holder, key, value, expression) => {
    if (key === 'reference') found.push({ reference: value, expression, set: reference => { holder[key] = reference } })
  })
  return found
}

/**
 * Replaces every link that `replacement` knows: references, elements of type uri, url, oid and uuid, and `href` and
 * `src` in narrative; the rest, canonicals among it, stays. A version or fragment after a reference is kept out.
 * R4 transaction: https://hl7.org/fhir/R4/http.html#trules
 */
export const rewriteLinks = (resource: object, replacement: (link: string) => string | undefined): void => {
  visit(resource, rootOf(resource), (holder, key, value) => {
    if (key === 'div') {
      holder[key] = value.replace(/\b(href|src)="([^"]*)"/g, (whole, attribute: string, link: string) => {
        const to = replacement(link)
        return to === undefined ? whole : `${attribute}="${to}"`
      })
    } else if (key === 'reference' || LINK.test(key)) {
      const to = replacement(value)
      if (to !== undefined) holder[key] = to
    }
  })
}

/** Names of R4 elements of type uri, url, oid and uuid that can hold a link to a resource; `system` and `fullUrl` cannot. */
const LINK = /^(?:url|uri|source|implicitRules|value(?:Uri|Url|Oid|Uuid)|[a-z]\w*(?:Uri|Url))$/

type Visitor = (holder: Record<string, unknown>, key: string, value: string, expression: string) => void

const visit = (value: object, path: string, visitor: Visitor): void => {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      if (typeof item === 'object' && item !== null) visit(item, `${path}[${index}]`, visitor)
    }
    return
  }
  const holder = value as Record<string, unknown>
  for (const key of Object.keys(holder)) {
    const member = holder[key]
    if (typeof member === 'string') visitor(holder, key, member, `${path}.${key}`)
    else if (typeof member === 'object' && member !== null) visit(member, `${path}.${key}`, visitor)
  }
}

const rootOf = (resource: object): string => {
  const { resourceType } = resource as { resourceType?: unknown }
  return typeof resourceType === 'string' ? resourceType : 'Resource'
}
