/**
 * Bundles: rules of R4 that its invariants leave to the text. Full URLs are absolute and agree with the ids, search
 * results are what their mode says, and a document holds what its Composition refers to.
 * https://hl7.org/fhir/R4/bundle.html, https://hl7.org/fhir/R4/documents.html
 */
import { isObject } from '../fhir/json.ts'
import type { Findings } from './findings.ts'
import { isResource } from './scope.ts'

type Json = Record<string, unknown>

interface Entry {
  readonly fullUrl: string | undefined
  readonly resource: Json | undefined
  readonly mode: string | undefined
  readonly path: string
}

const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:\S/
const RESTFUL = /^(https?:\/\/.+\/)?([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})$/

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

const entriesOf = (bundle: Json, path: string): readonly Entry[] =>
  (Array.isArray(bundle['entry']) ? bundle['entry'] as readonly unknown[] : []).map((entry, i) => {
    const { fullUrl, resource, search } = isObject(entry) ? entry : {} as Json
    return {
      fullUrl: textOf(fullUrl),
      resource: isResource(resource) ? resource : undefined,
      mode: isObject(search) ? textOf(search['mode']) : undefined,
      path: `${path}.entry[${i}]`,
    }
  })

export const checkBundle = (bundle: Json, path: string, findings: Findings): void => {
  const entries = entriesOf(bundle, path)
  for (const entry of entries) checkFullUrl(entry, findings)
  if (bundle['type'] === 'searchset') for (const entry of entries) checkSearchResult(entry, findings)
  if (bundle['type'] === 'document') checkDocument(entries, findings)
}

const checkFullUrl = ({ fullUrl, resource, path }: Entry, findings: Findings): void => {
  if (fullUrl === undefined) return
  if (!ABSOLUTE.test(fullUrl)) {
    findings.add(`${path}.fullUrl`, { severity: 'error', type: 'value', code: 'bundle-fullurl',
      text: 'fullUrl must be absolute; send https://…/Type/id, or urn:uuid: and a UUID for a resource that is on no server' })
    return
  }
  const [, base, type, id] = RESTFUL.exec(fullUrl) ?? []
  const own = textOf(resource?.['id'])
  if (base !== undefined && type === resource?.['resourceType'] && own !== undefined && own !== id) {
    findings.add(`${path}.fullUrl`, { severity: 'error', type: 'value', code: 'bundle-fullurl-id',
      text: `fullUrl ends in the id "${id}" but the resource's id is "${own}"; make them the same` })
  }
}

const checkSearchResult = ({ resource, mode, path }: Entry, findings: Findings): void => {
  if (resource === undefined) return
  const isOutcome = resource['resourceType'] === 'OperationOutcome'
  if (mode === 'outcome' && !isOutcome) {
    findings.add(`${path}.resource`, { severity: 'error', type: 'structure', code: 'bundle-search-outcome',
      text: `search.mode is "outcome" but the resource is a ${String(resource['resourceType'])}; send an OperationOutcome, or the mode "match" or "include"` })
  }
  if (!isOutcome && resource['id'] === undefined) {
    findings.add(`${path}.resource`, { severity: 'error', type: 'required', code: 'bundle-search-id',
      text: 'a search result must have an id; add "id"' })
  }
  if (isOutcome && mode === 'match') {
    findings.add(`${path}.resource`, { severity: 'error', type: 'structure', code: 'bundle-search-outcome',
      text: 'an OperationOutcome is no match of this search; give it the search.mode "outcome"' })
  }
}

/** Every relative reference of the Composition must find exactly one entry. */
const checkDocument = (entries: readonly Entry[], findings: Findings): void => {
  const first = entries[0]
  if (first?.resource?.['resourceType'] !== 'Composition') return
  const base = RESTFUL.exec(first.fullUrl ?? '')?.[1]
  const byAddress = Map.groupBy(entries, ({ fullUrl, resource }) =>
    (base === undefined ? `${String(resource?.['resourceType'])}/${String(resource?.['id'])}` : fullUrl))
  const find = (literal: string): readonly Entry[] => byAddress.get(`${base ?? ''}${literal}`) ?? []
  const visit = (value: unknown, path: string): void => {
    if (Array.isArray(value)) {
      value.forEach((item, i) => visit(item, `${path}[${i}]`))
    } else if (isObject(value)) {
      const reference = textOf(value['reference'])
      if (reference !== undefined) checkTarget(reference, find, path, findings)
      for (const key in value) visit(value[key], `${path}.${key}`)
    }
  }
  visit(first.resource, `${first.path}.resource`)
}

const checkTarget = (reference: string, find: (literal: string) => readonly Entry[], path: string, findings: Findings): void => {
  const [literal = '', version] = reference.split('/_history/', 2)
  if (!RESTFUL.test(literal) || ABSOLUTE.test(literal)) return
  const matches = find(literal).filter(({ resource }) => {
    const meta = resource?.['meta']
    return version === undefined || (isObject(meta) && meta['versionId'] === version)
  })
  if (matches.length === 1) return
  findings.add(path, matches.length === 0
    ? { severity: 'error', type: 'not-found', code: 'bundle-document-reference', text: `${reference} is not in this document; add an entry with it` }
    : { severity: 'error', type: 'multiple-matches', code: 'bundle-document-reference',
      text: `${reference} fits ${matches.length} entries of this document; refer to one version of it` })
}
