/**
 * A usable resource made from what is readable of a broken one, for the two that a referral cannot be without: the
 * ServiceRequest and the Patient. First what the issues point at is taken out, place by place; what is still broken is
 * built anew from the elements, and items of lists, with which it stays valid.
 */
import { cloneJson, isObject } from '../fhir/json.ts'
import { isError } from '../fhir/outcomes.ts'
import type { Resource } from '../fhir/resource.ts'
import type { ValidationIssue } from '../validation/validator.ts'
import type { Examine } from './drafts.ts'

/** Places taken out, elements and items tried; a resource with more is no slip of a form. */
const MAX_TRIED = 300
/** Elements looked at in all tries together: some 0.3 s. A Patient has about 100. */
const MAX_LOOKED_AT = 200_000

export interface Mended {
  readonly resource: Resource
  /** What was left behind: `Patient.birthDate`, `Patient.telecom[1].period`. */
  readonly dropped: readonly string[]
}

/** `skeleton` must be valid by itself; its elements stand. */
export const mend = (skeleton: Resource, broken: Resource, examine: Examine): Mended => {
  const errorsOf = (resource: Resource): readonly ValidationIssue[] => examine(resource).filter(isError)
  const resource = { ...cloneJson(broken), ...skeleton }
  const dropped: string[] = []
  let left = Math.min(MAX_TRIED, Math.floor(MAX_LOOKED_AT / sizeOf(resource)))
  for (; left > 0; left -= 1) {
    const errors = errorsOf(resource)
    if (errors.length === 0) return { resource, dropped }
    // The last one first: the indexes of those before it stay those of what was sent.
    const place = errors.flatMap(({ expression }) => expression.flatMap(at => placeOf(resource, at) ?? [])).at(-1)
    if (place === undefined || String(place.keys[0]) in skeleton) break
    if (!nameOther(resource, place.keys)) takeOut(resource, place.keys)
    dropped.push(place.name)
  }
  const rest = build(skeleton, resource, left, candidate => errorsOf(candidate).length === 0)
  return { resource: rest.resource, dropped: [...dropped, ...rest.dropped] }
}

const sizeOf = (value: unknown): number =>
  (typeof value === 'object' && value !== null ? Object.values(value).reduce<number>((sum, member) => sum + sizeOf(member), 1) : 1)

type Keys = readonly (string | number)[]

/** The deepest present place of an expression; undefined for the whole resource or a whole list of several. */
const placeOf = (resource: Resource, expression: string): { keys: Keys; name: string } | undefined => {
  const keys: (string | number)[] = []
  let value: unknown = resource
  for (const step of expression.replace(/\.ofType\([A-Za-z]+\)/g, '').match(/[^.[\]]+|\[\d+\]/g)?.slice(1) ?? []) {
    const key = step.startsWith('[') ? Number(step.slice(1, -1)) : elementNamed(value, step)
    const member = typeof value === 'object' && value !== null && key !== undefined ? (value as Record<string | number, unknown>)[key] : undefined
    if (key === undefined || member === undefined) break
    keys.push(key)
    value = member
  }
  if (keys.length === 0 || (Array.isArray(value) && value.length > 1)) return undefined
  return { keys, name: keys.reduce<string>((above, key) => (typeof key === 'number' ? `${above}[${key}]` : `${above}.${key}`), resource.resourceType) }
}

/** `value` of an expression is `valueCodeableConcept` in JSON. */
const elementNamed = (value: unknown, name: string): string | undefined => {
  if (!isObject(value)) return undefined
  return name in value ? name : Object.keys(value).find(key => key.startsWith(name) && /^[A-Z]/.test(key.slice(name.length)))
}

const holderOf = (resource: Resource, keys: Keys): Record<string | number, unknown> =>
  keys.slice(0, -1).reduce((holder, key) => holder[key] as Record<string | number, unknown>, resource as Record<string | number, unknown>)

/** A number to ring is not lost for the code of its system: without one ContactPoint may have no value (cpt-2). */
const nameOther = (resource: Resource, keys: Keys): boolean => {
  if (keys.at(-1) !== 'system' || keys.at(-3) !== 'telecom') return false
  const contact = holderOf(resource, keys)
  if (contact['system'] === 'other') return false
  contact['system'] = 'other'
  return true
}

/** Takes a place out, and what is left empty by it. */
const takeOut = (resource: Resource, keys: Keys): void => {
  for (let length = keys.length; length > 0; length -= 1) {
    const holder = holderOf(resource, keys.slice(0, length))
    const key = keys[length - 1] ?? ''
    if (Array.isArray(holder)) holder.splice(Number(key), 1)
    else delete holder[key]
    if (Object.keys(holder).length > 0) return
  }
}

const build = (skeleton: Resource, broken: Resource, tries: number, isValid: (resource: Resource) => boolean): Mended => {
  let resource = skeleton
  const dropped: string[] = []
  let tried = 0
  const keepIfValid = (candidate: Resource, path: string): void => {
    tried += 1
    if (tried <= tries && isValid(candidate)) resource = candidate
    else dropped.push(path)
  }
  for (const [name, value] of Object.entries(broken)) {
    if (name in skeleton) continue
    const path = `${skeleton.resourceType}.${name}`
    if (!Array.isArray(value)) {
      keepIfValid({ ...resource, [name]: value }, path)
      continue
    }
    for (const [index, item] of value.entries()) {
      const kept = resource[name]
      keepIfValid({ ...resource, [name]: [...(Array.isArray(kept) ? kept : []), item] }, `${path}[${index}]`)
    }
  }
  return { resource, dropped }
}
