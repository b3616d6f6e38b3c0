/**
 * Invariants of Bundles by hand. They are asked of every entry, or of all entries at once, and the engine makes a typed
 * node of each resource that it passes: half of the time that a Bundle of referrals took.
 */
import { isObject } from '../fhir/json.ts'
import type { HandwrittenRule } from './handwritten.ts'

type Json = Record<string, unknown>

const has = (value: Json, name: string): boolean => value[name] !== undefined || value[`_${name}`] !== undefined

const entriesOf = ({ entry }: Json): readonly Json[] => (Array.isArray(entry) ? (entry as readonly unknown[]).filter(isObject) : [])

/** Whether the entries have this member where the Bundle is of one of these types, and only there. */
const onlyIn = (name: string, types: readonly string[]) => (value: unknown): boolean => {
  const { type } = value as Json
  return typeof type !== 'string' || entriesOf(value as Json).every(entry => has(entry, name) === types.includes(type))
}

const isOf = (type: string, value: unknown): value is Json => (value as Json)['type'] === type

/** Whether the first entry holds a resource of this type; undecided, as in FHIRPath, where it holds none. */
const firstIs = (resourceType: string, value: unknown): boolean => {
  const resource = entriesOf(value as Json)[0]?.['resource']
  return !isObject(resource) || resource['resourceType'] === resourceType
}

export const bundleRules: readonly HandwrittenRule[] = [
  ['bdl-1', "total.empty() or (type = 'searchset') or (type = 'history')",
    value => !has(value as Json, 'total') || isOf('searchset', value) || isOf('history', value)],
  ['bdl-2', "entry.search.empty() or (type = 'searchset')",
    value => isOf('searchset', value) || entriesOf(value as Json).every(entry => !has(entry, 'search'))],
  ['bdl-3', "entry.all(request.exists() = (%resource.type = 'batch' or %resource.type = 'transaction' or %resource.type = 'history'))",
    onlyIn('request', ['batch', 'transaction', 'history'])],
  ['bdl-4', "entry.all(response.exists() = (%resource.type = 'batch-response' or %resource.type = 'transaction-response' or %resource.type = 'history'))",
    onlyIn('response', ['batch-response', 'transaction-response', 'history'])],
  ['bdl-5', 'resource.exists() or request.exists() or response.exists()',
    value => ['resource', 'request', 'response'].some(name => has(value as Json, name))],
  ['bdl-8', "fullUrl.contains('/_history/').not()", value => {
    const { fullUrl } = value as Json
    return typeof fullUrl !== 'string' || !fullUrl.includes('/_history/')
  }],
  ['bdl-9', "type = 'document' implies (identifier.system.exists() and identifier.value.exists())", value => {
    const { identifier } = value as Json
    return !isOf('document', value) || (isObject(identifier) && has(identifier, 'system') && has(identifier, 'value'))
  }],
  ['bdl-10', "type = 'document' implies (timestamp.hasValue())", value => !isOf('document', value) || typeof value['timestamp'] === 'string'],
  ['bdl-11', "type = 'document' implies entry.first().resource.is(Composition)", value => !isOf('document', value) || firstIs('Composition', value)],
  ['bdl-12', "type = 'message' implies entry.first().resource.is(MessageHeader)", value => !isOf('message', value) || firstIs('MessageHeader', value)],
]
