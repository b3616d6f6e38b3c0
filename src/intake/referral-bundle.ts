/**
 * The Bundle a referral comes in, read without judging its resources: which entries there are, under which addresses,
 * and where each stands. A lone resource is taken as a Bundle of one.
 */
import { outcomes, type Issue } from '../fhir/outcomes.ts'
import type { Resource } from '../fhir/resource.ts'

/** Design, limits: entries of one submitted Bundle. Depth and bytes are limited where JSON is read. */
export const MAX_ENTRIES = 1_000

export interface SentEntry {
  readonly resource: Resource
  /** What other entries call it: its fullUrl, `Type/id`, `urn:uuid:id`. */
  readonly addresses: readonly string[]
  /** `Bundle.entry[3].resource` */
  readonly expression: string
}

export interface SentReferral {
  readonly entries: readonly SentEntry[]
  readonly warnings: readonly Issue[]
}

const EXPECTED_TYPES = new Set(['collection', 'transaction', 'message'])

/** Throws `too-large` (413) above the limit of entries; everything else is a warning. */
export const readReferralBundle = (sent: Resource): SentReferral => {
  if (sent.resourceType !== 'Bundle') {
    return {
      entries: [{ resource: sent, addresses: addressesOf(undefined, sent), expression: sent.resourceType }],
      warnings: [warning('bundle-expected',
        `a ${sent.resourceType} was sent alone; send a Bundle of type collection with the Patient and the ServiceRequest`, sent.resourceType)],
    }
  }
  const list = Array.isArray(sent['entry']) ? sent['entry'] as unknown[] : []
  if (list.length > MAX_ENTRIES) throw outcomes.tooLarge(`${MAX_ENTRIES} entries`)
  const entries: SentEntry[] = []
  const warnings: Issue[] = []
  if (!EXPECTED_TYPES.has(String(sent['type']))) {
    warnings.push(warning('bundle-type', `a referral comes as a Bundle of type ${[...EXPECTED_TYPES].join(', ')}; it was taken all the same`, 'Bundle.type'))
  }
  for (const [index, item] of list.entries()) {
    const { fullUrl, resource } = (isObject(item) ? item : {}) as { fullUrl?: unknown; resource?: unknown }
    const expression = `Bundle.entry[${index}]`
    if (!isObject(resource) || typeof resource['resourceType'] !== 'string') {
      warnings.push(warning('entry-empty', 'the entry has no resource with a resourceType; it stands in the Binary only', expression))
      continue
    }
    const read = resource as Resource
    entries.push({ resource: read, addresses: addressesOf(fullUrl, read), expression: `${expression}.resource` })
  }
  return { entries, warnings }
}

const addressesOf = (fullUrl: unknown, { resourceType, id }: Resource): readonly string[] => [
  ...(typeof fullUrl === 'string' && fullUrl !== '' ? [fullUrl, ...(/([A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64})$/.exec(fullUrl) ?? []).slice(1)] : []),
  ...(typeof id === 'string' ? [`${resourceType}/${id}`, `urn:uuid:${id}`] : []),
]

export const warning = (code: string, text: string, expression: string): Issue =>
  ({ severity: 'warning', type: 'incomplete', code, text, expression: [expression] })

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
