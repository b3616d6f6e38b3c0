/**
 * `:below` and `:above` on references: `Procedure?location:below=42` is at Location/42 or at any part of it.
 *
 * A type forms a hierarchy by the one reference parameter that says of what it is a part (`Location.partof`).
 * R4: https://hl7.org/fhir/R4/search.html#recursive and #reference (canonicals)
 */
import type { Definitions, SearchParameter } from '../../definitions/definitions.ts'
import { outcomes } from '../../fhir/outcomes.ts'
import { parseCanonical, parseReference } from '../../fhir/reference.ts'
import { isId } from '../../fhir/resource.ts'
import { anyOf } from '../join.ts'
import { indexedParameters, targetsOf, valueTypes } from '../parameters.ts'
import type { Condition } from '../plan.ts'
import type { Asked } from './context.ts'
import { requireType } from './resource-type.ts'
import { textOf } from './string.ts'

/** The parameter by which resources of the type are part of others of it: of Task, CarePlan, Encounter, Location and their like. */
export const partOf = (definitions: Definitions, type: string): SearchParameter | undefined =>
  [...indexedParameters(definitions, type).values()].find(({ expression, targets = [] }) =>
    expression === `${type}.partOf` && targets.length === 1 && targets[0] === type)

/** One alternative of `parameter:below=` or `:above=`. */
export const hierarchyCondition = (asked: Asked, part: string, direction: 'above' | 'below'): Condition => {
  const text = textOf(asked, part)
  const { context: { definitions, bases }, key, parameter } = asked
  const parsed = parseReference(text, bases)
  if (parsed.kind === 'url' && valueTypes(definitions, asked.type, parameter).has('canonical')) return anyVersion(asked, text)
  const hierarchies = (targetsOf(parameter) ?? [...definitions.resourceTypes]).filter(type => partOf(definitions, type) !== undefined)
  if (hierarchies.length === 0) {
    throw outcomes.unsupportedSearch(key, `${key}: nothing that "${parameter.code}" refers to is part of others of its kind; leave :${direction} out`)
  }
  if (parsed.kind === 'local' && parsed.version === undefined) {
    requireType(definitions, key, parsed.type)
    if (!hierarchies.includes(parsed.type)) {
      throw outcomes.badParameter(key, `${key}: no ${parsed.type} is part of another; ${hierarchies.join(', ')} are`)
    }
    return inHierarchy(asked, [parsed.type], parsed.id, direction)
  }
  if (!isId(text)) throw outcomes.badParameter(key, `${key} takes an id or Type/id of one of ${hierarchies.join(', ')}`)
  return inHierarchy(asked, hierarchies, text, direction)
}

/** The resource itself counts, even where it is not there or not the caller's to see. */
const inHierarchy = ({ context, parameter }: Asked, types: readonly string[], id: string, direction: 'above' | 'below'): Condition => anyOf([
  { kind: 'match', param: parameter.code, test: { kind: 'reference', types, id } },
  ...types.map((type): Condition => ({
    kind: 'chain', param: parameter.code, types: [type],
    where: { kind: 'within', direction, type, param: partOf(context.definitions, type)!.code, id },
  })),
])

/** R4: `:below` on a canonical is "to control whether the version is considered": it is not, as without a version. */
const anyVersion = ({ key, parameter, modifier }: Asked, canonical: string): Condition => {
  if (modifier === 'above' || parseCanonical(canonical).version !== undefined) {
    throw outcomes.unsupportedSearch(key,
      `${key}: versions of canonicals are not ordered here; name one exactly (${parameter.code}=url|version) or leave it out for any`)
  }
  return { kind: 'match', param: parameter.code, test: { kind: 'url', url: canonical } }
}
