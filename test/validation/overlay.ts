/** Definitions with some more on top: the supporting StructureDefinitions, ValueSets and CodeSystems of a test case. */
import { definitionsIn, isDefinition } from '../../src/definitions/definition.ts'
import type { Definitions } from '../../src/definitions/definitions.ts'
import { withDefinitions as overlay } from '../../src/definitions/overlay.ts'

/** Structures are made in any order: a base is made when a derived one asks for it. */
export const withDefinitions = (definitions: Definitions, resources: readonly { readonly resourceType: string }[]): Definitions =>
  overlay(definitions, resources.filter(isDefinition).flatMap(definitionsIn))
