/**
 * Bundles: rules of R4 that its invariants leave to the text. Full URLs are absolute and agree with the ids, and each
 * type of Bundle holds what it is for: requests, responses, search results, a document, a message.
 * https://hl7.org/fhir/R4/bundle.html
 */
import type { Resource } from '../../fhir/resource.ts'
import type { Findings } from '../findings.ts'
import { ABSOLUTE } from '../meaning.ts'
import type { Scope } from '../scope.ts'
import { checkConnected, checkDocument, checkMessage } from './document.ts'
import { addressOf, entriesOf, unversioned, type Entry } from './entries.ts'
import { checkRequest, checkResponse } from './requests.ts'
import { checkSearchResult, checkTotal } from './search-results.ts'

/** @param path of the Bundle; `scope` is within it */
export const checkBundle = (bundle: Resource, path: string, scope: Scope): void => {
  const { findings } = scope
  const entries = entriesOf(bundle, path)
  const type = bundle['type']
  for (const entry of entries) {
    checkFullUrl(entry, findings)
    checkResponse(entry, findings)
  }
  switch (type) {
    case 'searchset':
      for (const entry of entries) checkSearchResult(entry, findings)
      checkTotal(bundle, entries, path, findings)
      break
    case 'document':
    case 'message':
      if (entries.length === 0) {
        findings.add(path, { severity: 'error', type: 'required', code: 'bundle-empty',
          text: `a ${type} has at least one entry, its ${type === 'document' ? 'Composition' : 'MessageHeader'}; add it` })
      }
      if (type === 'document') checkDocument(entries, scope)
      else checkMessage(entries, scope)
      checkConnected(type, entries, scope)
      break
    case 'batch':
    case 'transaction':
    case 'history':
      for (const entry of entries) checkRequest(entry, type, findings)
  }
  if (type !== 'batch' && type !== 'transaction' && typeof type === 'string' && !type.endsWith('-response')) checkIdentity(entries, path, findings)
}

/** Entries need a fullUrl, except what is posted and what an operation made up. It is asked of the Bundle, once. */
const checkIdentity = (entries: readonly Entry[], path: string, findings: Findings): void => {
  const without = entries.find(({ fullUrl, resource }) => fullUrl === undefined && resource !== undefined && resource.resourceType !== 'OperationOutcome')
  if (without === undefined) return
  findings.once(`bundle-fullurl-missing ${path}`, without.path, { severity: 'warning', type: 'required', code: 'bundle-fullurl-missing',
    text: 'an entry should have a fullUrl, by which others refer to it; add https://…/Type/id, or urn:uuid: and a UUID' })
}

const checkFullUrl = ({ fullUrl, resource, path }: Entry, findings: Findings): void => {
  if (fullUrl === undefined) return
  const wrong = (code: string, text: string): void => findings.add(`${path}.fullUrl`, { severity: 'error', type: 'value', code, text })
  if (!ABSOLUTE.test(fullUrl)) {
    wrong('bundle-fullurl', 'fullUrl must be absolute; send https://…/Type/id, or urn:uuid: and a UUID for a resource that is on no server')
    return
  }
  const address = addressOf(unversioned(fullUrl))
  const own = typeof resource?.id === 'string' ? resource.id : undefined
  if (address?.base === undefined || resource === undefined || own === undefined) return
  if (address.type !== resource.resourceType) {
    wrong('bundle-fullurl-id', `fullUrl is the address of a resource of type ${address.type}, but the entry holds one of type ${resource.resourceType}; make them the same`)
  } else if (address.id !== own) {
    wrong('bundle-fullurl-id', `fullUrl ends in the id "${address.id}" but the resource's id is "${own}"; make them the same`)
  }
}
