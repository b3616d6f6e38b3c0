/**
 * Single faults put into a good resource, each with the place where it must be found. The kinds go by the base types,
 * so every element of an example is a place for those that fit it.
 */
import { isObject } from '../../src/fhir/json.ts'
import type { Property, TypeNode, Types } from '../../src/validation/types.ts'

export interface Mutant {
  readonly kind: string
  /** FHIRPath at or below which an error is expected. */
  readonly place: string
  /** Made on demand: a sample of many mutants costs only itself. */
  readonly resource: () => object
}

type Json = Record<string, unknown>
interface Site {
  readonly keys: readonly (string | number)[]
  readonly path: string
  readonly node: TypeNode
  readonly value: Json
}

/** Every object of the resource with its shape. */
const sitesOf = (value: Json, node: TypeNode | undefined, path: string, keys: readonly (string | number)[], types: Types): Site[] => {
  if (node === undefined) return []
  const inner = Object.entries(value).flatMap(([key, member]) => {
    const property = node.properties.get(key)
    if (property === undefined || property.primitive) return []
    const items = Array.isArray(member)
      ? member.map((item: unknown, i) => [item, `${path}.${property.step}[${i}]`, [...keys, key, i]] as const)
      : [[member, `${path}.${property.step}`, [...keys, key]] as const]
    return items.flatMap(([item, place, way]) => {
      if (!isObject(item)) return []
      return sitesOf(item, property.type === 'Resource' ? types.node(String(item['resourceType'])) : property.node(), place, way, types)
    })
  })
  return [{ keys, path, node, value }, ...inner]
}

interface Change {
  readonly kind: string
  readonly place: string
  readonly apply: (object: Json) => void
}

const set = (key: string, value: unknown) => (object: Json): void => { object[key] = value }
const setFirst = (key: string, value: unknown) => (object: Json): void => {
  if (Array.isArray(object[key])) object[key][0] = value
  else object[key] = value
}

const onObject = ({ node, path, value }: Site): Change[] => [
  { kind: 'unknown element', place: `${path}.zzz`, apply: set('zzz', 'x') },
  ...node.required.flatMap(({ properties }) => properties.filter(({ json }) => value[json] !== undefined)
    .map(({ json }) => ({ kind: 'required element removed', place: path, apply: (object: Json) => { delete object[json] } }))),
  ...(node.properties.has('modifierExtension')
    ? [{ kind: 'unknown modifier extension', place: `${path}.modifierExtension`, apply: set('modifierExtension', [{ url: 'https://example.org/x', valueString: 'x' }]) }] : []),
  ...(node.properties.has('extension')
    ? [{ kind: 'extension with two values', place: `${path}.extension[0].value`, apply: set('extension', [{ url: 'https://example.org/x', valueString: 'x', valueCode: 'x' }]) },
      { kind: 'extension without value', place: `${path}.extension[0]`, apply: set('extension', [{ url: 'https://example.org/x' }]) }] : []),
  ...node.choices.flatMap(({ name, properties }) => {
    const present = properties.find(({ json }) => value[json] !== undefined)
    const other = properties.find(property => property !== present && property.type === 'string')
    return present && other ? [{ kind: 'two values of a choice', place: `${path}.${name}`, apply: set(other.json, 'x') }] : []
  }),
]

const onProperty = (key: string, { step, type, primitive, binding, reference }: Property, path: string): Change[] => {
  const place = `${path}.${step}`
  const fault = (kind: string, value: unknown): Change => ({ kind, place, apply: set(key, value) })
  const first = (kind: string, value: unknown): Change => ({ kind, place, apply: setFirst(key, value) })
  const common: Change[] = [
    { kind: 'array for single, single for array', place, apply: object => { object[key] = Array.isArray(object[key]) ? object[key][0] : [object[key]] } },
    fault('null', null),
    fault('empty array', []),
  ]
  if (primitive) {
    return [...common, first('object for primitive', { x: 1 }),
      ...(primitive.json === 'string' ? [first('empty string', ''), first('number for text', 7)] : [first('text for number or boolean', 'x')]),
      ...(type === 'date' || type === 'dateTime' ? [fault('day that does not exist', '2026-02-30'), fault('British date', '30/01/2026')] : []),
      ...(type === 'instant' || type === 'dateTime' ? [fault('time without zone', '2026-01-30T10:00:00')] : []),
      ...(type === 'uri' || type === 'url' || type === 'canonical' ? [first('blank in a URI', 'https://x y')] : []),
      ...(type === 'id' ? [fault('id with a slash', 'a/b')] : []),
      ...(type === 'base64Binary' ? [fault('base64 cut short', 'QUI')] : []),
      ...(type === 'code' && binding?.binding.strength === 'required' ? [first('code outside a required value set', 'zzz-none')] : []),
    ]
  }
  if (type === 'Resource') return [...common, first('text for a resource', 'x'), first('resource of no type', { resourceType: 'Zzz' })]
  return [...common, first('empty object', {}), first('text for an object', 'x'),
    ...(reference && !reference.targets.some(target => target.endsWith('/Resource'))
      ? [first('reference to another type', { reference: 'Subscription/1' }), first('reference to nothing contained', { reference: '#none' })] : []),
    ...(type === 'CodeableConcept' && binding?.binding.strength === 'required' ? [first('concept outside a required value set', { coding: [{ system: 'https://example.org', code: 'x' }] })] : []),
    ...(type === 'Period' ? [first('period that ends before it starts', { start: '2026-02-02', end: '2026-01-01' })] : []),
  ]
}

/** All mutants of a resource that is without errors. */
export const mutantsOf = (resource: { resourceType: string }, types: Types): Mutant[] =>
  sitesOf(resource as unknown as Json, types.node(resource.resourceType), resource.resourceType, [], types).flatMap(site => {
    const changes = [...onObject(site), ...Object.keys(site.value).flatMap(key => {
      const property = site.node.properties.get(key)
      return property ? onProperty(key, property, site.path) : []
    })]
    return changes.map(({ kind, place, apply }) => ({ kind, place, resource: () => {
      const copy = structuredClone(resource)
      apply(site.keys.reduce<Json>((object, key) => object[key] as Json, copy as unknown as Json))
      return copy
    } }))
  })
