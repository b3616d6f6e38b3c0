/** history of an instance, of a type, of everything: https://hl7.org/fhir/R4/http.html#history */
import { randomUUID } from 'node:crypto'
import { instant } from '../../fhir/clock.ts'
import { outcomes } from '../../fhir/outcomes.ts'
import { refText, type ResourceRef } from '../../fhir/resource.ts'
import { openCursor, sealCursor } from '../../search/cursor.ts'
import type { HistoryPage, HistoryQuery } from '../../store/store.ts'
import { isLenient } from '../answers.ts'
import { bundleText, historyEntry, PAGE_PARAMETER, queryText, type Link } from '../bundle.ts'
import type { RestParts } from '../context.ts'
import type { RequestContext } from '../repository.ts'
import type { FhirAnswer, FhirRequest } from '../request.ts'
import { showingAsked, shownEntries, type Show } from '../shape/shape.ts'
import { historyParameters } from './history-parameters.ts'

/** Of a type, or of everything the caller may see; newest first. A total would read them all, and is given for `_count=0` only. */
export const history = async (
  parts: RestParts, request: FhirRequest, context: RequestContext, of: Pick<HistoryQuery, 'type' | 'id'>,
): Promise<FhirAnswer> => {
  const show = showOf(parts, request, of)
  return answer(parts, request, await pageOf(parts, request, context, of), show)
}

/** Of one resource; 404 where there is none, or none to see. */
export const instanceHistory = async (
  parts: RestParts, request: FhirRequest, context: RequestContext, ref: ResourceRef,
): Promise<FhirAnswer> => {
  const show = showOf(parts, request, ref)
  const page = await pageOf(parts, request, context, ref)
  if (page.total === 0 && !await parts.repository.isVisible(context, ref)) throw outcomes.notFound(refText(ref))
  return answer(parts, request, page, show)
}

const showOf = ({ definitions }: RestParts, request: FhirRequest, { type }: Pick<HistoryQuery, 'type'>): Show =>
  showingAsked(definitions, type === undefined ? definitions.resourceTypes : [type], request)

/** What the page links of a history are sealed for: its address without the place in it. */
const ownAddress = (request: FhirRequest): { path: string; asked: FhirRequest['query']; own: string } => {
  const asked = request.query.filter(([name]) => name !== PAGE_PARAMETER)
  const path = request.path.join('/')
  return { path, asked, own: `${path}${queryOf(asked)}` }
}

const pageOf = (
  parts: RestParts, request: FhirRequest, context: RequestContext, { type, id }: Pick<HistoryQuery, 'type' | 'id'>,
): Promise<HistoryPage> => {
  const { asked, own } = ownAddress(request)
  const sealed = request.query.find(([name]) => name === PAGE_PARAMETER)?.[1]
  const before = sealed === undefined ? {} : { before: openCursor(parts.pageKey, sealed, own).sequence }
  const parameters = historyParameters(asked, isLenient(request.headers['prefer']))
  // Counting is dear beyond one resource, and then done for who asks for nothing else.
  const of = id === undefined ? (parameters.count === 0 ? {} : { uncounted: true } as const) : { id }
  return parts.repository.history(context, { ...(type === undefined ? {} : { type }), ...of, ...parameters, ...before })
}

const answer = async (parts: RestParts, request: FhirRequest, page: HistoryPage, show: Show): Promise<FhirAnswer> => {
  const { path, asked, own } = ownAddress(request)
  const links: Link[] = [{ relation: 'self', url: `${request.base}/${path}${queryOf(request.query)}` }]
  if (page.next !== undefined) {
    const link = sealCursor(parts.pageKey, { values: [], row: '', sequence: page.next }, own)
    links.push({ relation: 'next', url: `${request.base}/${path}${queryOf([...asked, [PAGE_PARAMETER, link]])}` })
  }
  const body = bundleText({
    type: 'history', id: randomUUID(), lastUpdated: instant(parts.clock.now()), total: page.total, links,
    entries: await shownEntries(page.versions, show, version => historyEntry(request.base, version)),
  })
  return { status: 200, headers: {}, body }
}

const queryOf = (pairs: FhirRequest['query']): string => (pairs.length === 0 ? '' : `?${queryText(pairs)}`)
