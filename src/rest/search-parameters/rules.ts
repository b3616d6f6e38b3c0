/**
 * The rules an active SearchParameter is held to, beside the profiles: by every write, and by `$validate`.
 * What is broken already is not judged further, so that one mistake is told once.
 */
import type { Definitions } from '../../definitions/definitions.ts'
import { isError } from '../../fhir/outcomes.ts'
import { judgeParameter } from '../../search/custom/judge.ts'
import type { Validator } from '../../validation/validator.ts'

export const withParameterRules = (validator: Validator, definitions: () => Definitions): Validator => ({
  ...validator,
  validate(resource, options) {
    const issues = validator.validate(resource, options)
    const { resourceType, status } = resource
    if (resourceType !== 'SearchParameter' || status !== 'active' || issues.some(isError)) {
      return issues
    }
    return [...issues, ...judgeParameter(definitions(), resource)]
  },
})
