/** Every current resource of some types, as the hub itself needs them at its start. */
import type { Resource } from '../fhir/resource.ts'
import type { Condition, Cursor, Visibility } from '../search/plan.ts'
import type { Store, StoredVersion } from '../store/store.ts'
import { parseStored } from './unit-of-work.ts'

export interface Current {
  readonly version: StoredVersion
  readonly resource: Resource
}

const ALL: Visibility = { kind: 'all' }
const PAGE = 100

/** In pages, so that no search is long. */
export const everyCurrent = async (store: Store, type: string, where: Condition): Promise<readonly Current[]> => {
  const found: Current[] = []
  let after: Cursor | undefined
  do {
    const page = await store.search({
      types: [type], where, visibility: ALL, sort: [], count: PAGE, includes: [], total: 'none', ...(after === undefined ? {} : { after }),
    })
    found.push(...page.matches.map(version => ({ version, resource: parseStored(version) })))
    after = page.next
  } while (after !== undefined)
  return found
}
