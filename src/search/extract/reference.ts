/** Reference entries: literal, logical and canonical references. R4: https://hl7.org/fhir/R4/search.html#reference */
import { parseCanonical, parseReference } from '../../fhir/reference.ts'
import { fields } from '../walk.ts'
import { kept, type Add, type Emitter } from './emitter.ts'

/** `bases`: this server's own addresses, under which an absolute URL is a local reference. */
export const referenceEmitter = (param: string, type: string, bases: readonly string[]): Emitter | undefined => {
  switch (type) {
    case 'Reference': return (value, add) => reference(add, param, value, bases)
    case 'canonical': return (value, add) => canonical(add, param, value, bases)
    case 'uri':
    case 'url': return (value, add) => literal(add, param, value, bases)
    case 'Resource':
      return (value, add) => {
        const { resourceType, id } = fields(value)
        if (typeof resourceType !== 'string' || typeof id !== 'string') return
        add({ kind: 'reference', param, type: resourceType, id, version: '' })
      }
    default: return undefined
  }
}

const reference = (add: Add, param: string, value: unknown, bases: readonly string[]): void => {
  const { reference: target, identifier, display } = fields(value)
  literal(add, param, target, bases)
  const { system, value: number } = fields(identifier)
  const code = kept(number)
  if (code !== undefined) add({ kind: 'reference-identifier', param, system: kept(system) ?? '', code })
  // So that `:missing` knows of a reference that only has a name to show.
  if (target === undefined && code === undefined && display !== undefined) add({ kind: 'url', param, url: '' })
}

const literal = (add: Add, param: string, value: unknown, bases: readonly string[]): void => {
  const text = kept(value)
  if (text === undefined) return
  const parsed = parseReference(text, bases)
  if (parsed.kind === 'local') add({ kind: 'reference', param, type: parsed.type, id: parsed.id, version: parsed.version ?? '' })
  else add({ kind: 'url', param, url: text })
}

/**
 * With its version and without: a search that names no version matches every one. R4's own examples also write
 * `Questionnaire/gcs`, and some a resource's address; those are references to it as well.
 */
const canonical = (add: Add, param: string, value: unknown, bases: readonly string[]): void => {
  const text = kept(value)
  if (text === undefined) return
  add({ kind: 'url', param, url: text })
  const { url } = parseCanonical(text)
  if (url !== text && url !== '') add({ kind: 'url', param, url })
  const parsed = parseReference(url, bases)
  if (parsed.kind === 'local') add({ kind: 'reference', param, type: parsed.type, id: parsed.id, version: parsed.version ?? '' })
}
