/**
 * A page on its way from the search thread as one string: a head that says what it holds, then the resources' texts.
 *
 * A structured clone of a thousand resources makes each of their strings and objects anew on the serving thread; of one
 * string the texts are slices.
 */
import type { HistoryPage, SearchPage, StoredVersion } from '../store.ts'

/** A version without its text: `text` says how long that is. */
type Head = Omit<StoredVersion, 'json'> & { readonly text: number }

interface PageHead {
  readonly page: Omit<SearchPage, 'matches' | 'included'> | Omit<HistoryPage, 'versions'>
  /** `matches` and `included`, or `versions`, in the order in which their texts come. */
  readonly lists: Readonly<Record<string, readonly Head[]>>
}

const headOf = ({ json, ...head }: StoredVersion): Head => ({ ...head, text: json.length })

/** The head's length, a space, the head, the texts. */
export const encodePage = (page: SearchPage | HistoryPage): string => {
  const [rest, lists] = 'matches' in page
    ? (({ matches, included, ...rest }) => [rest, { matches, included }] as const)(page)
    : (({ versions, ...rest }) => [rest, { versions }] as const)(page)
  const named = Object.entries<readonly StoredVersion[]>(lists)
  const head = JSON.stringify({
    page: rest, lists: Object.fromEntries(named.map(([name, versions]) => [name, versions.map(headOf)])),
  } satisfies PageHead)
  return `${head.length} ${head}${named.flatMap(([, versions]) => versions.map(({ json }) => json)).join('')}`
}

export const decodePage = (text: string): SearchPage | HistoryPage => {
  const space = text.indexOf(' ')
  let at = space + 1 + Number(text.slice(0, space))
  const { page, lists } = JSON.parse(text.slice(space + 1, at)) as PageHead
  const versionOf = ({ text: length, ...head }: Head): StoredVersion => {
    const json = text.slice(at, at + length)
    at += length
    // What JSON left out: the case of a resource outside any.
    return { ...head, caseId: head.caseId, json }
  }
  const named = Object.fromEntries(Object.entries(lists).map(([name, heads]) => [name, heads.map(versionOf)]))
  return { ...page, ...named } as SearchPage | HistoryPage
}
