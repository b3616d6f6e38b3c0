/**
 * Lines of a referral: the most urgent need leads with its ranked services; each further need that the team of an
 * earlier line would not meet is a line of its own, offered beside it.
 */
import { hasStatedHours, nextOpening } from '../directory/hours.ts'
import type { Directory } from '../directory/services.ts'
import type { Situation } from './condition.ts'
import type { CompiledNeed, CompiledPack } from './load.ts'
import type { Need } from './pack.ts'
import type { Priority } from './proposal.ts'

export interface Line {
  readonly need: Need
  /** Service codes, the first to be offered first. */
  readonly services: readonly string[]
  readonly marks: readonly string[]
}

/** Lower is more urgent. */
export const URGENCY: Readonly<Record<Priority, number>> = { stat: 0, asap: 1, urgent: 2, routine: 3 }

export const moreUrgent = (one: Priority, other: Priority): Priority => (URGENCY[one] <= URGENCY[other] ? one : other)

export interface RankingContext {
  readonly directory: Directory
  readonly receivedAt: number
  /** By when a need must be met; services that cannot be open before it go last. */
  deadlineOf(need: Need): number
}

/** Lines in order, the lead first. Needs that the pack does not know have been left out before. */
export const linesOf = (needs: readonly string[], pack: CompiledPack, situation: Situation, context: RankingContext): readonly Line[] => {
  const known = needs.flatMap(code => pack.needs.get(code) ?? [])
  const byUrgency = known.map((need, index) => ({ need, index }))
    .sort((a, b) => URGENCY[a.need.need.priority] - URGENCY[b.need.need.priority] || a.index - b.index)
  const lines: Line[] = []
  for (const { need } of byUrgency) {
    const line = lineOf(need, pack, situation, context)
    if (!lines.some(earlier => isMetBy(line, earlier))) lines.push(line)
  }
  return lines
}

/** The first service of the earlier line takes this need as well: one visit meets both. */
const isMetBy = (line: Line, earlier: Line): boolean => {
  const [first] = earlier.services
  return first !== undefined && line.services.includes(first)
}

const lineOf = ({ need, services }: CompiledNeed, pack: CompiledPack, situation: Situation, context: RankingContext): Line => {
  const listed = services.filter(({ when }) => when === undefined || when(situation) === true)
  const fitting = listed.filter(({ code }) => pack.services.get(code)?.takes?.(situation) !== false)
  return {
    need,
    services: ranked(fitting.map(({ code }) => code), need, pack, context),
    // Someone whom the services do not take is answered by the rule that says so, not by "there is no service".
    marks: listed.length > 0 ? fitting.flatMap(({ mark }) => mark ?? []) : [need.whenNoneFits ?? 'no-service-for-need'],
  }
}

/**
 * Ranks candidates: what can meet the deadline before what cannot, else as the pack lists them. A pack lists each
 * service of a need once, so equals do not arise, and setting, load and freshness of capacity have nothing to decide.
 */
const ranked = (codes: readonly string[], need: Need, pack: CompiledPack, context: RankingContext): readonly string[] => {
  const deadlineAt = context.deadlineOf(need)
  return codes
    .map((code, rank) => ({ code, rank, late: canMeet(deadlineAt, code, pack, context) ? 0 : 1 }))
    .sort((a, b) => a.late - b.late || a.rank - b.rank)
    .map(({ code }) => code)
}

/** A service without stated hours is taken to be there when the hub is. */
const canMeet = (deadlineAt: number, code: string, pack: CompiledPack, { directory, receivedAt }: RankingContext): boolean => {
  const service = directory.find(pack.locality.name, code)
  if (service === undefined || !hasStatedHours(service.hours) || service.openingAt(receivedAt) !== undefined) return true
  const opensAt = nextOpening(service.hours, receivedAt)
  return opensAt !== undefined && opensAt < deadlineAt
}
