/**
 * One page of a search as a Bundle: matches, what is included with them, what there is to say about it, and links sealed
 * for the search they belong to, so that nobody can write one. R4: https://hl7.org/fhir/R4/http.html#paging
 */
import { randomUUID } from 'node:crypto'
import { instant } from '../fhir/clock.ts'
import type { Issue } from '../fhir/outcomes.ts'
import { openCursor, sealCursor } from '../search/cursor.ts'
import { conjuncts } from '../search/join.ts'
import { nearAsked, placeAsked } from '../search/near.ts'
import type { Pairs } from '../search/parse.ts'
import type { SearchPlan } from '../search/plan.ts'
import type { SearchPage } from '../store/store.ts'
import { bundleText, distanceExtension, outcomeEntry, PAGE_PARAMETER, queryText, searchEntry, type Link } from './bundle.ts'
import type { RestParts } from './context.ts'
import type { RequestContext } from './repository.ts'
import { showing, showingIncluded, shownEntries, type Shape } from './shape/shape.ts'

export interface AskedPage {
  readonly base: string
  /** Under the base: `Patient`, `Patient/1/$everything`, '' for a search of everything. */
  readonly path: string
  /** The parameters as they were understood, without the page's. */
  readonly self: Pairs
  /** The link that was followed, undefined for the first page. */
  readonly page: string | undefined
  readonly plan: Omit<SearchPlan, 'visibility'>
  readonly shape: Shape
  /** For the OperationOutcome among the entries. */
  readonly notes: readonly Issue[]
}

/** The Bundle's JSON. Throws `search-bad-value` (400) for a link of another search. */
export const searchset = async (parts: RestParts, context: RequestContext, asked: AskedPage): Promise<string> => {
  const { base, path, self, plan, shape } = asked
  const query = queryText(self)
  const after = asked.page === undefined ? undefined : openCursor(parts.pageKey, asked.page, `${path}?${query}`)
  // Before the search: what is indexed while it runs, it may have missed.
  const unindexed = await parts.unindexed.notes(context.caller, plan)
  const page = await parts.repository.search(context, after === undefined ? plan : { ...plan, after }, `${path}?${query}`)

  const url = (extra: Pairs): string => {
    const text = queryText([...self, ...extra])
    return `${base}${path === '' ? '' : `/${path}`}${text === '' ? '' : `?${text}`}`
  }
  const links: Link[] = [{ relation: 'self', url: url(asked.page === undefined ? [] : [[PAGE_PARAMETER, asked.page]]) }]
  if (page.next !== undefined) {
    links.push({ relation: 'next', url: url([[PAGE_PARAMETER, sealCursor(parts.pageKey, page.next, `${path}?${query}`)]]) })
  }
  const notes = [...asked.notes, ...unindexed, ...(page.includesCut ? [includesCut] : [])]
  const show = showing(parts.definitions, shape)
  const showIncluded = showingIncluded(parts.definitions, shape)
  return bundleText({
    type: 'searchset', id: randomUUID(), lastUpdated: instant(parts.clock.now()), links,
    // One page that holds every match has counted them already.
    total: page.total ?? (after === undefined && page.next === undefined ? page.matches.length : undefined),
    entries: [
      ...await shownEntries(page.matches, show, (version, index) => searchEntry(base, version, 'match', distanceOf(plan, page, index))),
      ...await shownEntries(page.included, showIncluded, version => searchEntry(base, version, 'include')),
      ...(notes.length > 0 ? [outcomeEntry(notes)] : []),
    ],
  })
}

const distanceOf = ({ where }: Pick<SearchPlan, 'where'>, { distances }: SearchPage, index: number): string | undefined => {
  const [metres, near] = [distances?.[index], nearAsked(conjuncts(where))]
  return metres === undefined || near === undefined ? undefined : distanceExtension(metres, placeAsked(near).unit ?? 'km')
}

const includesCut = {
  severity: 'warning', type: 'incomplete', code: 'includes-cut',
  text: 'more resources were to be included than one page holds; ask for fewer matches with _count, or search for them',
} as const
