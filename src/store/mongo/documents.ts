/**
 * What is kept in each collection: a resource with its current text and everything it is found by, and its versions.
 *
 * Index entries stand inside the resource's document as arrays, so a search is one walk of one index over one
 * collection, and a resource and what it is found by change together. `docs/stores.md` has the table.
 */
import type { Extracted, IndexEntry } from '../../search/entries.ts'
import type { ResourceRef } from '../../fhir/resource.ts'
import { isOnEarth, pointOf, type Point } from '../../search/positions.ts'
import { OWN_DATES } from '../dated.ts'
import { pairsOf } from '../pairs.ts'
import type { Label, Method } from '../store.ts'

/** The collection of current resources, named in `$lookup`. */
export const RESOURCES = 'resource'
/** The collection of the end of the event log, and the `_id` of its one document: that of no resource, which has a slash. */
export const SEQUENCE = 'sequence'

/** `Type/id`, the `_id` of a resource. */
export type RefText = string

export interface RangeEntry {
  readonly p: string
  readonly low: number
  readonly high: number
  readonly value?: number
  readonly system?: string
  readonly code?: string
}

/** What a resource is found by. Names are short because they stand in every document. */
export interface IndexFields {
  /** `Task.status=requested`: tokens, URIs and addresses by their value, references by `Type/id`, pairs. */
  readonly keys: readonly string[]
  /** `Task.status=http://…=requested`: the same of tokens with their system, compared and not walked. */
  readonly coded: readonly string[]
  readonly strings: readonly { readonly p: string; readonly folded: string; readonly exact: string }[]
  readonly ranges: readonly RangeEntry[]
  readonly composites: readonly { readonly p: string; readonly parts: readonly IndexEntry[] }[]
  readonly positions: readonly (Point & { readonly p: string; readonly at: { readonly type: 'Point'; readonly coordinates: readonly [number, number] } })[]
  /** `_content=word` */
  readonly words: readonly string[]
  /** Codes of the parameters that it has a value for. */
  readonly present: readonly string[]
  /** What its references lead to, by parameter. */
  readonly references: Readonly<Record<string, readonly RefText[]>>
  /** The same of all parameters together. */
  readonly refersTo: readonly RefText[]
  /** Lowest and highest value by parameter. */
  readonly sort: Readonly<Record<string, { readonly low: string | number; readonly high: string | number }>>
  /** The same of its type's own date (`dated.ts`), under one name for one index; null: it has none. */
  readonly dated: { readonly low: number; readonly high: number } | null
  /** Owner and status of a Task: what worklists walk, in the order of a date (`pairs.ts`). */
  readonly pairs: readonly string[]
}

export interface ResourceDocument extends IndexFields {
  readonly _id: RefText
  readonly type: string
  readonly id: string
  /** Sequence of its first version: its place among resources that a sort holds equal. */
  readonly row: number
  readonly version: number
  readonly sequence: number
  /** Milliseconds. */
  readonly updated: number
  readonly deleted: boolean
  readonly method: Method
  readonly json: string
  readonly caseId: string | null
  /** Its own labels. */
  readonly labels: readonly Label[]
  /** Its own and those of its case: what visibility asks. */
  readonly seenBy: readonly Label[]
}

export interface VersionDocument {
  /** The sequence. */
  readonly _id: number
  readonly ref: RefText
  readonly type: string
  readonly version: number
  readonly updated: number
  readonly method: Method
  readonly json: string
}

export interface CaseDocument {
  readonly _id: string
  readonly labels: readonly Label[]
}

export interface KeyDocument {
  readonly _id: { readonly scope: string; readonly value: string }
  readonly fingerprint: string
  readonly ref: RefText
}

/** The one document that every commit changes: the end of the event log. */
export interface SequenceDocument {
  readonly _id: typeof SEQUENCE
  readonly latest: number
  /** Of the newest version, milliseconds. */
  readonly updated: number
  /** Sequence of the newest version of any definition: what was validated and indexed before it was so without it. */
  readonly definitions: number
  /** Counts the groups that began, so that each of them changes this document first. */
  readonly turn: number
}

export const refOf = (text: RefText): ResourceRef => {
  const slash = text.indexOf('/')
  return { type: text.slice(0, slash), id: text.slice(slash + 1) }
}

/** Separates what a key is made of. No parameter's name has it, so the first one ends the parameter. */
const MARK = '\u0001'

export const keyOf = (parameter: string, value: string): string => `${parameter}${MARK}${value}`
/** The length of the system says where it ends: whatever a code or a system holds, no two pairs have the same key. */
export const codedOf = (parameter: string, value: string, system: string): string => `${codedIn(parameter, system)}${value}`
/** What every `coded` of a parameter begins with, in a system, or in any when it is undefined. */
export const codedIn = (parameter: string, system: string | undefined): string =>
  `${parameter}${MARK}${system === undefined ? '' : `${system.length}${MARK}${system}${MARK}`}`

/** A text as the pattern of itself; a pattern has no NUL. */
export const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&').replaceAll('\0', '\\x00')

export const NOT_INDEXED: IndexFields = {
  keys: [], coded: [], strings: [], ranges: [], composites: [], positions: [], words: [], present: [], references: {}, refersTo: [], sort: {}, dated: null, pairs: [],
}

const ownDate = (type: string, { sort }: Extracted): IndexFields['dated'] => {
  const { low, high } = sort.find(({ param }) => param === OWN_DATES[type]) ?? {}
  return typeof low === 'number' && typeof high === 'number' ? { low, high } : null
}

/** The fields under which a resource of the type is found. */
export const indexFields = (type: string, index: Extracted): IndexFields => {
  const keys = new Set<string>()
  const coded = new Set<string>()
  const references: Record<string, RefText[]> = {}
  const fields = { strings: [], ranges: [], composites: [], positions: [], words: [] } as {
    -readonly [name in 'strings' | 'ranges' | 'composites' | 'positions' | 'words']: IndexFields[name][number][]
  }
  for (const entry of index.entries) {
    const p = `${type}.${entry.param}`
    switch (entry.kind) {
      case 'token':
        keys.add(keyOf(p, entry.code))
        coded.add(codedOf(p, entry.code, entry.system))
        break
      case 'reference-identifier':
        keys.add(keyOf(`${p}:identifier`, entry.code))
        coded.add(codedOf(`${p}:identifier`, entry.code, entry.system))
        break
      case 'reference': {
        const ref = `${entry.type}/${entry.id}`
        keys.add(keyOf(p, ref))
        if (entry.version !== '') keys.add(keyOf(p, `${ref}/_history/${entry.version}`))
        const known = references[entry.param] ??= []
        if (!known.includes(ref)) known.push(ref)
        break
      }
      case 'url': keys.add(keyOf(p, entry.url)); break
      case 'uri': keys.add(keyOf(p, entry.uri)); break
      case 'text': fields.strings.push({ p: `${p}:text`, folded: entry.text, exact: entry.text }); break
      case 'string': fields.strings.push({ p, folded: entry.folded, exact: entry.exact }); break
      case 'date': fields.ranges.push({ p, low: entry.low, high: entry.high }); break
      case 'number': fields.ranges.push({ p, low: entry.low, high: entry.high, value: entry.value }); break
      case 'quantity':
        fields.ranges.push({ p, low: entry.low, high: entry.high, value: entry.value, system: entry.system, code: entry.code })
        break
      case 'composite': fields.composites.push({ p, parts: entry.parts }); break
      case 'position':
        // MongoDB refuses a document with any other point, and with it the whole commit.
        if (isOnEarth(entry)) fields.positions.push({ p, at: { type: 'Point', coordinates: [entry.longitude, entry.latitude] }, ...pointOf(entry) })
        break
      case 'words': for (const word of entry.words) fields.words.push(keyOf(entry.param, word)); break
    }
  }
  return {
    ...fields, references, refersTo: [...new Set(Object.values(references).flat())],
    keys: [...keys], coded: [...coded],
    present: [...new Set(index.entries.map(({ param }) => param.split(':', 1)[0]!))],
    sort: Object.fromEntries(index.sort.map(({ param, low, high }) => [param, { low, high }])),
    dated: ownDate(type, index),
    pairs: [...new Set(pairsOf(type, index.entries).map(({ value, target }) => keyOf(target, value)))],
  }
}
