/** What R4's text asks of whole resources of a type, beside elements, profiles and invariants. */
import type { Definitions } from '../definitions/definitions.ts'
import type { Resource } from '../fhir/resource.ts'
import { checkBundle } from './bundles/bundle.ts'
import { checkCodeSystem, checkValueSet } from './code-lists.ts'
import { checkQuestionnaire } from './questionnaires/questionnaire.ts'
import { checkResponseItems } from './questionnaires/response.ts'
import type { Scope } from './scope.ts'

/** @param path of the resource; `scope` is within it */
export const checkByType = (resource: Resource, path: string, scope: Scope, definitions: Definitions): void => {
  switch (resource.resourceType) {
    case 'CodeSystem': return checkCodeSystem(resource, path, scope.findings)
    case 'ValueSet': return checkValueSet(resource, path, definitions, scope.findings)
    case 'Bundle': return checkBundle(resource, path, scope)
    case 'Questionnaire': return checkQuestionnaire(resource, path, scope.findings)
    case 'QuestionnaireResponse': return checkResponseItems(resource, path, scope)
  }
}
