/**
 * The walk through a resource by its base types: unknown and misplaced elements, JSON types, cardinalities, primitives,
 * required bindings, references, invariants, extensions and nested resources, each told at its place.
 *
 * Driven by the JSON that is there; what profiles add is `rules.ts`. https://hl7.org/fhir/R4/json.html
 */
import { isObject, MAX_DEPTH } from '../fhir/json.ts'
import { nearest } from '../fhir/nearest.ts'
import type { Resource } from '../fhir/resource.ts'
import type { Definitions } from '../definitions/definitions.ts'
import type { Bindings } from './bindings.ts'
import { indexBundle } from './bundles/entries.ts'
import { checkByType } from './by-type.ts'
import { checkContained, checkDatatype } from './datatypes.ts'
import type { Extensions } from './extensions.ts'
import type { Finding } from './findings.ts'
import { checkInvariants } from './invariants.ts'
import { checkPart } from './policy/addresses.ts'
import { primitiveFault } from './primitives.ts'
import type { References } from './references.ts'
import { baseWithin, type Scope } from './scope.ts'
import { kindOf } from './shown.ts'
import { namesOf, type BaseElement, type Property, type TypeNode, type Types } from './types.ts'

/** Where a resource stands: alone, as an entry or parameter of another, or contained. */
export type Position = 'whole' | 'nested' | 'contained'

export interface Parts {
  readonly definitions: Definitions
  readonly types: Types
  readonly bindings: Bindings
  readonly references: References
  readonly extensions: Extensions
  /** Holds a value against profiles of its data type. */
  readonly meetProfiles: (profiles: readonly string[], value: unknown, path: string, scope: Scope) => void
  /** Holds a resource against the profiles it must meet at this position. */
  readonly meetResourceProfiles: (resource: Resource, path: string, position: Position, scope: Scope) => void
}

/** An object on the way: its shape, its FHIRPath, and its path by elements (`Patient.telecom.system`). */
interface Place {
  readonly value: Record<string, unknown>
  readonly node: TypeNode
  readonly path: string
  readonly elementPath: string
  readonly depth: number
}

const structure = (code: string, text: string, source?: string): Finding =>
  ({ severity: 'error', type: 'structure', code, text, ...(source === undefined ? {} : { source }) })

export type WalkResource = (value: unknown, path: string, position: Position, scope: Scope, depth?: number) => void

export const createWalk = (parts: Parts): WalkResource => {
  const { definitions, types, bindings, references, extensions } = parts

  const walkResource: WalkResource = (value, path, position, outer, depth = 0) => {
    const { findings } = outer
    if (!isObject(value)) {
      findings.add(path, structure('json-type:Resource', `found ${kindOf(value)} where a resource is expected; send an object with "resourceType"`))
      return
    }
    const type = value['resourceType']
    const node = typeof type === 'string' && definitions.resourceTypes.has(type) ? types.node(type) : undefined
    if (node === undefined) {
      const near = typeof type === 'string' ? nearest(type, definitions.resourceTypes) : undefined
      findings.add(path, structure('resource-type', typeof type === 'string'
        ? `"${type.slice(0, 64)}" is not an R4 resource type${near === undefined ? '' : `; did you mean "${near}"?`}`
        : 'a resource needs "resourceType", the name of an R4 resource type'))
      return
    }
    const resource = value as Resource
    const scope: Scope = {
      ...outer,
      resource,
      rootResource: position === 'contained' ? outer.rootResource : resource,
      ...(type === 'Bundle' ? { bundle: indexBundle(resource, path) } : {}),
    }
    walkObject({ value, node, path, elementPath: node.path, depth }, scope)
    if (value['contained'] !== undefined && position !== 'contained') checkContained(value['contained'], path, findings)
    checkInvariants(node.invariants, value, path, scope)
    checkByType(resource, path, scope, definitions)
    parts.meetResourceProfiles(resource, path, position, scope)
  }

  const walkObject = (place: Place, scope: Scope): void => {
    const { value, node, path, depth } = place
    if (scope.findings.isFull()) return
    if (depth > MAX_DEPTH) {
      scope.findings.once('depth', path, structure('depth', `nested more than ${MAX_DEPTH} deep; send a flatter resource`))
      return
    }
    let content = 0
    let choices = 0
    for (const key in value) {
      // resources made in the hub may hold undefined members, which JSON leaves out
      if (value[key] === undefined) continue
      if (key !== 'id') content++
      const property = node.properties.get(key)
      if (property !== undefined) {
        if (property.element.isChoice) choices++
        walkProperty(property, value[key], property.primitive && value[`_${key}`], place, scope)
      } else if (!(key === 'resourceType' && node.isResource)) {
        if (key.startsWith('_') && value[key.slice(1)] === undefined && node.properties.get(key.slice(1))?.element.isChoice) choices++
        walkOther(key, place, scope)
      }
    }
    if (!node.isResource && content === 0) {
      scope.findings.add(path, { severity: 'error', type: 'invariant', code: 'ele-1', text: 'the element is empty; give it a value or leave it out' })
    }
    if (node.type === 'Extension') checkExtensionContent(value, path, scope)

    for (const element of node.required) {
      if (!element.properties.some(({ json, primitive }) => value[json] !== undefined || (primitive && value[`_${json}`] !== undefined))) {
        scope.findings.add(path, { severity: 'error', type: 'required', code: `min:${element.definition.id}`,
          text: `${element.definition.path} is missing; add ${namesOf(element)}` })
      }
    }
    if (choices > 1) checkChoices(place, scope)
  }

  const checkChoices = ({ value, node, path }: Place, scope: Scope): void => {
    for (const element of node.choices) {
      const present = element.properties.filter(({ json, primitive }) =>
        value[json] !== undefined || (primitive !== undefined && value[`_${json}`] !== undefined))
      if (present.length > 1) {
        scope.findings.add(`${path}.${element.name}`, structure(`choice:${element.definition.id}`,
          `found ${present.map(({ json }) => `"${json}"`).join(' and ')}, but ${element.definition.path} has one value; keep one of them`))
      }
    }
  }

  /** A key that is no property: the shadow of a primitive (`_birthDate`), or something R4 does not have there. */
  const walkOther = (key: string, place: Place, scope: Scope): void => {
    const { value, node, path } = place
    const shadowed = key.startsWith('_') ? node.properties.get(key.slice(1)) : undefined
    if (shadowed?.primitive) {
      if (value[shadowed.json] === undefined) walkProperty(shadowed, undefined, value[key], place, scope)
      return
    }
    const near = nearest(key, node.properties.keys())
    scope.findings.add(`${path}.${/^[A-Za-z_]\w*$/.test(key) ? key.slice(0, 64) : `\`${key.slice(0, 64)}\``}`, structure('element-unknown',
      `${node.path} has no element "${key.slice(0, 64)}"${near === undefined ? '; remove it' : `; did you mean "${near}"?`}`))
  }

  const walkProperty = (property: Property, value: unknown, shadow: unknown, place: Place, scope: Scope): void => {
    const { element } = property
    const path = `${place.path}.${property.step}`
    if (!element.repeats) {
      if (Array.isArray(value) || Array.isArray(shadow)) {
        scope.findings.add(path, structure('json-array', `found an array, but ${element.definition.path} is a single value; send it without [ ]`))
      } else {
        walkValue(property, value, shadow, path, place, scope)
      }
      return
    }
    if ((value !== undefined && !Array.isArray(value)) || (shadow !== undefined && !Array.isArray(shadow))) {
      scope.findings.add(path, structure('json-array', `found ${kindOf(value)}, but ${element.definition.path} repeats; send an array, also for one value`))
      return
    }
    const values: readonly unknown[] = value ?? []
    const shadows: readonly unknown[] = shadow ?? []
    const count = Math.max(values.length, shadows.length)
    if (count === 0) scope.findings.add(path, structure('array-empty', 'the array is empty; leave the element out'))
    if (count > element.definition.max) {
      scope.findings.add(path, structure(`max:${element.definition.id}`, `found ${count}, at most ${element.definition.max} may be there; remove the others`))
    }
    for (let i = 0; i < count; i++) {
      // in an array of primitives null holds the place of what the other array has
      const item = values[i] === null && property.primitive && isObject(shadows[i]) ? undefined : values[i]
      walkValue(property, item, shadows[i] === null ? undefined : shadows[i], `${path}[${i}]`, place, scope)
    }
  }

  const walkValue = (property: Property, value: unknown, shadow: unknown, path: string, place: Place, scope: Scope): void => {
    const { type, primitive } = property
    const elementPath = `${place.elementPath}.${property.element.name}`
    if (shadow !== undefined) walkShadow(shadow, property, place, path, elementPath, scope)
    if (value === undefined) {
      if (shadow === undefined) scope.findings.add(path, structure('value-missing', 'found nothing here; send a value or leave the element out'))
      return
    }
    if (primitive !== undefined) {
      const fault = scope.isShaped ? undefined : primitiveFault(value, type, primitive)
      if (fault) {
        scope.findings.add(path, fault)
        return
      }
      if (typeof value === 'string') checkMeaning(property, value, path, scope)
    } else if (type === 'Resource') {
      if (property.json === 'contained') walkResource(value, path, 'contained', scope, place.depth + 1)
      else walkResource(value, path, 'nested', { ...scope, base: baseWithin(place.value['fullUrl']) }, place.depth + 1)
      return
    } else if (!isObject(value)) {
      scope.findings.add(path, structure(`json-type:${type}`, `found ${kindOf(value)} where the type is ${type}; send an object`))
      return
    } else {
      const node = property.node()
      if (node === undefined) return
      walkObject({ value, node, path, elementPath, depth: place.depth + 1 }, scope)
      checkInvariants(node.invariants, value, path, scope)
      if (node.binding) bindings.check(node.binding, value, type, path, scope.findings)
      if (type === 'Extension') {
        const { url } = place.value
        const host = { value: place.value, elementPath: place.elementPath, typePath: place.node.path, type: place.node.type, url: place.node.type === 'Extension' ? url : undefined }
        checkPart(value, path, scope.findings)
        extensions.check(value, path, host, property.json === 'modifierExtension', scope)
      } else if (type === 'Reference') {
        references.checkLiteral(value, path, scope)
        if (property.reference) references.check(property.reference, value, path, scope)
      } else {
        checkDatatype(type, value, path, parts, scope.findings)
      }
    }
    if (property.binding) bindings.check(property.binding, value, type, path, scope.findings)
    if (property.profiles) parts.meetProfiles(property.profiles, value, path, scope)
    checkInvariants(property.invariants, value, path, scope)
  }

  const checkMeaning = ({ type, meaning, element }: Property, text: string, path: string, scope: Scope): void => {
    const doubt = meaning?.(text)
    if (doubt) scope.findings.add(path, doubt)
    if (type === 'canonical' && text.startsWith('#')) references.checkLocalCanonical(targetsOf(element), text, path, scope)
  }

  /** The id and extensions of a primitive, which JSON keeps in a property of their own. */
  const walkShadow = (shadow: unknown, { type, element }: Property, host: Place, path: string, elementPath: string, scope: Scope): void => {
    const node = types.node('Element')
    if (!isObject(shadow)) {
      scope.findings.add(path, structure('json-type:Element', `found ${kindOf(shadow)} beside a primitive; send an object with "id" or "extension"`))
    } else if (node !== undefined) {
      walkObject({ value: shadow, node: { ...node, type, path: `${host.node.path}.${element.name}` }, path, elementPath, depth: host.depth + 1 }, scope)
    }
  }

  const checkExtensionContent = (value: Record<string, unknown>, path: string, { findings }: Scope): void => {
    let values = 0
    for (const key in value) if (/^_?value[A-Z]/.test(key)) values++
    const nested = value['extension'] !== undefined
    if (nested === values > 0) {
      findings.add(path, { severity: 'error', type: 'invariant', code: 'ext-1',
        text: nested ? 'an extension has either a value or extensions, not both; keep one' : 'an extension needs a value or extensions; add one, or leave the extension out' })
    }
  }

  return walkResource
}

const targetsOf = ({ definition }: BaseElement): readonly string[] | undefined =>
  definition.types?.find(({ code }) => code === 'canonical')?.targetProfiles
