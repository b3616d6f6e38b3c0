/**
 * Lines of a referral: the most urgent need leads with its ranked services; each further need with other services is a
 * line of its own, offered beside it. A need shares a line only where every alternative of that line meets it too.
 */
import { hasStatedHours } from '../directory/hours.ts'
import type { Directory } from '../directory/services.ts'
import type { Situation } from './condition.ts'
import type { CompiledNeed, CompiledPack, CompiledPlace } from './load.ts'
import type { Need, NeedClass } from './pack.ts'
import type { Priority } from './proposal.ts'

export interface Line {
  readonly need: Need
  /** Service codes, the first to be offered first. */
  readonly services: readonly string[]
  readonly marks: readonly string[]
  /** Classes of the needs that share it. */
  readonly classes: readonly NeedClass[]
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
  const place = pack.places.find(({ when }) => when(situation) === true)
  const known = needs.flatMap(code => pack.needs.get(code) ?? []).map(need => inPlace(need, place))
  const byUrgency = known.map((need, index) => ({ need, index }))
    .sort((a, b) => URGENCY[a.need.need.priority] - URGENCY[b.need.need.priority] || a.index - b.index)
  const lines: Line[] = []
  for (const { need } of byUrgency) {
    const line = lineOf(need, pack, situation, context)
    const same = lines.findIndex(earlier => haveSameServices(line, earlier))
    const earlier = lines[same]
    if (earlier === undefined) lines.push(line)
    else lines[same] = { ...earlier, marks: [...earlier.marks, ...line.marks], classes: [...earlier.classes, ...line.classes] }
  }
  return lines
}

/** What a need calls for where the person is. */
const inPlace = (compiled: CompiledNeed, compiledPlace: CompiledPlace | undefined): CompiledNeed => {
  if (compiledPlace === undefined || compiledPlace.place.except?.includes(compiled.need.code) === true) return compiled
  const { place, services } = compiledPlace
  const { whenNoneFits: _ofTheNeed, due: _otherwise, ...need } = compiled.need
  return { services, need: { ...need, priority: place.priority, services: place.services, ...(place.due === undefined ? {} : { due: place.due }) } }
}

/** The same alternatives in the same order. Needs without a service never share: what marks one is not said of another. */
const haveSameServices = (one: Line, other: Line): boolean =>
  one.services.length > 0 && one.services.length === other.services.length && one.services.every((code, index) => code === other.services[index])

const lineOf = ({ need, services }: CompiledNeed, pack: CompiledPack, situation: Situation, context: RankingContext): Line => {
  const listed = services.filter(({ when }) => when === undefined || when(situation) === true)
  return {
    need,
    services: ranked(listed.map(({ code }) => code), need, pack, context),
    marks: listed.length > 0 ? listed.flatMap(({ mark }) => mark ?? []) : [need.whenNoneFits ?? 'no-service-for-need'],
    classes: [need.class],
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
  const opensAt = service.nextOpening(receivedAt)
  return opensAt !== undefined && opensAt < deadlineAt
}
