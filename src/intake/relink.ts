/**
 * References of a submitted Bundle, made to lead where the resources now are. What leads nowhere keeps its words
 * (display, identifier) and loses its literal, so that nothing stored points to nothing.
 */
import { parseReference } from '../fhir/reference.ts'
import type { Resource, ResourceRef } from '../fhir/resource.ts'
import { refText } from '../fhir/resource.ts'
import { isObject } from './referral-bundle.ts'

export interface Relinking {
  /** Where an address of the Bundle now is; undefined for what was not stored. */
  readonly stored: ReadonlyMap<string, ResourceRef>
  /** Whether a resource of this hub may be pointed to by the caller. */
  readonly isKnown: (ref: ResourceRef) => boolean
  /** This hub's own addresses, without a trailing slash. */
  readonly bases: readonly string[]
}

/** References outside the Bundle that somebody must look up first. */
export const outsideReferences = (resources: readonly Resource[], { stored, bases }: Omit<Relinking, 'isKnown'>): readonly ResourceRef[] => {
  const found = new Map<string, ResourceRef>()
  for (const resource of resources) {
    eachReference(resource, resource.resourceType, holder => {
      const literal = String(holder['reference'])
      const parsed = parseReference(literal, bases)
      if (!stored.has(plain(literal)) && parsed.kind === 'local') found.set(`${parsed.type}/${parsed.id}`, { type: parsed.type, id: parsed.id })
    })
  }
  return [...found.values()]
}

/** Rewrites the references of a resource in place; answers the FHIRPaths of those that lead nowhere. */
export const relink = (resource: Resource, { stored, isKnown, bases }: Relinking): readonly string[] => {
  const lost: string[] = []
  eachReference(resource, resource.resourceType, (holder, expression) => {
    const literal = String(holder['reference'])
    const here = stored.get(plain(literal))
    if (here !== undefined) {
      holder['reference'] = refText(here)
      return
    }
    const parsed = parseReference(literal, bases)
    if (parsed.kind === 'contained' || parsed.kind === 'url') return
    if (parsed.kind === 'local' && isKnown({ type: parsed.type, id: parsed.id })) {
      holder['reference'] = `${parsed.type}/${parsed.id}`
      return
    }
    delete holder['reference']
    if (holder['display'] === undefined && holder['identifier'] === undefined) holder['display'] = 'not stored'
    lost.push(expression)
  })
  return lost
}

/** Without a version. */
const plain = (reference: string): string => reference.replace(/\/_history\/[^/]*$/, '')

const eachReference = (value: unknown, expression: string, visit: (holder: Record<string, unknown>, expression: string) => void): void => {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) eachReference(item, `${expression}[${index}]`, visit)
    return
  }
  if (!isObject(value)) return
  if (typeof value['reference'] === 'string') visit(value, expression)
  for (const [name, child] of Object.entries(value)) {
    if (typeof child === 'object') eachReference(child, `${expression}.${name}`, visit)
  }
}
