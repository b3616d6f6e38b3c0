/**
 * The reads of a transaction, looked at before anything is written: what could not be answered fails the whole
 * transaction, as R4 has it. They run when the writes are done and see them (https://hl7.org/fhir/R4/http.html#trules).
 */
import { permit } from '../../access/permissions.ts'
import { permitReach } from '../../access/reach.ts'
import { outcomes } from '../../fhir/outcomes.ts'
import { isId, refText, type ResourceRef } from '../../fhir/resource.ts'
import { parseSearch } from '../../search/parse.ts'
import { isLenient } from '../answers.ts'
import type { RestParts } from '../context.ts'
import type { RequestContext } from '../repository.ts'
import type { FhirRequest } from '../request.ts'
import { atEntry } from '../transact.ts'
import type { Unit } from '../unit.ts'
import type { Entry } from './entries.ts'
import type { Identity } from './identities.ts'

export const requireReadable = async (
  parts: RestParts, request: FhirRequest, context: RequestContext, unit: Unit,
  entries: readonly Entry[], identities: ReadonlyMap<number, Identity>,
): Promise<void> => {
  const deleted = new Set<string>()
  const written = new Set<string>()
  for (const { index, verb } of entries) {
    const identity = identities.get(index)
    if (identity !== undefined) (verb === 'DELETE' ? deleted : written).add(refText(identity.ref))
  }
  for (const entry of entries) {
    if (entry.verb !== 'GET' && entry.verb !== 'HEAD') continue
    await atEntry(entry.index, async () => {
      const { ref, type } = addressOf(entry)
      if (ref === undefined) return requireSearchable(parts, request, context, type, entry.query)
      permit(context.caller, 'read', type)
      if (written.has(refText(ref))) return
      const isThere = !deleted.has(refText(ref)) && await parts.repository.isVisible(context, ref) && await unit.read(ref) !== undefined
      if (!isThere) throw outcomes.notFound(refText(ref))
    })
  }
}

/** A search of a type, or a read, version or history of a resource; a transaction reads nothing else. */
const addressOf = ({ path: [type = '', id, history, version, ...more], url, index }: Entry): { type: string; ref: ResourceRef | undefined } => {
  const isRead = id === undefined || (isId(id) && (history === undefined || history === '_history') && more.length === 0)
  if (!isRead || (version !== undefined && !/^\d{1,15}$/.test(version))) {
    throw outcomes.entry('entry-url', `a transaction reads Type/id or searches Type?…, found "${url.slice(0, 80)}"`, `Bundle.entry[${index}].request.url`)
  }
  return { type, ref: id === undefined ? undefined : { type, id } }
}

const requireSearchable = (parts: RestParts, { base, headers }: FhirRequest, { caller }: RequestContext, type: string, query: string): void => {
  permit(caller, 'search', type)
  const { plan } = parseSearch(parts.definitions, [type], [...new URLSearchParams(query)], {
    now: parts.clock.now(), strict: !isLenient(headers['prefer']), base,
  })
  permitReach(caller, plan)
}
