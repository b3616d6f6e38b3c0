/** Search parameters, compartments and operations of R4 in the hub's compact form. */
import type {
  CompartmentDefinition, OperationDefinition as RawOperation, SearchParameter as RawSearchParameter,
} from 'fhir/r4.js'
import type { OperationDefinition, SearchParameter } from '../definitions.ts'
import { withoutVersion } from '../canonical.ts'
import type { Catalogue } from '../load.ts'

/**
 * The parameters R4 defines: examples are left out, and drafts over extensions that say neither a base nor an
 * expression. `_text`, `_content`, `_query` and `_filter` have no expression by design.
 */
export function readSearchParameters(raw: readonly RawSearchParameter[]): SearchParameter[] {
  return raw
    .filter(({ id, base, expression, code }) => !id?.startsWith('example') && base && (expression || code.startsWith('_')))
    .map(({ url, code, type, base, expression, target, component }) => ({
      url, code, type, base,
      ...(expression === undefined ? {} : { expression }),
      ...(target === undefined ? {} : { targets: target }),
      ...(component === undefined ? {} : {
        components: component.map(part => ({ definition: withoutVersion(part.definition), expression: part.expression })),
      }),
    }))
}

/** `{def}` stands for the resource whose compartment it is, which is always in it: `_id` finds it. */
const codesOf = (compartment: string, type: string, params: readonly string[]): readonly string[] =>
  [...(type === compartment ? ['_id'] : []), ...params.filter(param => param !== '{def}')]

export const readCompartments = (raw: readonly CompartmentDefinition[]): Catalogue['compartments'] => Object.fromEntries(raw
  .filter(({ id }) => id !== 'example')
  .map(({ code: compartment, resource }) => [compartment, Object.fromEntries((resource ?? [])
    .map(({ code, param }): [string, readonly string[]] => [code, codesOf(compartment, code, param ?? [])])
    .filter(([, codes]) => codes.length > 0))]))

export const readOperations = (raw: readonly RawOperation[]): OperationDefinition[] => raw
  .filter(({ id }) => id !== 'example')
  .map(({ url, code, system, type, instance, resource, affectsState }) => ({
    url: url ?? '', code, system, type, instance, resource: resource ?? [], affectsState: affectsState ?? false,
  }))
