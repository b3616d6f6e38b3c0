/**
 * Whether two stores hold the same: every version by its sequence, labels of resources and cases, request keys.
 *
 * Both are read once, side by side, in the order both have, so memory does not grow with them. What differs is named by
 * ids and never quoted: texts are patients' data.
 */
import { createHash } from 'node:crypto'
import { refText } from '../fhir/resource.ts'
import { totalOf, type Contents, type KeptCase, type KeptVersion, type Progress, type Stream } from './copy.ts'
import type { KeyRecord } from './store.ts'

export interface TypeCount {
  /** Resources that are there now. */
  current: number
  deleted: number
  versions: number
}

/** What one side holds. */
export interface Holding {
  readonly types: ReadonlyMap<string, TypeCount>
  readonly cases: number
  readonly keys: number
  /** SHA-256 over sequence, id, version, time, method and text of every version, in order. */
  readonly digest: string
}

export interface Comparison {
  readonly left: Holding
  readonly right: Holding
  /** A sentence each; the first hundred. */
  readonly differences: readonly string[]
  readonly differing: number
}

const MAX_NAMED = 100
/** How often progress is told of: reading both takes some 20 µs for each. */
const STEP = 1_000

/** Reads both to their end. */
export const compare = async (left: Contents, right: Contents, report: (progress: Progress) => void): Promise<Comparison> => {
  const total = totalOf(await left.size())
  const sides = [tally(), tally()] as const
  const differences: string[] = []
  let differing = 0
  let done = 0

  const side = async <T>(
    [ours, theirs]: readonly [Stream<T>, Stream<T>], kind: Kind<T>, count: (side: Tally, one: T) => void,
  ): Promise<void> => {
    for await (const pair of aligned(ours, theirs, kind.order)) {
      for (const [index, one] of pair.entries()) if (one !== undefined) count(sides[index]!, one)
      const says = difference(pair, kind)
      if (says !== undefined && ++differing <= MAX_NAMED) differences.push(says)
      if (++done % STEP === 0) report({ phase: 'comparing', done: Math.min(done, total), total })
    }
  }

  report({ phase: 'comparing', done: 0, total })
  await side([left.cases(''), right.cases('')], caseKind, tally => { tally.cases++ })
  await side([left.keys(undefined), right.keys(undefined)], keyKind, tally => { tally.keys++ })
  await side([left.versions(0), right.versions(0)], versionKind, addVersion)
  report({ phase: 'comparing', done: total, total })
  return { left: holding(sides[0]), right: holding(sides[1]), differences, differing }
}

interface Tally {
  readonly types: Map<string, TypeCount>
  readonly hash: ReturnType<typeof createHash>
  cases: number
  keys: number
}

const tally = (): Tally => ({ types: new Map(), hash: createHash('sha256'), cases: 0, keys: 0 })

const holding = ({ types, hash, cases, keys }: Tally): Holding => ({ types, cases, keys, digest: hash.digest('hex') })

const addVersion = ({ types, hash }: Tally, { version, current }: KeptVersion): void => {
  const { ref, sequence, version: number, lastUpdated, method, json, deleted } = version
  let count = types.get(ref.type)
  if (count === undefined) types.set(ref.type, count = { current: 0, deleted: 0, versions: 0 })
  count.versions++
  if (current !== undefined) count[deleted ? 'deleted' : 'current']++
  hash.update(`${sequence} ${refText(ref)} ${number} ${lastUpdated} ${method} ${json.length} ${json}\n`)
}

interface Kind<T> {
  /** Below 0: the first comes first. */
  readonly order: (a: T, b: T) => number
  readonly name: (one: T) => string
  /** What must be the same, each under its name. */
  readonly parts: (one: T) => Readonly<Record<string, string | number | boolean | undefined>>
}

const versionKind: Kind<KeptVersion> = {
  order: (a, b) => a.version.sequence - b.version.sequence,
  name: ({ version: { ref, version, sequence } }) => `event ${sequence} (${refText(ref)}, version ${version})`,
  parts: ({ version: { ref, version, lastUpdated, deleted, method, json, caseId }, current }) => ({
    resource: refText(ref), version, time: lastUpdated, deletion: deleted, method, text: json, case: caseId,
    'being current': current !== undefined, place: current?.row, labels: current?.labels.join(),
  }),
}

const caseKind: Kind<KeptCase> = {
  order: (a, b) => byBytes(a.caseId, b.caseId),
  name: ({ caseId }) => `case ${caseId}`,
  parts: ({ labels }) => ({ labels: labels.join() }),
}

const keyKind: Kind<KeyRecord> = {
  order: ({ key: a }, { key: b }) => byBytes(a.scope, b.scope) || byBytes(a.value, b.value),
  name: ({ key: { scope, value } }) => `request key ${scope} ${value}`,
  parts: ({ fingerprint, ref }) => ({ fingerprint, resource: refText(ref) }),
}

/** As both stores order texts; JavaScript's own order is another for characters beyond the first 65,536. */
const byBytes = (a: string, b: string): number => (a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b)))

type Pair<T> = readonly [T | undefined, T | undefined]

const difference = <T>([ours, theirs]: Pair<T>, { name, parts }: Kind<T>): string | undefined => {
  if (ours === undefined) return theirs === undefined ? undefined : `${name(theirs)} is only in the target`
  if (theirs === undefined) return `${name(ours)} is missing in the target`
  const other = parts(theirs)
  const differing = Object.entries(parts(ours)).filter(([part, value]) => other[part] !== value).map(([part]) => part)
  return differing.length === 0 ? undefined : `${name(ours)} differs in ${differing.join(', ')}`
}

/** Both streams side by side: what only one has stands alone. */
async function* aligned<T>(left: Stream<T>, right: Stream<T>, order: (a: T, b: T) => number): AsyncGenerator<Pair<T>> {
  const [ours, theirs] = [each(left), each(right)]
  let a = await ours.next()
  let b = await theirs.next()
  while (a.done !== true || b.done !== true) {
    const first = a.done === true ? 1 : b.done === true ? -1 : order(a.value, b.value)
    yield [first <= 0 && a.done !== true ? a.value : undefined, first >= 0 && b.done !== true ? b.value : undefined]
    if (first <= 0) a = await ours.next()
    if (first >= 0) b = await theirs.next()
  }
}

async function* each<T>(stream: Stream<T>): AsyncGenerator<T, undefined> {
  yield* stream
}
