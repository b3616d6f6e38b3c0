/**
 * Which services can meet a need, where and when: the candidates in the order of `directory/ranking.ts`, each with its hours,
 * capacity and distance, and those left out with the criterion that they failed. Knows no patient.
 */
import { metresOfSquare, pointOf, squareBetween, type Point } from '../../search/positions.ts'
import type { Capacity } from '../capacity.ts'
import { hasStatedHours } from '../hours.ts'
import { byRank, canMeet, type Ranked } from '../ranking.ts'
import type { Catalogue } from './catalogue.ts'
import type { Entry } from './entry.ts'
import { ownFailures, type Asked, type Criterion, type Judgement, type Verdict } from './judging.ts'

export interface Candidate extends Ranked {
  readonly entry: Entry
  readonly verdict: Verdict | undefined
  readonly room: Capacity
}

export interface LeftOut {
  readonly entry: Entry
  readonly code: string | undefined
  readonly failed: readonly Criterion[]
  readonly metres: number | undefined
}

export interface Found {
  readonly offered: readonly Candidate[]
  /** The likeliest first, no more than `MOST_LEFT_OUT`. */
  readonly leftOut: readonly LeftOut[]
  /** How many are left out in all. */
  readonly leftOutTotal: number
}

/** Those left out that are told: both localities' services and more; an answer of 5,000 would be read by nobody. */
export const MOST_LEFT_OUT = 40
/** Behind all that a pack lists. */
const UNLISTED = Number.MAX_SAFE_INTEGER

export const findServices = (catalogue: Catalogue, asked: Asked, judgement: Judgement): Found => {
  const from = asked.place.position === undefined ? undefined : pointOf(asked.place.position)
  const verdicts = new Map(judgement.verdicts.map(verdict => [verdict.reference, verdict]))
  const offered: Candidate[] = []
  const leftOut: LeftOut[] = []
  for (const entry of considered(catalogue, asked, judgement)) {
    const verdict = verdicts.get(entry.service.reference)
    const room = entry.service.capacity(asked.at)
    const failed = [...verdict?.failed ?? ownFailures(catalogue, entry, judgement.codes, asked), ...full(room)]
    const metres = metresTo(catalogue.pointsOf(entry), from)
    if (failed.length > 0) leftOut.push({ entry, code: verdict?.code, failed, metres })
    else {
      offered.push({
        entry, verdict, room, metres, capacity: room.kind, rank: verdict?.rank ?? UNLISTED, code: verdict?.code ?? entry.service.reference,
        isLate: judgement.urgency !== undefined && !canMeet(entry.service, asked.at, judgement.urgency.deadlineAt),
      })
    }
  }
  return {
    offered: offered.sort(byRank),
    leftOut: leftOut.sort(byLikelihood).slice(0, MOST_LEFT_OUT),
    leftOutTotal: catalogue.entries.size - offered.length,
  }
}

/** Every service; of many those of the packs, what covers the place, and of the rest that takes the need what is nearest. */
const considered = (catalogue: Catalogue, { place }: Asked, { verdicts, codes }: Judgement): Iterable<Entry> => {
  if (catalogue.entries.size <= MOST_LEFT_OUT) return catalogue.entries.values()
  const found = new Set(verdicts.flatMap(({ reference }) => catalogue.get(reference) ?? []))
  if (place.district !== undefined) for (const entry of catalogue.covering(place.district)) found.add(entry)
  for (const entry of nearest(catalogue, codes, found, place.position === undefined ? undefined : pointOf(place.position))) found.add(entry)
  return found
}

/** Of those that take the need, besides the ones already found, as many as there is still room for. */
const nearest = (catalogue: Catalogue, codes: readonly string[], found: ReadonlySet<Entry>, from: Point | undefined): readonly Entry[] => {
  const most = Math.max(0, MOST_LEFT_OUT - found.size)
  const best: { readonly entry: Entry; readonly square: number }[] = []
  for (const code of codes) {
    for (const entry of catalogue.taking(code)) {
      const square = from === undefined ? FARTHEST : squareTo(catalogue.pointsOf(entry), from)
      const last = best.length < most ? Infinity : best.at(-1)?.square ?? -Infinity
      if (square >= last || found.has(entry) || best.some(known => known.entry === entry)) continue
      const at = best.findIndex(known => known.square > square)
      best.splice(at < 0 ? best.length : at, 0, { entry, square })
      if (best.length > most) best.pop()
    }
  }
  return best.map(({ entry }) => entry)
}

const FARTHEST = 5
const squareTo = (points: readonly Point[], from: Point): number => {
  let least = FARTHEST
  for (const point of points) least = Math.min(least, squareBetween(point, from))
  return least
}

const metresTo = (points: readonly Point[], from: Point | undefined): number | undefined =>
  (from === undefined || points.length === 0 ? undefined : metresOfSquare(squareTo(points, from)))

/** A fresh count alone says that there is no room. */
const full = (room: Capacity): readonly Criterion[] => (room.kind === 'reported' && room.free <= 0
  ? [{ code: 'capacity', result: 'fail', text: `full, as of ${new Date(room.asOf).toISOString()}` }] : [])

/** Those that take the need; the fewer criteria fail, the sooner another answer might bring it in; then the nearest. */
const byLikelihood = (one: LeftOut, other: LeftOut): number =>
  Number(isForOtherNeeds(one)) - Number(isForOtherNeeds(other)) || one.failed.length - other.failed.length || (one.metres ?? FAR_METRES) - (other.metres ?? FAR_METRES)
  || (one.entry.service.reference < other.entry.service.reference ? -1 : 1)

const isForOtherNeeds = ({ failed }: LeftOut): boolean => failed.some(({ code, result }) => code === 'need' && result === 'fail')

const FAR_METRES = 3e7

/** Whether it is open, until when, or when it opens next; all undefined where it states no hours. */
export const hoursAt = ({ service }: Entry, at: number): { readonly isOpen?: boolean; readonly closesAt?: number; readonly opensAt?: number } => {
  if (!hasStatedHours(service.hours)) return {}
  const opening = service.openingAt(at)
  if (opening === undefined) {
    const opensAt = service.nextOpening(at)
    return { isOpen: false, ...(opensAt === undefined ? {} : { opensAt }) }
  }
  return { isOpen: true, ...(opening.to === Infinity ? {} : { closesAt: opening.to }) }
}
