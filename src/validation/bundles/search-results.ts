/** Search results in a Bundle: each has an id and is what its mode says. https://hl7.org/fhir/R4/http.html#search */
import { isObject } from '../../fhir/json.ts'
import type { Resource } from '../../fhir/resource.ts'
import type { Findings } from '../findings.ts'
import type { Entry } from './entries.ts'

const modeOf = ({ value: { search } }: Entry): unknown => (isObject(search) ? search['mode'] : undefined)

export const checkSearchResult = (entry: Entry, findings: Findings): void => {
  const { resource, path } = entry
  if (resource === undefined) return
  const mode = modeOf(entry)
  const isOutcome = resource.resourceType === 'OperationOutcome'
  if (mode === 'outcome' && !isOutcome) {
    findings.add(`${path}.resource`, { severity: 'error', type: 'structure', code: 'bundle-search-outcome',
      text: `search.mode is "outcome" but the resource is a ${resource.resourceType}; send an OperationOutcome, or the mode "match" or "include"` })
  }
  if (!isOutcome && resource.id === undefined) {
    findings.add(`${path}.resource`, { severity: 'error', type: 'required', code: 'bundle-search-id',
      text: 'a search result must have an id; add "id"' })
  }
  if (isOutcome && mode === 'match') {
    findings.add(`${path}.resource`, { severity: 'error', type: 'structure', code: 'bundle-search-outcome',
      text: 'an OperationOutcome is no match of this search; give it the search.mode "outcome"' })
  }
}

/** `total` counts the matches of all pages, so it is never less than those of this one. */
export const checkTotal = ({ total }: Resource, entries: readonly Entry[], path: string, findings: Findings): void => {
  const matches = entries.filter(entry => modeOf(entry) === 'match').length
  if (typeof total !== 'number' || total >= matches) return
  findings.add(`${path}.total`, { severity: 'warning', type: 'value', code: 'bundle-total',
    text: `total is ${total}, but ${matches} matches are here; send the number of all matches, without what is included` })
}
