/** search on a type, by GET and POST: https://hl7.org/fhir/R4/http.html#search */
import { randomUUID } from 'node:crypto'
import { instant } from '../../fhir/clock.ts'
import { openCursor, sealCursor } from '../../search/cursor.ts'
import { parseSearch } from '../../search/parse.ts'
import { isLenient } from '../answers.ts'
import { bundleText, outcomeEntry, searchEntry, type Link } from '../bundle.ts'
import type { RestParts } from '../context.ts'
import type { RequestContext } from '../repository.ts'
import type { FhirAnswer, FhirRequest } from '../request.ts'

/** Where a page link says how far the pages before it went; sealed, so that nobody can write one. */
const PAGE_PARAMETER = '_page'

type Pairs = readonly (readonly [string, string])[]

export const search = async (
  parts: RestParts, request: FhirRequest, context: RequestContext, types: readonly string[], pairs: Pairs,
): Promise<FhirAnswer> => {
  const now = parts.clock.now()
  const asked = pairs.filter(([name]) => name !== PAGE_PARAMETER)
  const sealed = pairs.find(([name]) => name === PAGE_PARAMETER)?.[1]
  const { plan, self, ignored } = parseSearch(parts.definitions, types, asked, {
    now, strict: !isLenient(request.headers['prefer']), base: request.base,
  })
  const path = request.path.filter(segment => segment !== '_search').join('/')
  const query = queryText(self)
  const after = sealed === undefined ? undefined : openCursor(parts.pageKey, sealed, `${path}?${query}`)
  const page = await parts.repository.search(context, after === undefined ? plan : { ...plan, after }, `${path}?${query}`)

  const url = (extra: Pairs): string => {
    const text = queryText([...self, ...extra])
    return `${request.base}/${path}${text === '' ? '' : `?${text}`}`
  }
  const links: Link[] = [{ relation: 'self', url: url(sealed === undefined ? [] : [[PAGE_PARAMETER, sealed]]) }]
  if (page.next !== undefined) {
    links.push({ relation: 'next', url: url([[PAGE_PARAMETER, sealCursor(parts.pageKey, page.next, `${path}?${query}`)]]) })
  }
  // One page that holds every match has counted them already.
  const total = page.total ?? (after === undefined && page.next === undefined ? page.matches.length : undefined)
  const notes = page.includesCut ? [...ignored, includesCut] : ignored
  const body = bundleText({
    type: 'searchset', id: randomUUID(), lastUpdated: instant(now), total, links,
    entries: [
      ...page.matches.map(version => searchEntry(request.base, version, 'match')),
      ...page.included.map(version => searchEntry(request.base, version, 'include')),
      ...(notes.length > 0 ? [outcomeEntry(notes)] : []),
    ],
  })
  return { status: 200, headers: {}, body }
}

const includesCut = {
  severity: 'warning', type: 'incomplete', code: 'includes-cut',
  text: 'more resources were to be included than one page holds; ask for fewer matches with _count, or search for them',
} as const

const queryText = (pairs: Pairs): string => new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value])).toString()
