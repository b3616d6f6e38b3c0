/** Faults of one value: another JSON type, not of the form or meaning of its type, a code or reference that may not stand there. */
import { primitives } from '../../../src/definitions/primitives.ts'
import type { Property } from '../../../src/validation/types.ts'
import { many, set, setFirst, type Change, type Json } from './site.ts'

type Fault = (kind: string, value: unknown) => Change

/** Values that are not of the type, as people send them. */
const byType: Readonly<Record<string, readonly (readonly [kind: string, value: unknown])[]>> = {
  date: [['day that does not exist', '2026-02-30'], ['month that does not exist', '2026-13-01'], ['British date', '30/01/2026'], ['date without dashes', '20260130'], ['time on a date', '2026-01-30T10:00:00Z']],
  dateTime: [['day that does not exist', '2026-02-30'], ['month that does not exist', '2026-13-01'], ['British date', '30/01/2026'], ['time without zone', '2026-01-30T10:00:00'],
    ['hour that does not exist', '2026-01-30T25:00:00Z'], ['time without seconds', '2026-01-30T10:00Z']],
  instant: [['day that does not exist', '2026-02-30T10:00:00Z'], ['time without zone', '2026-01-30T10:00:00'], ['instant without a time', '2026-01-30']],
  time: [['hour that does not exist', '25:00:00'], ['time without seconds', '10:00']],
  id: [['id with a slash', 'a/b'], ['id of 65 characters', 'x'.repeat(65)]],
  code: [['code with blanks around', ' x '], ['code with two blanks within', 'x  y']],
  uri: [['blank in a URI', 'https://x y']], url: [['blank in a URI', 'https://x y']], canonical: [['blank in a URI', 'https://x y']],
  oid: [['OID without urn:oid:', '1.2.3']],
  uuid: [['UUID in capitals', 'urn:uuid:C757873D-EC9A-4326-A141-556F43239520']],
  base64Binary: [['base64 cut short', 'QUI'], ['base64 of other characters', '%%%%']],
  positiveInt: [['zero for a positive integer', 0], ['fraction for an integer', 1.5]],
  unsignedInt: [['negative count', -1], ['fraction for an integer', 1.5]],
  integer: [['integer beyond 32 bits', 2147483648], ['fraction for an integer', 1.5]],
  string: [['control character', 'x\u0007']],
  markdown: [['control character', 'x\u0007']],
}

const primitiveFaults = (type: string, first: Fault): readonly Change[] => [
  first('object for primitive', { x: 1 }),
  ...(primitives[type]?.json === 'string'
    ? [first('empty string', ''), first('number for text', 7)]
    : [first('text for number or boolean', 'x')]),
  ...(primitives[type]?.json === 'number' || primitives[type]?.json === 'integer' ? [first('number in quotes', '7')] : []),
  ...(type === 'boolean' ? [first('boolean in quotes', 'true')] : []),
  ...(byType[type] ?? []).map(([kind, value]) => first(kind, value)),
]

const bindingFaults = (held: unknown, { type, binding }: Property, first: Fault): readonly Change[] => {
  if (binding?.binding.strength !== 'required') return []
  switch (type) {
    case 'code': return [first('code outside a required value set', 'zzz-none'),
      // media types are the same in any case (RFC 2045, 5.1)
      ...(typeof held === 'string' && held.toUpperCase() !== held && !binding.binding.valueSet.includes('/mimetypes') ? [first('code in another case', held.toUpperCase())] : [])]
    case 'Coding': return [first('coding outside a required value set', { system: 'https://example.org', code: 'x' })]
    case 'CodeableConcept': return [first('concept outside a required value set', { coding: [{ system: 'https://example.org', code: 'x' }] }),
      first('text where a code is required', { text: 'x' })]
    default: return []
  }
}

const referenceFaults = (held: unknown, { reference }: Property, place: string, first: Fault): readonly Change[] => {
  if (!reference) return []
  const isAny = reference.targets.some(target => target.endsWith('/Resource'))
  const { reference: written } = (held ?? {}) as { reference?: unknown }
  return [
    first('reference to nothing contained', { reference: '#none' }),
    first('reference to a type that does not exist', { reference: 'Organisation/1' }),
    ...(isAny ? [] : [first('reference to another type', { reference: 'Subscription/1' })]),
    ...(typeof written === 'string' && /^[A-Z]\w+\//.test(written)
      ? [{ ...first('reference of another type than it says', { reference: written, type: 'Subscription' }), place }] : []),
  ]
}

export const valueFaults = (key: string, value: unknown, property: Property, path: string): readonly Change[] => {
  const place = `${path}.${property.step}`
  const fault: Fault = (kind, other) => ({ kind, place, apply: set(key, other) })
  const first: Fault = (kind, other) => ({ kind, place: Array.isArray(value) ? `${place}[0]` : place, apply: setFirst(key, other) })
  const held = many(value)[0]
  const common: readonly Change[] = [
    { kind: 'array for single, single for array', place, apply: (object: Json) => { object[key] = Array.isArray(object[key]) ? object[key][0] : [object[key]] } },
    fault('null', null),
    fault('empty array', []),
    ...(Array.isArray(value) ? [first('null in an array', null), first('array in an array', [held])] : []),
  ]
  if (property.type === 'xhtml') return [...common, first('object for primitive', { x: 1 })]
  if (property.primitive) return [...common, ...primitiveFaults(property.type, first), ...bindingFaults(held, property, first)]
  if (property.type === 'Resource') return [...common, first('text for a resource', 'x'), first('resource of no type', { resourceType: 'Zzz' }), first('resource without resourceType', { id: 'x' })]
  return [...common, first('empty object', {}), first('text for an object', 'x'), ...bindingFaults(held, property, first), ...referenceFaults(held, property, place, first)]
}
