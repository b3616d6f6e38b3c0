/**
 * Documents and messages: what their first entry refers to is in the Bundle, and the Bundle holds nothing else.
 * https://hl7.org/fhir/R4/documents.html, https://hl7.org/fhir/R4/messageheader-definitions.html#MessageHeader.focus
 */
import { isObject } from '../../fhir/json.ts'
import type { Scope } from '../scope.ts'
import { shownReference } from '../shown.ts'
import { addressOf, baseOfUrl, unversioned, type Entry } from './entries.ts'

/** Every literal reference of a resource, with its place. */
const referencesOf = (value: unknown, path: string, see: (literal: string, path: string) => void): void => {
  if (Array.isArray(value)) {
    value.forEach((item, i) => referencesOf(item, `${path}[${i}]`, see))
  } else if (isObject(value)) {
    const { reference } = value
    if (typeof reference === 'string') see(reference, path)
    for (const key in value) if (typeof value[key] === 'object') referencesOf(value[key], `${path}.${key}`, see)
  }
}

/** Every relative reference of the Composition must find exactly one entry. */
export const checkDocument = (entries: readonly Entry[], { bundle, findings }: Scope): void => {
  const [first] = entries
  if (bundle === undefined || first?.resource?.resourceType !== 'Composition') return
  const base = baseOfUrl(first.fullUrl)
  referencesOf(first.resource, `${first.path}.resource`, (literal, path) => {
    const address = addressOf(unversioned(literal))
    if (address === undefined || address.base !== undefined) return
    const matches = bundle.findAll(literal, base)
    if (matches.length === 1) return
    findings.add(path, matches.length === 0
      ? { severity: 'error', type: 'not-found', code: 'bundle-document-reference', text: `${shownReference(literal)} is not in this document; add an entry with it` }
      : { severity: 'error', type: 'multiple-matches', code: 'bundle-document-reference',
        text: `${shownReference(literal)} fits ${matches.length} entries of this document; refer to one version of it` })
  })
}

/** "The transaction data is always included in the bundle that is the full message." */
export const checkMessage = (entries: readonly Entry[], { bundle, findings }: Scope): void => {
  const [first] = entries
  const focus: unknown = first?.resource?.resourceType === 'MessageHeader' ? first.resource['focus'] : undefined
  if (bundle === undefined || first === undefined || !Array.isArray(focus)) return
  focus.forEach((item: unknown, i) => {
    const reference = isObject(item) ? item['reference'] : undefined
    if (typeof reference !== 'string' || reference.startsWith('#') || bundle.find(reference, baseOfUrl(first.fullUrl)) !== undefined) return
    findings.add(`${first.path}.resource.focus[${i}]`, { severity: 'error', type: 'not-found', code: 'bundle-message-focus',
      text: `the focus ${shownReference(reference)} is not in this message; add an entry with it, under the fullUrl by which it is referred to` })
  })
}

/**
 * Whether every entry hangs together with the first one by references, whichever way they point: a Provenance names
 * what it is about, and nothing names it. A style sheet (Binary) belongs to a document without a reference.
 */
export const checkConnected = (type: 'document' | 'message', entries: readonly Entry[], { bundle, findings }: Scope): void => {
  const places = new Map(entries.map(({ path }, i) => [`${path}.resource`, i]))
  const neighbours = entries.map((): number[] => [])
  entries.forEach(({ resource, fullUrl, path }, from) => {
    if (resource === undefined) return
    referencesOf(resource, path, literal => {
      const to = places.get(bundle?.find(literal, baseOfUrl(fullUrl))?.path ?? '')
      if (to === undefined) return
      neighbours[from]!.push(to)
      neighbours[to]!.push(from)
    })
  })
  const reached = new Set([0])
  for (const at of reached) for (const next of neighbours[at] ?? []) reached.add(next)
  const first = type === 'document' ? 'Composition' : 'MessageHeader'
  entries.forEach(({ resource, path }, i) => {
    if (resource === undefined || reached.has(i) || (type === 'document' && resource.resourceType === 'Binary')) return
    findings.add(path, { severity: type === 'document' ? 'error' : 'warning', type: 'business-rule', code: `bundle-${type}-orphan`,
      text: `nothing leads from the ${first} to this ${resource.resourceType}, nor from it to the ${first}; refer to it, or leave it out` })
  })
}
