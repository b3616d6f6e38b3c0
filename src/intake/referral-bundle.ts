/**
 * The Bundle a referral comes in, read without judging its resources: which entries there are, under which addresses,
 * and where each stands. A lone resource is taken as a Bundle of one.
 */
import { isObject } from '../fhir/json.ts'
import { outcomes } from '../fhir/outcomes.ts'
import type { Resource } from '../fhir/resource.ts'
import { liftContainedPatient } from './contained-patient.ts'
import { ask, mention, type Remark } from './remarks.ts'
import type { SentEntry } from './sent.ts'

/** Design, limits: entries of one submitted Bundle. Depth and bytes are limited where JSON is read. */
export const MAX_ENTRIES = 1_000

export interface SentReferral {
  readonly entries: readonly SentEntry[]
  readonly remarks: readonly Remark[]
}

const EXPECTED_TYPES = new Set(['collection', 'transaction', 'message'])

/** Throws `too-large` (413) above the limit of entries; everything else is a remark. */
export const readReferralBundle = (sent: Resource): SentReferral => {
  const remarks: Remark[] = []
  if (sent.resourceType !== 'Bundle') {
    remarks.push(mention('bundle-expected', sent.resourceType,
      `a ${sent.resourceType} was sent alone; send a Bundle of type collection with the Patient and the ServiceRequest`))
    return withPatients([{ resource: sent, addresses: addressesOf(undefined, sent), base: undefined, at: sent.resourceType }], remarks)
  }
  if (!EXPECTED_TYPES.has(String(sent['type']))) {
    remarks.push(mention('bundle-type', 'Bundle.type',
      `a referral comes as a Bundle of type ${[...EXPECTED_TYPES].join(', ')}; it was taken all the same`))
  }
  const list = listOf(sent['entry'], remarks)
  if (list.length > MAX_ENTRIES) throw outcomes.tooLarge(`${MAX_ENTRIES} entries`)
  const entries: SentEntry[] = []
  const fullUrls = new Set<string>()
  for (const [index, item] of list.entries()) {
    const { fullUrl, resource } = (isObject(item) ? item : {}) as { fullUrl?: unknown; resource?: unknown }
    const at = `Bundle.entry[${index}]`
    if (!isObject(resource) || typeof resource['resourceType'] !== 'string') {
      remarks.push(ask('entry-empty', at, 'the entry has no resource with a resourceType; it stands in the Binary only'))
      continue
    }
    if (typeof fullUrl === 'string' && fullUrls.has(fullUrl)) {
      remarks.push(ask('fullurl-repeated', `${at}.resource`,
        'an earlier entry has the same fullUrl; references to it lead to the first; give each resource a fullUrl of its own', `${at}.fullUrl`))
    }
    fullUrls.add(String(fullUrl))
    const read = resource as Resource
    entries.push({ resource: read, addresses: addressesOf(fullUrl, read), base: baseOf(fullUrl), at: `${at}.resource` })
  }
  return withPatients(entries, remarks)
}

/** Converters from XML write a list of one as the one. */
const listOf = (entry: unknown, remarks: Remark[]): readonly unknown[] => {
  if (Array.isArray(entry)) return entry
  if (!isObject(entry)) return []
  remarks.push(mention('entry-list', 'Bundle.entry', 'Bundle.entry is a list; the one entry was taken'))
  return [entry]
}

const withPatients = (entries: readonly SentEntry[], remarks: readonly Remark[]): SentReferral => {
  const lifted = entries.map(liftContainedPatient)
  return { entries: lifted.flatMap(each => each.entries), remarks: [...remarks, ...lifted.flatMap(each => each.remarks)] }
}

const RESTFUL = /^(.+)\/([A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64})$/

const addressesOf = (fullUrl: unknown, { resourceType, id }: Resource): readonly string[] => [
  ...(typeof fullUrl === 'string' && fullUrl !== '' ? [fullUrl, ...(RESTFUL.exec(fullUrl) ?? []).slice(2)] : []),
  ...(typeof id === 'string' ? [`${resourceType}/${id}`, `urn:uuid:${id}`] : []),
]

const baseOf = (fullUrl: unknown): string | undefined =>
  (typeof fullUrl === 'string' && /^https?:\/\//.test(fullUrl) ? RESTFUL.exec(fullUrl)?.[1] : undefined)
