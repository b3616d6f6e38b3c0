/** history of an instance, of a type, of everything: https://hl7.org/fhir/R4/http.html#history */
import { randomUUID } from 'node:crypto'
import { instant } from '../../fhir/clock.ts'
import { dateRange } from '../../fhir/dates.ts'
import { outcomes } from '../../fhir/outcomes.ts'
import { refText, type ResourceRef } from '../../fhir/resource.ts'
import { openCursor, sealCursor } from '../../search/cursor.ts'
import type { HistoryPage, HistoryQuery } from '../../store/store.ts'
import { bundleText, historyEntry, type Link } from '../bundle.ts'
import type { RestParts } from '../context.ts'
import type { RequestContext } from '../repository.ts'
import type { FhirAnswer, FhirRequest } from '../request.ts'

/** Sealed like the page links of searches, so that nobody can write one. */
const PAGE_PARAMETER = '_page'
const DEFAULT_COUNT = 50
const MAX_COUNT = 500

/** Of a type, or of everything the caller may see; newest first, and without a total, which would read them all. */
export const history = async (
  parts: RestParts, request: FhirRequest, context: RequestContext, of: Pick<HistoryQuery, 'type' | 'id'>,
): Promise<FhirAnswer> => answer(parts, request, await pageOf(parts, request, context, of))

/** Of one resource; 404 where there is none, or none to see. */
export const instanceHistory = async (
  parts: RestParts, request: FhirRequest, context: RequestContext, ref: ResourceRef,
): Promise<FhirAnswer> => {
  const page = await pageOf(parts, request, context, ref)
  if (page.total === 0 && !await parts.repository.isVisible(context, ref)) throw outcomes.notFound(refText(ref))
  return answer(parts, request, page)
}

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
  return parts.repository.history(context, {
    ...(type === undefined ? {} : { type }), ...(id === undefined ? { uncounted: true } : { id }), ...historyParameters(asked), ...before,
  })
}

const answer = (parts: RestParts, request: FhirRequest, page: HistoryPage): FhirAnswer => {
  const { path, asked, own } = ownAddress(request)
  const links: Link[] = [{ relation: 'self', url: `${request.base}/${path}${queryOf(request.query)}` }]
  if (page.next !== undefined) {
    const link = sealCursor(parts.pageKey, { values: [], row: '', sequence: page.next }, own)
    links.push({ relation: 'next', url: `${request.base}/${path}${queryOf([...asked, [PAGE_PARAMETER, link]])}` })
  }
  const body = bundleText({
    type: 'history', id: randomUUID(), lastUpdated: instant(parts.clock.now()), total: page.total, links,
    entries: page.versions.map(version => historyEntry(request.base, version)),
  })
  return { status: 200, headers: {}, body }
}

const historyParameters = (query: FhirRequest['query']): { count: number; since?: number } => {
  let count = DEFAULT_COUNT
  const asked: { since?: number } = {}
  for (const [name, value] of query) {
    switch (name) {
      case '_count': count = Math.min(wholeNumber(name, value), MAX_COUNT); break
      case '_since': asked.since = instantOf(name, value); break
      case '_format': case '_pretty': break
      default: throw outcomes.unknownParameter('history', name)
    }
  }
  return { count, ...asked }
}

const wholeNumber = (name: string, value: string): number => {
  if (!/^\d{1,15}$/.test(value)) throw outcomes.badParameter(name, `${name} takes a whole number`)
  return Number(value)
}

const instantOf = (name: string, value: string): number => {
  const range = dateRange(value)
  if (range === undefined) throw outcomes.badParameter(name, `${name} takes an instant such as 2026-11-24T10:15:00Z`)
  return range.low
}

const queryOf = (pairs: FhirRequest['query']): string =>
  pairs.length === 0 ? '' : `?${new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value])).toString()}`
