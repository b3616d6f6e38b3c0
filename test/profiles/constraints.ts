/**
 * What a definition constrains, apart from what it says about it: the form in which a restated definition and the
 * official one must be equal.
 *
 * Documentation is named and left out, and everything else counts: a field nobody thought of shows up as a difference.
 */
import type { Definition } from './restated.ts'

type Json = Record<string, unknown>

/** What constrains, by the place where it does: an element id, a code, `context`. */
export type Constraints = ReadonlyMap<string, unknown>

/** R4 ElementDefinition fields that explain and do not constrain. */
export const ELEMENT_PROSE = [
  'short', 'definition', 'comment', 'requirements', 'alias', 'label', 'code', 'mapping', 'example', 'isModifierReason',
  'meaningWhenMissing', 'orderMeaning',
]

const without = (value: unknown, prose: readonly string[]): Json =>
  Object.fromEntries(Object.entries(value as Json).filter(([name]) => !prose.includes(name)))

const list = (value: unknown): Json[] => (value ?? []) as Json[]

function elementConstraints(element: Json): Json {
  const { id: _, path: __, ...rest } = without(element, ELEMENT_PROSE)
  return {
    ...rest,
    ...(rest.slicing === undefined ? {} : { slicing: without(rest.slicing, ['description']) }),
    ...(rest.binding === undefined ? {} : { binding: without(rest.binding, ['description']) }),
    ...(rest.constraint === undefined ? {}
      : { constraint: list(rest.constraint).map(constraint => without(constraint, ['human', 'requirements', 'source'])) }),
  }
}

const STRUCTURE_FIELDS = ['kind', 'abstract', 'context', 'contextInvariant', 'type', 'baseDefinition', 'derivation', 'fhirVersion']

function structureConstraints(definition: Definition): [string, unknown][] {
  const elements = list((definition.differential as Json).element).map((element): [string, Json] => [
    element.id as string, { path: element.path, ...elementConstraints(element) }])
  return [
    ...STRUCTURE_FIELDS.map((field): [string, unknown] => [field, definition[field]]),
    // An element that only names its path says nothing.
    ...elements.filter(([, constraints]) => Object.keys(constraints).length > 1),
    ['order of elements', elements.filter(([, constraints]) => Object.keys(constraints).length > 1).map(([id]) => id)],
  ]
}

function* conceptsOf(concepts: readonly Json[], parent: string): Generator<[string, unknown]> {
  for (const concept of concepts) {
    const { concept: below, ...rest } = without(concept, ['definition', 'designation'])
    yield [`code ${concept.code as string}`, { ...rest, parent }]
    yield* conceptsOf(list(below), concept.code as string)
  }
}

const CODE_SYSTEM_FIELDS = [
  'content', 'caseSensitive', 'hierarchyMeaning', 'compositional', 'versionNeeded', 'supplements', 'valueSet', 'filter', 'property',
]

const codeSystemConstraints = (definition: Definition): [string, unknown][] => [
  ...CODE_SYSTEM_FIELDS.map((field): [string, unknown] => [field, definition[field]]),
  ...conceptsOf(list(definition.concept), ''),
]

const valueSetConstraints = ({ compose }: Definition): [string, unknown][] => [
  ['compose', without(compose, ['include', 'exclude'])],
  ...['include', 'exclude'].flatMap(part => list((compose as Json)[part]).map((set, index): [string, unknown] => [
    `${part}[${index}]`,
    { ...set, ...(set.concept === undefined ? {} : { concept: list(set.concept).map(concept => without(concept, ['designation'])) }) },
  ])),
]

export function constraintsOf(definition: Definition): Constraints {
  const entries = {
    StructureDefinition: structureConstraints,
    CodeSystem: codeSystemConstraints,
    ValueSet: valueSetConstraints,
  }[definition.resourceType](definition)
  return new Map(entries.filter(([, value]) => value !== undefined))
}

/** Values with object keys sorted, so that only content differs. */
const canonical = (value: unknown): unknown => Array.isArray(value) ? value.map(canonical)
  : value !== null && typeof value === 'object'
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, inner]) => [name, canonical(inner)]))
    : value

/** One line per place where the restated definition says something else than the official one; both ways. */
export function differences(restated: Definition, official: Definition): string[] {
  const ours = constraintsOf(restated)
  const theirs = constraintsOf(official)
  const said = (constraints: Constraints, place: string): string =>
    constraints.has(place) ? JSON.stringify(canonical(constraints.get(place))) : 'nothing'
  return [...new Set([...theirs.keys(), ...ours.keys()])]
    .filter(place => said(ours, place) !== said(theirs, place))
    .map(place => `${place}: official ${said(theirs, place)}, restated ${said(ours, place)}`)
}
