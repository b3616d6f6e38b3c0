/**
 * The guard of search parameters in the commit path: no two active ones with one url, or with one code on one type, however
 * they arrive at the same time; and what the hub keeps of its own indexing is nobody's to write.
 */
import { FhirError, outcomes, unusableParameter, type Issue } from '../../fhir/outcomes.ts'
import type { Resource } from '../../fhir/resource.ts'
import { isActive, parameterIn, typesOf } from '../../search/custom/definition.ts'
import { MAX_CUSTOM_PARAMETERS } from '../../search/limits.ts'
import type { Condition } from '../../search/plan.ts'
import { LEDGER } from '../reindex/ledger-resource.ts'
import type { Change, Guard, Unit } from '../unit.ts'
import type { LiveParameters } from './live.ts'

export const createParameterGuard = (live: LiveParameters): Guard => ({
  name: 'search parameters',
  async review(unit) {
    for (const change of unit.changes()) {
      if (change.ref.type === LEDGER.type && change.ref.id === LEDGER.id) {
        throw outcomes.businessRule('search-index-protected', 'the hub alone writes how far its search index is; start a $reindex')
      }
      if (becomesActive(change)) await unit.judging(change.ref, () => requireUnique(live, unit, change.after))
    }
  },
})

const becomesActive = (change: Change): change is Change & { readonly after: Resource } =>
  change.ref.type === 'SearchParameter' && change.after !== undefined && isActive(change.after)

/** What is found becomes an expectation of the commit: of two that arrive together one is judged again. */
const requireUnique = async (live: LiveParameters, unit: Unit, resource: Resource): Promise<void> => {
  const definitions = live.definitions()
  const { url, code, base } = parameterIn(resource)
  const others = (await unit.find('SearchParameter', sameName(url, code))).filter(other => other.id !== resource.id && isActive(other))
  const types = new Set(typesOf(definitions, { base }))
  const issues: Issue[] = others.flatMap(other => {
    const found = parameterIn(other)
    if (found.url === url) {
      return [unusableParameter('SearchParameter.url', `SearchParameter/${other.id} is active with the url ${url}; retire it first, or choose another url`)]
    }
    const shared = found.code === code ? typesOf(definitions, found).find(type => types.has(type)) : undefined
    return shared === undefined ? [] : [unusableParameter('SearchParameter.code',
      `${shared} has the search parameter "${code}" by SearchParameter/${other.id}; retire it first, or choose another code`)]
  })
  if (live.find(String(resource.id)) === undefined && live.all().length >= MAX_CUSTOM_PARAMETERS) {
    issues.push(unusableParameter('SearchParameter.status', `${MAX_CUSTOM_PARAMETERS} search parameters are active, which is all this hub takes; retire some`))
  }
  if (issues.length > 0) throw new FhirError(422, issues)
}

const sameName = (url: string, code: string): Condition => ({
  kind: 'any-of', of: [
    { kind: 'match', param: 'code', test: { kind: 'token', system: undefined, code } },
    { kind: 'match', param: 'url', test: { kind: 'uri', match: 'exact', uri: url } },
  ],
})
