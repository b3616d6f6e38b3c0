/**
 * What a message repeats of what was sent. Outcomes end up in logs and tickets, so persons stay out of them: nothing free
 * is repeated (names, addresses, notes), no date of birth, and ten digits in a row are taken for an NHS number.
 */

import { isObject } from '../fhir/json.ts'

const MAX_SHOWN = 120

/** Formal types, whose values say nothing about a person. */
const FORMAL: ReadonlySet<string> = new Set(['boolean', 'decimal', 'integer', 'unsignedInt', 'positiveInt', 'code', 'id', 'uri', 'url', 'canonical',
  'oid', 'uuid', 'dateTime', 'instant', 'time'])

/** A text without what may be an NHS number: ten digits, as they are written. Asked of every message. */
export const withoutNumbers = (text: string): string =>
  text.replace(/(?<![0-9A-Za-z-])\d{3}[ -]?\d{3}[ -]?\d{4}(?![0-9A-Za-z-])/g, '(a number)')

const cut = (text: string): string => (text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN - 3)}...` : text)

/** A value that a definition names, as people read it. */
export const shown = (value: unknown): string =>
  cut(typeof value === 'number' ? String(value) : JSON.stringify(value) ?? 'nothing')

/** Of these types a code says nothing about a person; their texts and displays may. */
const CODED: Readonly<Record<string, readonly string[]>> = { Coding: ['system', 'code'], Quantity: ['value', 'comparator', 'system', 'code'] }

/** A value that was sent, where its type may be repeated; else `otherwise`. */
export const shownOf = (type: string, value: unknown, otherwise = 'this'): string => {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return FORMAL.has(type) ? cut(JSON.stringify(value)) : otherwise
  if (!isObject(value)) return otherwise
  if (type === 'CodeableConcept') {
    const { coding } = value
    return Array.isArray(coding) && coding.length > 0 ? coding.map(item => shownOf('Coding', item)).join(' and ') : 'a concept without codings'
  }
  const parts = CODED[type]?.filter(name => value[name] !== undefined)
  return parts === undefined ? otherwise : cut(JSON.stringify(Object.fromEntries(parts.map(name => [name, value[name]]))))
}

/** What a value is in JSON, as people say it. */
export const kindOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value === 'object' ? 'an object'
    : typeof value === 'string' ? 'text' : `the ${typeof value} ${JSON.stringify(value)}`

/** A literal reference without what a search in it asks for. */
export const shownReference = (literal: string): string => cut(JSON.stringify(literal.replace(/\?.*$/, '?...')))
