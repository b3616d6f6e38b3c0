/**
 * The search parameters of this hub's own that are live: read from the store at start, kept by what is heard from then on.
 *
 * Each change makes new definitions, never changes those that are in use, so a request that began with some ends with them.
 * docs/decisions/0016-custom-search-parameters.md
 */
import type { Definitions, SearchParameter } from '../../definitions/definitions.ts'
import { indexedBy, isActive, parameterIn } from '../../search/custom/definition.ts'
import { judgeParameter } from '../../search/custom/judge.ts'
import { withParameters } from '../../search/parameters.ts'
import type { Condition, Visibility } from '../../search/plan.ts'
import type { Store, StoredVersion } from '../../store/store.ts'
import { everyCurrent } from '../every-current.ts'
import { parseStored } from '../unit-of-work.ts'

export interface LiveParameter {
  /** Of the SearchParameter resource. */
  readonly id: string
  /** Sequence of the version from which on every write has been indexed by it as it is now. */
  readonly since: number
  readonly parameter: SearchParameter
}

export interface LiveParameters {
  /** R4's and the hub's own, as of now. */
  readonly definitions: () => Definitions
  /** The hub's own over other definitions: the same value as long as neither changes. */
  over(others: Definitions): Definitions
  all(): readonly LiveParameter[]
  find(id: string): LiveParameter | undefined
  /** Takes versions of any definitions, in their order. */
  hear(versions: readonly StoredVersion[]): void
  /** Called after each change of what is live. */
  onChange(listener: () => void): void
}

const ALL: Visibility = { kind: 'all' }
const PAGE = 100

export const openLiveParameters = async (store: Store, base: Definitions): Promise<LiveParameters> => {
  const live = await loaded(store, base)
  const listeners: (() => void)[] = []
  let definitions = combined(base, live)
  let laid: { readonly others: Definitions; readonly live: Definitions; readonly made: Definitions } | undefined

  return {
    definitions: () => definitions,
    over(others) {
      if (laid?.others !== others || laid.live !== definitions) laid = { others, live: definitions, made: combined(others, live) }
      return laid.made
    },
    all: () => [...live.values()],
    find: id => live.get(id),
    hear(versions) {
      const parameters = versions.filter(({ ref }) => ref.type === 'SearchParameter')
      if (parameters.length === 0) return
      for (const version of parameters) follow(live, version)
      definitions = combined(base, live)
      for (const listener of listeners) listener()
    },
    onChange: listener => { listeners.push(listener) },
  }
}

const combined = (base: Definitions, live: ReadonlyMap<string, LiveParameter>): Definitions =>
  withParameters(base, [...live.values()].map(({ parameter }) => parameter))

const follow = (live: Map<string, LiveParameter>, version: StoredVersion): void => {
  const { id } = version.ref
  const parameter = activeIn(version)
  if (parameter === undefined) {
    live.delete(id)
    return
  }
  const before = live.get(id)
  const isSame = before !== undefined && indexedBy(before.parameter) === indexedBy(parameter)
  live.set(id, { id, parameter, since: isSame ? before.since : version.sequence })
}

const activeIn = (version: StoredVersion): SearchParameter | undefined => {
  if (version.deleted) return undefined
  const resource = parseStored(version)
  return isActive(resource) ? parameterIn(resource) : undefined
}

/** Those that were accepted once and can no longer be used, because R4 or the hub took the name, are left out. */
const loaded = async (store: Store, base: Definitions): Promise<Map<string, LiveParameter>> => {
  const stored = await everyCurrent(store, 'SearchParameter', ACTIVE)
  const definitions = withParameters(base, stored.map(({ resource }) => parameterIn(resource)))
  const live = new Map<string, LiveParameter>()
  for (const { version, resource } of stored) {
    if (judgeParameter(definitions, resource).length > 0) continue
    const parameter = parameterIn(resource)
    live.set(version.ref.id, { id: version.ref.id, parameter, since: await liveSince(store, version, parameter) })
  }
  return live
}

const ACTIVE: Condition = { kind: 'match', param: 'status', test: { kind: 'token', system: undefined, code: 'active' } }

/** The first of the unbroken line of versions, back from the current one, that were live and indexed the same. */
const liveSince = async (store: Store, { ref, sequence }: StoredVersion, parameter: SearchParameter): Promise<number> => {
  const wanted = indexedBy(parameter)
  let since = sequence
  let before: number | undefined
  for (;;) {
    const page = await store.history({
      ...ref, visibility: ALL, count: PAGE, uncounted: true, ...(before === undefined ? {} : { before }),
    })
    for (const version of page.versions) {
      const earlier = activeIn(version)
      if (earlier === undefined || indexedBy(earlier) !== wanted) return since
      since = version.sequence
    }
    if (page.next === undefined) return since
    before = page.next
  }
}
