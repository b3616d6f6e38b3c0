/**
 * Lines of a referral: the most urgent need leads with its ranked services; each further need with other services is a
 * line of its own, offered beside it. A need shares a line only where every alternative of that line meets it too.
 */
import { byRank, canMeet, type Ranked } from '../directory/ranking.ts'
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
  readonly deadlineOf: (need: Need) => number
}

/** Lines in order, the lead first. Needs that the pack does not know have been left out before. */
export const linesOf = (needs: readonly string[], pack: CompiledPack, situation: Situation, context: RankingContext): readonly Line[] => {
  const known = needs.flatMap(code => needHere(code, pack, situation) ?? [])
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

/** What a need calls for where the person is; undefined where the pack does not know it. */
export const needHere = (code: string, pack: CompiledPack, situation: Situation): CompiledNeed | undefined => {
  const need = pack.needs.get(code)
  return need === undefined ? undefined : inPlace(need, pack.places.find(({ when }) => when(situation) === true))
}

const inPlace = (compiled: CompiledNeed, compiledPlace: CompiledPlace | undefined): CompiledNeed => {
  if (compiledPlace === undefined || compiledPlace.place.except?.includes(compiled.need.code) === true) return compiled
  const { place, services } = compiledPlace
  const { whenNoneFits: _ofTheNeed, due: _otherwise, ...need } = compiled.need
  const { priority, due } = place
  return { services, need: { ...need, priority, services: place.services, ...(due === undefined ? {} : { due }) } }
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

/** Candidates in the order of `directory/ranking.ts`. A pack lists each service of a need once, so its list decides between those that are in time. */
const ranked = (codes: readonly string[], need: Need, pack: CompiledPack, { directory, receivedAt, deadlineOf }: RankingContext): readonly string[] => {
  const deadlineAt = deadlineOf(need)
  return codes
    .map((code, rank): Ranked => {
      const service = directory.find(pack.locality.name, code)
      return { code, rank, isLate: !canMeet(service, receivedAt, deadlineAt), capacity: service?.capacity(receivedAt).kind ?? 'unknown', metres: undefined }
    })
    .sort(byRank)
    .map(({ code }) => code)
}
