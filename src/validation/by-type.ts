/** What R4's text asks of whole resources of a type, beside elements, profiles and invariants. */
import type { Resource } from '../fhir/resource.ts'
import { checkBundle } from './bundles/bundle.ts'
import { checkQuestionnaire } from './questionnaires/questionnaire.ts'
import { checkResponseItems } from './questionnaires/response.ts'
import type { Scope } from './scope.ts'

/** @param path of the resource; `scope` is within it */
export const checkByType = (resource: Resource, path: string, scope: Scope): void => {
  switch (resource.resourceType) {
    case 'Bundle': return checkBundle(resource, path, scope)
    case 'Questionnaire': return checkQuestionnaire(resource, path, scope.findings)
    case 'QuestionnaireResponse': return checkResponseItems(resource, path, scope)
  }
}
