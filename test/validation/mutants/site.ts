/** Where a fault can be put: every object of a resource with the shape of its type, and what a change to one of them is. */
import { isObject } from '../../../src/fhir/json.ts'
import type { TypeNode, Types } from '../../../src/validation/types.ts'

export type Json = Record<string, unknown>

export interface Site {
  /** The way from the resource to the object. */
  readonly keys: readonly (string | number)[]
  /** FHIRPath of the object. */
  readonly path: string
  readonly node: TypeNode
  readonly value: Json
}

export interface Change {
  /** Kind of fault, in words. */
  readonly kind: string
  /** FHIRPath at or below which an error is expected. */
  readonly place: string
  readonly apply: (object: Json) => void
}

export const set = (key: string, value: unknown) => (object: Json): void => { object[key] = value }

/** Of an array the first value. */
export const setFirst = (key: string, value: unknown) => (object: Json): void => {
  const held = object[key]
  if (Array.isArray(held)) held[0] = value
  else object[key] = value
}

export const remove = (...keys: readonly string[]) => (object: Json): void => { for (const key of keys) delete object[key] }

export const many = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value])

export const sitesOf = (value: Json, node: TypeNode | undefined, path: string, types: Types, keys: readonly (string | number)[] = []): readonly Site[] => {
  if (node === undefined) return []
  const inner = Object.entries(value).flatMap(([key, member]) => {
    const property = node.properties.get(key)
    if (property === undefined || property.primitive) return []
    const items = Array.isArray(member)
      ? member.map((item: unknown, i) => [item, `${path}.${property.step}[${i}]`, [...keys, key, i]] as const)
      : [[member, `${path}.${property.step}`, [...keys, key]] as const]
    return items.flatMap(([item, place, way]) =>
      (isObject(item) ? sitesOf(item, property.type === 'Resource' ? types.node(String(item['resourceType'])) : property.node(), place, types, way) : []))
  })
  return [{ keys, path, node, value }, ...inner]
}
