/**
 * The port of storage. Read freely, then one `commit({expect, writes})`: all or nothing, durable when it resolves.
 *
 * Small on purpose, so that SQLite and MongoDB can mean exactly the same thing; `test/contract/` is its definition.
 * docs/decisions/0002-optimistic-unit-of-work.md
 */
import type { ResourceRef } from '../fhir/resource.ts'
import type { Extracted } from '../search/entries.ts'
import type { Cursor, SearchPlan, Visibility } from '../search/plan.ts'

/**
 * A label under which a resource may be seen: `public`, `org:ODS`, `hub:ODS`, `administrators`.
 * Labels belong to the store, not to the resource (docs/decisions/0003-visibility.md).
 */
export type Label = string

export type Method = 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface StoredVersion {
  readonly ref: ResourceRef
  /** Counts 1, 2, 3 per resource, deletions included. */
  readonly version: number
  /** Instant, milliseconds, UTC: `2026-11-24T10:15:00.000Z`. Never decreases in commit order. */
  readonly lastUpdated: string
  readonly deleted: boolean
  readonly method: Method
  /** The resource as it goes out, meta included; '' when deleted. */
  readonly json: string
  /** The case (a referral, named by its ServiceRequest's id) this resource belongs to. */
  readonly caseId: string | undefined
  /** Position in the commit order of the whole store; one per written version. */
  readonly sequence: number
}

/** Something said once: (client, X-Request-ID) or (organisation, business identifier). */
export interface RequestKey {
  readonly scope: string
  readonly value: string
}

export interface KeyRecord {
  readonly key: RequestKey
  /** Hash of the content that came with it. */
  readonly fingerprint: string
  readonly ref: ResourceRef
}

/** Types of the resources that others are validated and indexed by, once they are on the server. */
export const DEFINITION_TYPES: readonly string[] = ['SearchParameter', 'StructureDefinition', 'ValueSet', 'CodeSystem']

export const isDefinitionType = (type: string): boolean => DEFINITION_TYPES.includes(type)

export type Expectation =
  /** The current version of `ref` is `version`; 0: it does not exist and never did. */
  | { readonly kind: 'version'; readonly ref: ResourceRef; readonly version: number }
  /** The plan, without its paging, matches exactly these in the sight of its visibility, in any order. */
  | { readonly kind: 'matches'; readonly plan: SearchPlan; readonly refs: readonly ResourceRef[] }
  | { readonly kind: 'unseen'; readonly key: RequestKey }
  /** No definition was written after this sequence: what comes with the commit was validated and indexed by all there are. */
  | { readonly kind: 'definitions'; readonly upTo: number }

export type Write =
  | {
    readonly kind: 'put'
    readonly ref: ResourceRef
    /** The version this one follows, 0 for a first; the commit fails with `Conflict` when it is not current. */
    readonly replaces: number
    readonly method: Method
    /** The store writes `before + lastUpdated + after`; the version number is already inside. */
    readonly json: { readonly before: string; readonly after: string }
    readonly index: Extracted
    readonly caseId?: string
    /** Labels of this very resource, besides those of its case. Replaces the previous ones when given. */
    readonly audience?: readonly Label[]
  }
  | { readonly kind: 'delete'; readonly ref: ResourceRef; readonly replaces: number }
  /** From now on every resource of the case, present and later, is visible to the label. */
  | { readonly kind: 'share'; readonly caseId: string; readonly label: Label }
  | { readonly kind: 'unshare'; readonly caseId: string; readonly label: Label }
  /** The resource alone is visible to the label, without a new version. */
  | { readonly kind: 'grant'; readonly ref: ResourceRef; readonly label: Label }
  | { readonly kind: 'key'; readonly record: KeyRecord }
  /**
   * Other index entries for what is stored: no new version, no event, the same place in the order of updates. `version`
   * must be current; of a deleted resource there is nothing to index, and it fails with `Conflict` like a version passed by.
   */
  | { readonly kind: 'index'; readonly ref: ResourceRef; readonly version: number; readonly index: Extracted }

/** Versions first, then what is said about resources and cases, so that a write may speak of a resource put after it. */
export const versionsFirst = <T extends { readonly kind: Write['kind'] }>(writes: readonly T[]): readonly T[] => {
  const isVersion = ({ kind }: T): boolean => kind === 'put' || kind === 'delete'
  return [...writes.filter(isVersion), ...writes.filter(one => !isVersion(one))]
}

export interface Commit {
  readonly expect: readonly Expectation[]
  readonly writes: readonly Write[]
}

export interface Committed {
  /** One per put and delete, in the order of the writes. */
  readonly versions: readonly StoredVersion[]
}

/** An expectation did not hold; nothing was written. */
export class Conflict extends Error {
  readonly failed: Expectation
  /** For `version`: what is current (0: nothing). */
  readonly current: number | undefined

  constructor(failed: Expectation, current?: number) {
    super(`expectation failed: ${failed.kind}`)
    this.failed = failed
    this.current = current
  }
}

/** The store cannot promise that the commit is durable: nothing of it was acknowledged (the disk is full, the store is closed). */
export class NotDurable extends Error {
  /** The end of the commit is not known: it may be found written, whole. Otherwise nothing of it is there. */
  readonly mayBeWritten: boolean

  constructor(message: string, { mayBeWritten = false }: { readonly mayBeWritten?: boolean } = {}) {
    super(message)
    this.mayBeWritten = mayBeWritten
  }
}

/** The store cannot be asked at the moment: its database is away, or not fit to be used yet. It may be asked again later. */
export class Unavailable extends Error {}

/** A resource and what it is found by are larger together than the store can keep; nothing was written. */
export class TooLarge extends Error {
  readonly ref: ResourceRef
  readonly limitBytes: number

  constructor(ref: ResourceRef, limitBytes: number) {
    super(`${ref.type}/${ref.id} needs more than ${limitBytes} bytes`)
    this.ref = ref
    this.limitBytes = limitBytes
  }
}

/** The search ran past its time. */
export class TooCostly extends Error {
  readonly limitMs: number

  constructor(limitMs: number) {
    super(`search stopped after ${limitMs} ms`)
    this.limitMs = limitMs
  }
}

/** More long searches wait than the store runs: this one was not begun. */
export class Overloaded extends Error {}

export interface SearchPage {
  readonly matches: readonly StoredVersion[]
  /** Metres to each match, where the search asks for what is near. */
  readonly distances?: readonly number[]
  readonly included: readonly StoredVersion[]
  /** Includes were cut at the bound. */
  readonly includesCut: boolean
  readonly next?: Cursor
  readonly total?: number
}

export interface HistoryQuery {
  /** Whole store when neither is given. */
  readonly type?: string
  readonly id?: string
  readonly visibility: Visibility
  /** Milliseconds; versions at or after. */
  readonly since?: number
  /**
   * `_at`, milliseconds: versions that were current at some time in [low, high): written in it, or the last one written
   * before it. A version stops being current at the instant of the next one.
   */
  readonly at?: { readonly low: number; readonly high: number }
  readonly count: number
  /** Versions with a sequence below this one (newest first). */
  readonly before?: number
  /** No total: counting the versions of a type, or of everything, reads them all (2 s of 160,000 in a cold file). */
  readonly uncounted?: true
}

export interface HistoryPage {
  readonly versions: readonly StoredVersion[]
  readonly total?: number
  readonly next?: number
}

/** Whatever is asked rejects with `Unavailable` while the database is away. */
export interface Store {
  /** Current version (a deleted one included), or undefined when absent or not visible. */
  read(ref: ResourceRef, visibility: Visibility): Promise<StoredVersion | undefined>
  readVersion(ref: ResourceRef, version: number, visibility: Visibility): Promise<StoredVersion | undefined>
  search(plan: SearchPlan): Promise<SearchPage>
  history(query: HistoryQuery): Promise<HistoryPage>
  /** Labels of a case, or of any of several, sorted. */
  audience(...caseIds: readonly string[]): Promise<readonly Label[]>
  key(key: RequestKey): Promise<KeyRecord | undefined>
  /** Rejects, nothing written, with `Conflict`, `NotDurable`, `TooLarge`, or `TooCostly` when a `matches` expectation took too long. */
  commit(commit: Commit): Promise<Committed>
  /** Written versions in commit order, after `sequence`; what AuditEvent versions are is for the reader to skip. */
  events(after: number, limit: number): Promise<readonly StoredVersion[]>
  /** Called after each durable commit, in commit order; returns the unsubscribe. */
  onCommit(listener: (committed: Committed) => void): () => void
  /** Resolves when a commit could be made now; rejects with `Unavailable` or `NotDurable`, saying why not. Bounded to seconds. */
  check(): Promise<void>
  close(): Promise<void>
}
