/**
 * A SearchParameter resource as the definition that search works by, whatever was sent: what is not there is empty.
 * Whether it can be used is `judge.ts`. R4: https://hl7.org/fhir/R4/searchparameter.html
 */
import type { Definitions, SearchParameter, SearchParameterType } from '../../definitions/definitions.ts'
import { parseCanonical } from '../../fhir/reference.ts'
import type { Resource } from '../../fhir/resource.ts'
import { fields, list } from '../walk.ts'
import { isDomainResource } from './infer.ts'

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const texts = (value: unknown): readonly string[] => list(value).map(text)

/** Versions of canonicals fall away: there is one definition of a parameter at a time. */
export const parameterIn = (resource: Resource): SearchParameter => {
  const targets = texts(resource['target'])
  const components = list(resource['component']).map(fields).map(({ definition, expression }) => (
    { definition: parseCanonical(text(definition)).url, expression: text(expression) }))
  return {
    url: text(resource['url']),
    code: text(resource['code']),
    type: text(resource['type']) as SearchParameterType,
    base: texts(resource['base']),
    ...(resource['expression'] === undefined ? {} : { expression: text(resource['expression']) }),
    ...(targets.length === 0 ? {} : { targets }),
    ...(components.length === 0 ? {} : { components }),
  }
}

/** Only an active parameter is searched by; a draft may still be wrong, a retired one is history. */
export const isActive = (resource: Resource): boolean => resource['status'] === 'active'

/** What of a definition decides which entries it makes: as long as it stays the same, what is indexed stays good. */
export const indexedBy = ({ code, type, base, expression, targets, components }: SearchParameter): string =>
  JSON.stringify([code, type, [...base].sort(), expression, targets, components])

/** The hub writes its audit with every request, with the index entries of R4's own parameters and no others. */
export const NOT_CUSTOM = 'AuditEvent'

/** Resource types a parameter is of, `Resource` and `DomainResource` written out. */
export const typesOf = (definitions: Definitions, { base }: Pick<SearchParameter, 'base'>): readonly string[] =>
  [...definitions.resourceTypes].filter(type => type !== NOT_CUSTOM
    && (base.includes(type) || base.includes('Resource') || (base.includes('DomainResource') && isDomainResource(definitions, type))))
