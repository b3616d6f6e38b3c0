/**
 * Requests and responses in a Bundle's entries: the method, the address and the resource fit each other.
 * https://hl7.org/fhir/R4/http.html#transaction, https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.request
 */
import { isObject } from '../../fhir/json.ts'
import type { Findings } from '../findings.ts'
import type { Entry } from './entries.ts'

/** Types whose content a PATCH may carry in a Bundle. */
const PATCHES: ReadonlySet<string> = new Set(['Binary', 'Parameters'])

/** What an entry asks for: the type and id that its address names, if it names a resource and no operation or search. */
const targetOf = (url: string): { readonly type: string; readonly id: string | undefined } | undefined => {
  const [, type = '', id] = /^(?:https?:\/\/[^?]+\/)?([A-Z][A-Za-z]+)(?:\/([A-Za-z0-9\-.]{1,64}))?(?:\/_history\/[^/?]+)?(?:\?.*)?$/.exec(url) ?? []
  return type === '' ? undefined : { type, id }
}

export const checkRequest = ({ value, resource, path }: Entry, bundle: 'batch' | 'transaction' | 'history', findings: Findings): void => {
  const { request } = value
  if (!isObject(request)) return
  const { method, url } = request
  if (typeof method !== 'string' || typeof url !== 'string') return
  const wrong = (step: string, text: string): void =>
    findings.add(`${path}.${step}`, { severity: 'error', type: 'structure', code: 'bundle-request', text })
  const target = targetOf(url)
  switch (method) {
    case 'POST':
    case 'PUT':
      if (target === undefined) return
      // a search by POST has its own address; a history may leave out what cannot be shown any more
      if (resource === undefined && bundle !== 'history') wrong('request', `${method} ${target.type} sends a resource; add "resource"`)
      if (resource !== undefined && resource.resourceType !== target.type) {
        wrong('request.url', `${method} goes to ${target.type}, but the resource is of type ${resource.resourceType}; make them the same`)
      }
      if (method === 'PUT' && resource !== undefined && target.id !== undefined && bundle !== 'history' && resource.id !== target.id) {
        wrong('request.url', `PUT goes to the id "${target.id}", but the resource ${resource.id === undefined ? 'has no id' : `has the id "${resource.id.slice(0, 64)}"`}; make them the same`)
      }
      if (method === 'PUT' && target.id === undefined && !url.includes('?')) wrong('request.url', `PUT needs an id or a search; send ${target.type}/id, or ${target.type}?identifier=…`)
      break
    case 'PATCH':
      if (resource !== undefined && !PATCHES.has(resource.resourceType)) wrong('resource', `a PATCH is sent as a Binary or as Parameters, not as a ${resource.resourceType}`)
      break
    case 'GET':
    case 'HEAD':
    case 'DELETE':
      if (resource !== undefined && bundle !== 'history') wrong('resource', `${method} takes no resource; remove it, or send POST, PUT or PATCH`)
  }
}

export const checkResponse = ({ value: { response }, path }: Entry, findings: Findings): void => {
  const status = isObject(response) ? response['status'] : undefined
  if (typeof status !== 'string' || /^[1-5][0-9]{2}(?!\d)/.test(status)) return
  findings.add(`${path}.response.status`, { severity: 'error', type: 'value', code: 'bundle-response-status',
    text: `${JSON.stringify(status.slice(0, 40))} does not begin with an HTTP status of three digits; send one, as "201 Created"` })
}
