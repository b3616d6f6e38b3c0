/** Writes, plans and conditions in as few words as the contract's cases need. */
import type { IndexEntry, SortEntry } from '../../src/search/entries.ts'
import type { Condition, SearchPlan, Test, Visibility } from '../../src/search/plan.ts'
import type { Label, SearchPage, Store, StoredVersion, Write } from '../../src/store/store.ts'

export const ALL: Visibility = { kind: 'all' }
export const seenBy = (...labels: Label[]): Visibility => ({ kind: 'labels', labels })

export interface Content {
  readonly entries?: readonly IndexEntry[]
  readonly sort?: readonly SortEntry[]
  readonly replaces?: number
  readonly caseId?: string
  readonly audience?: readonly Label[]
  /** A marker in the resource's text. */
  readonly text?: string
}

export type Put = Extract<Write, { kind: 'put' }>

/** `put('Task', 'a')`: a first version with the entries given. */
export const put = (type: string, id: string, content: Content = {}): Put => {
  const { entries = [], sort = [], replaces = 0, caseId, audience, text = '' } = content
  return {
    kind: 'put', ref: { type, id }, replaces, method: replaces === 0 ? 'POST' : 'PUT',
    json: {
      before: `{"resourceType":"${type}","id":"${id}","meta":{"versionId":"${replaces + 1}","lastUpdated":"`,
      after: `"},"text":${JSON.stringify(text)}}`,
    },
    index: { entries, sort },
    ...(caseId === undefined ? {} : { caseId }), ...(audience === undefined ? {} : { audience }),
  }
}

export const remove = (type: string, id: string, replaces: number): Write => ({ kind: 'delete', ref: { type, id }, replaces })

export const token = (param: string, code: string, system = ''): IndexEntry => ({ kind: 'token', param, system, code })
export const text = (param: string, folded: string): IndexEntry => ({ kind: 'string', param, folded, exact: folded })
export const reference = (param: string, to: string): IndexEntry => {
  const [type = '', id = '', , version = ''] = to.split('/')
  return { kind: 'reference', param, type, id, version }
}
export const date = (param: string, low: number, high: number): IndexEntry => ({ kind: 'date', param, low, high })

export const match = (param: string, test: Test): Condition => ({ kind: 'match', param, test })
export const isToken = (param: string, code: string, system?: string): Condition => match(param, { kind: 'token', system, code })
export const refersTo = (param: string, to: string): Condition => {
  const [type = '', id = ''] = to.split('/')
  return match(param, { kind: 'reference', types: [type], id })
}
export const allOf = (...of: Condition[]): Condition => ({ kind: 'all-of', of })
export const anyOf = (...of: Condition[]): Condition => ({ kind: 'any-of', of })
export const not = (of: Condition): Condition => ({ kind: 'not', of })
export const EVERYTHING: Condition = { kind: 'all-of', of: [] }

export const plan = (type: string | readonly string[], where: Condition, more: Partial<SearchPlan> = {}): SearchPlan => ({
  types: typeof type === 'string' ? [type] : type, where, visibility: ALL, sort: [], count: 100, includes: [], total: 'none', ...more,
})

/** Commits without expectations. */
export const write = async (store: Store, ...writes: Write[]): Promise<readonly StoredVersion[]> =>
  (await store.commit({ expect: [], writes })).versions

export const ids = (versions: readonly StoredVersion[]): string[] => versions.map(version => version.ref.id)

/** Ids of the matches, sorted: for cases in which order does not matter. */
export const found = async (store: Store, type: string | readonly string[], where: Condition, more: Partial<SearchPlan> = {}): Promise<string[]> =>
  ids((await store.search(plan(type, where, more))).matches).sort()

/** Every page, one after the other; `between` runs after each. */
export const pages = async (store: Store, first: SearchPlan, between: (page: SearchPage, number: number) => Promise<void> = async () => {}): Promise<SearchPage[]> => {
  const all: SearchPage[] = []
  for (let next: SearchPlan | undefined = first; next !== undefined;) {
    const page: SearchPage = await store.search(next)
    all.push(page)
    await between(page, all.length)
    next = page.next === undefined ? undefined : { ...first, after: page.next }
  }
  return all
}
