/**
 * What is in the compartment of a resource, as a condition: `Patient/1/Observation` is Observations whose `subject` or
 * `performer` is Patient/1. By R4's CompartmentDefinitions: https://hl7.org/fhir/R4/compartmentdefinition.html
 */
import type { Definitions } from '../definitions/definitions.ts'
import { byType } from './by-type.ts'
import { anyOf } from './join.ts'
import { indexedParameters } from './parameters.ts'
import type { Condition } from './plan.ts'

export const COMPARTMENTS = ['Patient', 'Encounter', 'RelatedPerson', 'Practitioner', 'Device'] as const
export type Compartment = typeof COMPARTMENTS[number]

export const isCompartment = (type: string): type is Compartment => COMPARTMENTS.some(known => known === type)

/** Types whose resources may be in such a compartment, its own included; what `Patient/1/*` searches. */
export const compartmentTypes = (definitions: Definitions, compartment: Compartment): readonly string[] =>
  [...definitions.resourceTypes].filter(type => type === compartment || definitions.compartment(compartment, type).length > 0)

/**
 * True of the resources of `types` that are in the compartment of `compartment/id`: that resource itself, and whatever
 * refers to it by a parameter that the definition names. Of types that are never in it, none.
 */
export const compartmentCondition = (
  definitions: Definitions, compartment: Compartment, id: string, types: readonly string[],
): Condition => byType(types, type => {
  const indexed = indexedParameters(definitions, type)
  const refers = definitions.compartment(compartment, type).filter(param => indexed.get(param)?.type === 'reference')
  return anyOf([
    ...(type === compartment ? [{ kind: 'ids', ids: [id] } as const] : []),
    ...refers.map((param): Condition => ({ kind: 'match', param, test: { kind: 'reference', types: [compartment], id } })),
  ])
})
