/**
 * Whether a StructureDefinition can take effect: it constrains a type of R4, its base is known and of that type, its snapshot
 * can be made, its slices can be told apart, and its constraints are FHIRPath.
 */
import type { StructureDefinition as RawStructure } from 'fhir/r4.js'
import { withoutVersion } from '../../definitions/canonical.ts'
import type { Definition } from '../../definitions/definition.ts'
import type { Definitions, StructureDefinition } from '../../definitions/definitions.ts'
import { MAX_ELEMENTS, SnapshotError } from '../../definitions/snapshot.ts'
import { readStructureSource, structureOf } from '../../definitions/structure.ts'
import { nearest } from '../../fhir/nearest.ts'
import { unusableDefinition, type DefinitionFault, type Issue } from '../../fhir/outcomes.ts'
import { compileBindings } from '../../validation/bindings.ts'
import { compileProfile } from '../../validation/compile.ts'
import { typesOf } from '../../validation/types.ts'
import { judgeConstraints } from './judge-constraints.ts'
import { judgeNarrowing } from './judge-narrowing.ts'
import type { Surroundings } from './judge.ts'
import { placeOf } from './place.ts'

export const judgeStructure = ({ definitions, own }: Surroundings, raw: RawStructure): readonly Issue[] => {
  const { derivation = 'specialization' } = raw
  if (raw.kind === 'logical' && derivation === 'specialization') return []
  if (derivation === 'specialization') {
    return [fault('definition-type', 'derivation', `only R4 itself defines a ${raw.kind}; send derivation "constraint" and the type that it constrains`)]
  }
  const based = judgeBase(definitions, own, raw)
  if (based.length > 0) return based
  const structure = made(definitions, raw)
  if (structure instanceof SnapshotError) {
    return [fault('definition-snapshot', placeOf(raw, structure.element), `the snapshot cannot be made: ${sentence(structure, raw)}${structure.message.endsWith('?') ? '' : '; correct the differential'}`)]
  }
  const base = definitions.structure(raw.baseDefinition ?? '')
  return [...base === undefined ? [] : judgeNarrowing(raw, base), ...judgeCounts(raw, structure), ...judgeSlices(definitions, raw, structure), ...judgeConstraints(raw)]
}

const fault = (code: DefinitionFault, element: string, text: string): Issue => unusableDefinition(code, `StructureDefinition.${element}`, text)

const meant = (name: string | undefined): string => (name === undefined ? '' : `; did you mean "${name}"?`)

const judgeBase = (definitions: Definitions, own: readonly Definition[], raw: RawStructure): readonly Issue[] => {
  const { type, baseDefinition: base } = raw
  if (definitions.type(type) === undefined) {
    return [fault('definition-type', 'type', `"${type.slice(0, 80)}" is no type of R4${meant(nearest(type, definitions.resourceTypes))}`)]
  }
  if (base === undefined) {
    return [fault('definition-base', 'baseDefinition', `a profile derives from something; send such as http://hl7.org/fhir/StructureDefinition/${type}`)]
  }
  const circle = lineOf(own, raw)
  if (circle !== undefined) {
    return [fault('definition-circular', 'baseDefinition', `it derives from itself by ${circle.join(', which derives from ')}; name a base that does not`)]
  }
  const known = definitions.structure(base)
  if (known === undefined) {
    const broken = own.some(({ kind, url }) => kind === 'StructureDefinition' && url === withoutVersion(base))
    const other = definitions.structure(withoutVersion(base))
    return [fault('definition-base', 'baseDefinition', broken && other === undefined ? `${base} is there but cannot be made itself; correct that one first`
      : other === undefined ? `${base.slice(0, 200)} is not known here; put it on the server first, or send it in the same transaction${meant(nearest(base, definitions.canonicals('StructureDefinition')))}`
        : `${withoutVersion(base)} is known here in version ${other.version ?? 'none'}, not ${base.slice(base.indexOf('|') + 1)}; name that version or none`)]
  }
  if (known.type !== type && !isAbstract(definitions, known)) {
    return [fault('definition-type', 'type', `it constrains ${type}, but its base ${base} is of ${known.type}; make them the same`)]
  }
  return []
}

/** A profile of Resource or DomainResource is met by any resource. */
const isAbstract = (definitions: Definitions, { type }: StructureDefinition): boolean => definitions.type(type)?.abstract === true

/** The bases from a structure back to itself; undefined where the line ends. */
const lineOf = (own: readonly Definition[], raw: RawStructure): readonly string[] | undefined => {
  const line: string[] = []
  for (let base = raw.baseDefinition; base !== undefined;) {
    const url = withoutVersion(base)
    if (line.includes(url)) return undefined
    line.push(url)
    if (url === raw.url) return line
    const next = own.find(definition => definition.kind === 'StructureDefinition' && definition.url === url)
    base = next?.kind === 'StructureDefinition' ? next.source.base : undefined
  }
  return undefined
}

const made = (definitions: Definitions, raw: RawStructure): StructureDefinition | SnapshotError => {
  try {
    const structure = structureOf(readStructureSource(raw), canonical => definitions.structure(canonical))
    return structure.elements.length > MAX_ELEMENTS ? new SnapshotError(`it has more than ${MAX_ELEMENTS} elements`) : structure
  } catch (error) {
    if (error instanceof SnapshotError) return error
    throw error
  }
}

/** An element that is asked for more often than it may be there: no resource would meet the profile. */
const judgeCounts = (raw: RawStructure, { elements }: StructureDefinition): readonly Issue[] => {
  const { snapshot, differential } = readStructureSource(raw)
  const told = new Set((snapshot ?? differential).map(({ id }) => id))
  return elements.filter(({ id, min, max }) => min > max && told.has(id)).map(({ id, min, max }) =>
    fault('definition-snapshot', placeOf(raw, id), `${id} is needed ${min === 1 ? 'once' : `${min} times`}, and may be there ${max === 0 ? 'never' : max === 1 ? 'once only' : `${max} times only`}; correct min or max`))
}

const sentence = ({ message }: SnapshotError, { url }: RawStructure): string => (message.startsWith(`${url}: `) ? message.slice(url.length + 2) : message)

/** What the validator could not check of it. */
const judgeSlices = (definitions: Definitions, raw: RawStructure, structure: StructureDefinition): readonly Issue[] => {
  const { problems } = compileProfile(structure, { definitions, types: typesOf(definitions), bindings: compileBindings(definitions) })
  const ids = structure.elements.map(({ id }) => id).sort((one, other) => other.length - one.length)
  const places = new Set<string>()
  return problems.flatMap(problem => {
    const place = placeOf(raw, ids.find(id => problem.includes(id)))
    if (places.has(place)) return []
    places.add(place)
    return [/slice/.test(problem)
      ? fault('definition-slicing', place, `${problem}; give the slicing a discriminator, and each slice what it is told by: a fixed value, a pattern or a required binding`)
      : fault('definition-snapshot', place, `${problem}; correct the element`)]
  })
}
