/**
 * What the serving thread and its workers say to each other: always one string, the cheapest thing to send.
 *
 * A commit is a JSON head and, behind it, the resources' texts as they are: they are neither escaped nor parsed.
 * The requests of one turn of the event loop go as one string, and the answers to a group of commits come as one.
 */
import type { ResourceRef } from '../../fhir/resource.ts'
import type { Commit, Expectation, Label, Method, RequestKey, Write } from '../store.ts'
import { NO_WORDS, wordsOf, type Words } from './deferred.ts'
import { indexing, type Indexing } from './indexed.ts'
import type { Names } from './names.ts'

interface Indexed {
  readonly index: Indexing
  /** In the place of those of before; undefined: there were none. */
  readonly words?: Words
}

/** A `Write` as the writer sees it: index entries as rows, JSON as text. */
export type Step =
  | Indexed & {
    readonly kind: 'put'
    readonly ref: ResourceRef
    readonly replaces: number
    readonly method: Method
    readonly caseId?: string
    readonly audience?: readonly Label[]
    readonly json: string
  }
  | Indexed & { readonly kind: 'index'; readonly ref: ResourceRef; readonly version: number }
  | Exclude<Write, { kind: 'put' | 'index' }>

export interface CommitRequest {
  readonly kind: 'commit'
  readonly id: number
  /** Milliseconds; the commit's lastUpdated. */
  readonly at: number
  readonly expect: readonly Expectation[]
  readonly steps: readonly Step[]
}

export type WriterRequest =
  | CommitRequest
  | { readonly kind: 'durability'; readonly id: number }
  /** Everything up to the version at `until` is to be indexed. */
  | { readonly kind: 'catch-up'; readonly id: number; readonly until: number }
  | { readonly kind: 'close'; readonly id: number }

/** Version, sequence and case of each put and delete, in order. */
export type WrittenVersion = readonly [version: number, sequence: number, caseId: string | null]

export type WriterAnswer =
  | { readonly id: number; readonly kind: 'written'; readonly versions: readonly WrittenVersion[] }
  | { readonly id: number; readonly kind: 'conflict'; readonly failed: Failed; readonly current?: number }
  | { readonly id: number; readonly kind: 'failed'; readonly reason: string }
  /** A conditional search of the commit ran past its time. */
  | { readonly id: number; readonly kind: 'too-costly'; readonly limitMs: number }
  | Ready
  | { readonly id: number; readonly kind: 'durability'; readonly journal: string; readonly synchronous: number }
  | { readonly id: number; readonly kind: 'caught-up' }
  | { readonly id: number; readonly kind: 'closed' }

/** The first message: the file is open. Time (milliseconds) and sequence of its newest version. */
export interface Ready { readonly id: 0; readonly kind: 'ready'; readonly latest: number; readonly sequence: number }

/** Which expectation failed: one of the commit's own by its position, a write's own version, a key seen before. */
export type Failed =
  | { readonly by: 'expectation'; readonly position: number }
  | { readonly by: 'version'; readonly ref: ResourceRef; readonly version: number }
  | { readonly by: 'key'; readonly key: RequestKey }

/** The texts of a step stand behind the head, one after the other: these are their lengths. */
interface Lengths {
  readonly json: number
  readonly entries: number
  readonly sort: number
  readonly words?: { readonly text: number; readonly content: number }
  readonly present?: string
}
type Headed<S> = S extends Indexed ? Omit<S, 'json' | 'index' | 'words'> & { readonly lengths: Lengths } : S
type HeadStep = Headed<Step>
type Head = Omit<CommitRequest, 'steps'> & { readonly steps: readonly HeadStep[] }

/**
 * One string: the head's length, the head, then the texts, which are neither escaped nor parsed.
 * @param jsons the finished resources of the puts, in order
 */
export const encodeCommit = (names: Names, id: number, at: number, commit: Commit, jsons: readonly string[]): string => {
  let put = 0
  let texts = ''
  const steps = commit.writes.map((write): HeadStep => {
    if (write.kind !== 'put' && write.kind !== 'index') return write
    const { entries, sort, present } = indexing(names, write.ref.type, write.index)
    const words = wordsOf(write.index) ?? (write.kind === 'index' || write.replaces > 0 ? NO_WORDS : undefined)
    const json = write.kind === 'put' ? jsons[put++]! : ''
    texts += json + entries + sort
    if (words !== undefined) texts += words.text + words.content
    const lengths: Lengths = {
      json: json.length, entries: entries.length, sort: sort.length, ...(present === undefined ? {} : { present }),
      ...(words === undefined ? {} : { words: { text: words.text.length, content: words.content.length } }),
    }
    if (write.kind === 'index') return { kind: 'index', ref: write.ref, version: write.version, lengths }
    const { json: _, index: _entries, ...rest } = write
    return { ...rest, lengths }
  })
  const head = JSON.stringify({ kind: 'commit', id, at, expect: commit.expect, steps } satisfies Head)
  return `${head.length} ${head}${texts}`
}

/** Encoded requests as one message, in their order: each behind its length. */
export const encodeTurn = (requests: readonly string[]): string => requests.map(request => `${request.length} ${request}`).join('')

export const decodeTurn = (message: string): readonly WriterRequest[] => {
  const requests: WriterRequest[] = []
  for (let at = 0; at < message.length;) {
    const start = message.indexOf(' ', at) + 1
    const end = start + Number(message.slice(at, start - 1))
    requests.push(decodeRequest(message.slice(start, end)))
    at = end
  }
  return requests
}

const decodeRequest = (message: string): WriterRequest => {
  const space = message.indexOf(' ')
  const headEnd = space + 1 + Number(message.slice(0, space))
  const head = JSON.parse(message.slice(space + 1, headEnd)) as Head | Exclude<WriterRequest, CommitRequest>
  if (head.kind !== 'commit') return head
  let at = headEnd
  const take = (length: number): string => message.slice(at, at += length)
  const steps = head.steps.map((step): Step => {
    if (step.kind !== 'put' && step.kind !== 'index') return step
    const { lengths: { json, entries, sort, present, words }, ...rest } = step
    const text = take(json)
    const indexed: Indexed = {
      index: { entries: take(entries), sort: take(sort), ...(present === undefined ? {} : { present }) },
      ...(words === undefined ? {} : { words: { text: take(words.text), content: take(words.content) } }),
    }
    return rest.kind === 'put' ? { ...rest, ...indexed, json: text } : { ...rest, ...indexed }
  })
  return { ...head, steps }
}

export const encodeRequest = (request: Exclude<WriterRequest, CommitRequest>): string => {
  const head = JSON.stringify(request)
  return `${head.length} ${head}`
}

export const encodeAnswers = (answers: readonly WriterAnswer[]): string => JSON.stringify(answers)
export const decodeAnswers = (message: string): readonly WriterAnswer[] => JSON.parse(message) as readonly WriterAnswer[]

