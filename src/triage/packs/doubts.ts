/**
 * What is in order by itself and still looks wrong: a rule that nothing makes fail, one that is never reached because an
 * earlier one has decided, two of a step that decide differently at once, a need without a service that no rule speaks
 * of, a service that nothing names or the directory does not have.
 *
 * An `error` keeps a pack from coming into force; a `note` is for the eyes of whoever signs it.
 */
import { serviceCode } from '../../directory/services.ts'
import type { Condition, Truth } from '../condition.ts'
import type { CompiledPack, CompiledRule } from '../load.ts'
import { NO_SERVICE } from './fact-values.ts'
import { situationWhere, type Compared } from './reach.ts'
import type { Unplaced } from './text.ts'

export interface Doubt extends Unplaced {
  readonly severity: 'error' | 'note'
}

export const doubtsAbout = (compiled: CompiledPack): readonly Doubt[] => [
  ...unreachable(compiled), ...overlapping(compiled), ...needsWithoutService(compiled), ...serviceDoubts(compiled),
]

const error = (pointer: string, text: string): Doubt => ({ severity: 'error', pointer, text })
const note = (pointer: string, text: string): Doubt => ({ severity: 'note', pointer, text })

const pointerOf = ({ pack }: CompiledPack, { rule }: CompiledRule): string => `/rules/${pack.rules.indexOf(rule)}`
const compared = ({ rule, fails }: CompiledRule): Compared => ({ condition: rule.failsWhen, fails })
const counts = ({ rule }: CompiledRule, truth: Truth): boolean => truth === true || (truth === undefined && rule.ifUnknown === 'fails')

const unreachable = (compiled: CompiledPack): readonly Doubt[] => compiled.rules.flatMap(rule => {
  const { pack, rules } = compiled
  const pointer = pointerOf(compiled, rule)
  if (situationWhere([compared(rule)], pack, ([truth]) => counts(rule, truth)) === undefined) {
    return [error(`${pointer}/failsWhen`, `nothing makes the rule ${rule.rule.id} fail`)]
  }
  const alone = (earlier: CompiledRule) =>
    situationWhere([compared(rule), compared(earlier)], pack, ([truth, decided]) => counts(rule, truth) && !counts(earlier, decided))
  // Only what asks for no further fact can fail each time that this does.
  const before = rules.slice(0, rules.indexOf(rule)).find(earlier => earlier.step !== rule.step && earlier.rule.then.decide !== undefined
    && earlier.facts.every(fact => rule.facts.includes(fact)) && alone(earlier) === undefined)?.rule
  return before === undefined ? []
    : [error(pointer, `the rule ${rule.rule.id} is never reached: whenever it fails, ${before.id} (step ${before.step}) has decided`)]
})

/** Of a step's decisions, and of its lists of candidates, the first counts. */
const overlapping = (compiled: CompiledPack): readonly Doubt[] => compiled.rules.flatMap((rule, index) =>
  compiled.rules.slice(index + 1).filter(other => other.step === rule.step && disagree(rule, other)).flatMap(other => {
    const both = situationWhere([compared(rule), compared(other)], compiled.pack, ([one, two]) => counts(rule, one) && counts(other, two))
    return both === undefined ? []
      : [note(pointerOf(compiled, other), `overlaps with ${rule.rule.id}, which stands first and decides where both fail`)]
  }))

const disagree = (one: CompiledRule, other: CompiledRule): boolean => {
  const [first, second] = [one.rule.then, other.rule.then]
  const differ = (left: unknown, right: unknown): boolean => JSON.stringify(left) !== JSON.stringify(right)
  if (first.decide !== undefined && second.decide !== undefined) {
    return first.decide.insteadOf === undefined && second.decide.insteadOf === undefined && differ(first.decide, second.decide)
  }
  const [candidates, others] = [first.review?.candidates, second.review?.candidates]
  return candidates !== undefined && others !== undefined && differ(candidates, others)
}

const needsWithoutService = ({ pack, needs }: CompiledPack): readonly Doubt[] => pack.needs.flatMap((need, index) => {
  const { code, services, whenNoneFits = NO_SERVICE } = need
  const candidacies = (needs.get(code)?.services ?? []).map(({ when }, rank): Compared | undefined => {
    const condition = services[rank]?.when
    return when === undefined || condition === undefined ? undefined : { condition, fails: when }
  })
  const conditional = candidacies.filter(each => each !== undefined)
  if (conditional.length < candidacies.length || situationWhere(conditional, pack, truths => !truths.includes(true)) === undefined) return []
  const pointer = `/needs/${index}/services`
  const speaking = pack.rules.filter(({ failsWhen, then }) =>
    speaksOf(failsWhen, 'line-marks', whenNoneFits) || (then.decide !== undefined && speaksOf(failsWhen, 'needs', code)))
  const what = services.length === 0 ? 'there is no service' : 'there may be no service'
  return speaking.length === 0 ? [error(pointer, `${what} for ${code}, and no rule speaks of the need or of its mark "${whenNoneFits}"`)]
    : [note(pointer, `${what} for ${code}: ${speaking.map(({ id }) => id).join(', ')}`)]
})

const speaksOf = (condition: Condition, fact: string, code: string): boolean => {
  if ('all' in condition) return condition.all.some(each => speaksOf(each, fact, code))
  if ('any' in condition) return condition.any.some(each => speaksOf(each, fact, code))
  if ('not' in condition || condition.fact !== fact) return false
  return ('includes' in condition && condition.includes.includes(code)) || ('only' in condition && condition.only.includes(code))
}

const serviceDoubts = ({ pack, locality }: CompiledPack): readonly Doubt[] => {
  const named = new Set([
    ...[...pack.needs, ...pack.places ?? []].flatMap(({ services }) => services.map(({ code }) => code)),
    ...pack.rules.flatMap(({ then: { decide, review } }) => [
      ...decide?.services ?? [], ...(review?.candidates ?? []).flatMap(candidate => ('service' in candidate ? [candidate.service] : [])),
    ]),
  ])
  const listed = new Set(locality.resources.flatMap(resource => serviceCode(resource) ?? []))
  return pack.services.flatMap(({ code, destinations = [] }, index) => [
    ...(named.has(code) ? [] : [note(`/services/${index}`, `no need, place or rule names ${code}`)]),
    ...(listed.has(code) ? [] : [error(`/services/${index}/code`, `the directory has no HealthcareService with the code ${code}`)]),
    ...destinations.flatMap((each, rank) => (listed.has(each.code) ? []
      : [error(`/services/${index}/destinations/${rank}/code`, `the directory has no HealthcareService with the code ${each.code}`)])),
  ])
}
