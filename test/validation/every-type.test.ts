/**
 * Every resource type and data type of R4: an instance made from the definitions alone, with each of its elements in each of
 * its types, has the right structure; without one that it must have, or with a value of another type, it has not.
 */
import { isObject } from '../../src/fhir/json.ts'
import { compileTypes, type BaseElement, type Property, type TypeNode } from '../../src/validation/types.ts'
import { check, DECLARED, definitions, errorsOf } from './setup.ts'

const types = compileTypes(definitions)
type Json = Record<string, unknown>

/** A value of each primitive type. */
const primitives: Readonly<Record<string, unknown>> = {
  boolean: true, decimal: 1.5, integer: 1, unsignedInt: 1, positiveInt: 1, string: 'x', markdown: 'x', code: 'x', id: 'x', uri: 'urn:a', url: 'https://x', canonical: 'https://x',
  oid: 'urn:oid:1.2', uuid: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520', date: '2026-01-01', dateTime: '2026-01-01', instant: '2026-01-01T00:00:00Z', time: '10:00:00',
  base64Binary: 'QUJD', xhtml: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>',
}

/** Any code of a required value set; where it cannot be listed, one that is right by its form. */
const codeOf = ({ binding }: Property): { readonly system?: string; readonly code: string } => {
  const set = binding === undefined ? undefined : definitions.valueSet(binding.binding.valueSet)
  if (set?.kind === 'expanded') for (const [system, codes] of set.codes) for (const [code] of codes) return { system, code }
  // a set that is not expanded here still says whose codes it takes
  if (set?.kind === 'unknown' && set.systems?.[0] !== undefined) return { system: set.systems[0], code: 'm' }
  return { code: binding?.binding.valueSet.includes('mimetypes') === true ? 'text/plain' : 'en' }
}

const valueOf = (property: Property, depth: number): unknown => {
  const { type, primitive, reference } = property
  if (type === 'code' && property.binding?.binding.strength === 'required') return codeOf(property).code
  if (primitive !== undefined) return primitives[type]
  switch (type) {
    case 'Resource': return { resourceType: 'Basic', id: 'x', code: { text: 'x' } }
    case 'Extension': return { url: 'https://example.org/x', valueCode: 'x' }
    case 'Coding': return property.binding?.binding.strength === 'required' ? codeOf(property) : { system: 'urn:a', code: 'x' }
    case 'CodeableConcept': return property.binding?.binding.strength === 'required' ? { coding: [codeOf(property)] } : { text: 'x' }
    case 'Reference': return { reference: `${definitions.structure(reference?.targets[0] ?? '')?.type.replace(/^Resource$/, 'Patient') ?? 'Patient'}/1` }
    default: {
      const node = property.node()
      return node === undefined ? undefined : leastOf(node, depth + 1)
    }
  }
}

const within = ({ repeats }: BaseElement, value: unknown): unknown => (repeats ? [value] : value)

/** What an object of this shape must have; of one that must have nothing, its first element, for it may not be empty. */
const leastOf = (node: TypeNode, depth = 0): Json => {
  const object: Json = {}
  for (const element of node.required) {
    const property = element.properties[0]!
    object[property.json] = within(element, valueOf(property, depth))
  }
  if (!node.isResource && Object.keys(object).length === 0 && depth < 6) {
    const property = [...node.properties.values()].find(({ json, primitive }) => primitive !== undefined && json !== 'id')
      ?? [...node.properties.values()].find(({ json }) => json !== 'id' && json !== 'extension' && json !== 'modifierExtension')
    if (property !== undefined) object[property.json] = within(property.element, valueOf(property, depth))
  }
  return object
}

/** Rules about what stands together are others' matter: here only what each element is. */
const isStructural = ({ code }: { readonly code: string }): boolean =>
  /^(?:element-unknown|json-|array-empty|value-missing|resource-type|primitive:|shape|min:|max:|choice:|type:|target:|not-validated|binding:)/.test(code)

const faults = (resource: object): readonly string[] =>
  errorsOf(check(resource, DECLARED)).filter(isStructural).map(({ code, expression }) => `${code} at ${expression[0]}`)

/** Shapes inside a type, each with the way to it from an object of the type. */
const shapesIn = (root: TypeNode): readonly (readonly [node: TypeNode, put: (object: Json, inner: Json) => void])[] => {
  const found: (readonly [TypeNode, (object: Json, inner: Json) => void])[] = [[root, (object, inner) => { Object.assign(object, inner) }]]
  const seen = new Set([root.path])
  const visit = (node: TypeNode, put: (object: Json, inner: Json) => void): void => {
    for (const property of node.properties.values()) {
      if (property.type !== 'BackboneElement' && property.type !== 'Element') continue
      const inner = property.node()
      if (inner === undefined || seen.has(inner.path)) continue
      seen.add(inner.path)
      const next = (object: Json, value: Json): void => put(object, { ...leastOf(node), [property.json]: within(property.element, value) })
      found.push([inner, next])
      visit(inner, next)
    }
  }
  visit(root, found[0]![1])
  return found
}

const madeOf = (resourceType: string, put: (object: Json, inner: Json) => void, inner: Json): Json => {
  const resource: Json = { resourceType, ...leastOf(types.node(resourceType)!) }
  put(resource, inner)
  return resource
}

const resourceTypes = [...definitions.resourceTypes].toSorted()

describe('every resource type', () => {
  it('is there: 146, and Parameters and Bundle among them', () => {
    expect(resourceTypes).toHaveLength(146)
  })

  it.each(resourceTypes)('%s', resourceType => {
    const wrong: string[] = []
    for (const [node, put] of shapesIn(types.node(resourceType)!)) {
      const least = leastOf(node)
      const made = (members: Json): Json => madeOf(resourceType, put, { ...least, ...members })
      for (const property of node.properties.values()) {
        const { element, json } = property
        // of a choice one value only
        const others = Object.fromEntries(element.properties.map(other => [other.json, undefined]))
        const value = within(element, valueOf(property, 0))
        const told = faults(JSON.parse(JSON.stringify(made({ ...others, [json]: value }))) as object)
        if (told.length > 0) wrong.push(`${node.path}.${json}: ${told.join(', ')}`)
        const swapped = isObject(value) || Array.isArray(value) && isObject(value[0]) ? 'x' : { x: 1 }
        if (faults(made({ ...others, [json]: within(element, swapped) })).length === 0) wrong.push(`${node.path}.${json} takes a value of another type`)
      }
      for (const { name, properties } of node.required) {
        const lacking = made(Object.fromEntries(properties.map(({ json }) => [json, undefined])))
        if (!faults(JSON.parse(JSON.stringify(lacking)) as object).some(told => told.startsWith('min:'))) wrong.push(`${node.path} is good without ${name}`)
      }
    }
    expect(wrong).toEqual([])
  })
})

const dataTypes = ['Address', 'Age', 'Annotation', 'Attachment', 'CodeableConcept', 'Coding', 'ContactDetail', 'ContactPoint', 'Contributor', 'Count', 'DataRequirement', 'Distance',
  'Dosage', 'Duration', 'Expression', 'HumanName', 'Identifier', 'Meta', 'Money', 'ParameterDefinition', 'Period', 'Quantity', 'Range', 'Ratio', 'Reference', 'RelatedArtifact',
  'SampledData', 'Signature', 'Timing', 'TriggerDefinition', 'UsageContext']

describe('every data type that an extension may hold', () => {
  const [extension] = [types.node('Extension')!.choices[0]!]

  it('is one of R4\'s 50', () => {
    expect(extension.properties.map(({ type }) => type).toSorted()).toEqual([...dataTypes, ...Object.keys(primitives).filter(type => type !== 'xhtml')].toSorted())
  })

  it.each(extension.properties.map(property => [property.type, property] as const))('%s', (_type, property) => {
    const around = (value: unknown): object => ({ resourceType: 'Basic', code: { text: 'x' }, extension: [{ url: 'https://example.org/x', [property.json]: value }] })
    expect(faults(around(valueOf(property, 0)))).toEqual([])
    expect(faults(around(property.primitive === undefined ? 'x' : { x: 1 }))).not.toEqual([])
    expect(faults(around([valueOf(property, 0)]))).not.toEqual([])
    const node = property.primitive === undefined ? property.node() : undefined
    for (const inner of node?.properties.values() ?? []) {
      const others = Object.fromEntries(inner.element.properties.map(other => [other.json, undefined]))
      const value = JSON.parse(JSON.stringify({ ...leastOf(node!), ...others, [inner.json]: within(inner.element, valueOf(inner, 0)) })) as object
      expect([inner.json, faults(around(value))]).toEqual([inner.json, []])
    }
  })
})
