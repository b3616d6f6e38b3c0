/**
 * What would change the answer: the nearest single-fact changes that lead elsewhere, each verified by running the
 * engine again on the changed facts. Nothing here is inferred; a change that leads to the same answer is not listed.
 */
import { SOME_OTHER_DISTRICT } from '../directory/coverage.ts'
import { factsIn, type FactValue } from './condition.ts'
import { decide, type Decision, type EngineInput } from './engine.ts'
import type { Facts, Known } from './facts.ts'
import type { CompiledPack } from './load.ts'
import type { Proposal } from './proposal.ts'

type Change = Proposal['changes'][number]

interface Variant {
  readonly fact: string
  readonly to: string
  readonly input: EngineInput
}

/** As many as a person reads; the order below is that of the steps. */
const SHOWN = 12

/** @param decision what the engine says of the facts as they are */
export const changesOf = (input: EngineInput, decision: Decision): readonly Change[] => {
  const changes: Change[] = []
  const now = answerText(decision)
  for (const { fact, to, input: changed } of variants(input, decision)) {
    const other = decide(changed, 'answer')
    const then = answerText(other)
    if (then === now) continue
    changes.push({ fact, to, disposition: other.disposition, text: `if ${fact} were ${to}: ${then}` })
    if (changes.length === SHOWN) break
  }
  return changes
}

/** Disposition, services and urgency: what a sender would notice. */
const answerText = ({ disposition, lines, priority, flags }: Decision): string => {
  const services = lines.flat()
  return [disposition, ...(services.length === 0 ? [] : [services.join(', ')]), priority, ...(flags.length === 0 ? [] : [`(${flags.join(', ')})`])].join(' ')
}

/** A value that someone could have stated instead. */
const supposed = <T>(value: T): Known<T> => ({ value, from: 'supposed' })

/** For each fact that the pack asks for the nearest other value: across a threshold, or the other answer. */
function * variants(input: EngineInput, decision: Decision): Generator<Variant> {
  const { facts, pack } = input
  const askedFor = factsAsked(pack, facts)
  for (const { asked, fact, to, value, changed } of factVariants(input)) {
    const isSo = value !== undefined && decision.situation[asked] === value
    if (!isSo && askedFor(asked)) yield { fact, to, input: { ...input, facts: { ...facts, ...changed } } }
  }
  yield * roomVariants(input, decision)
}

/** Rules ask for facts, and so do the needs of this person; what none of them asks for changes nothing. */
const factsAsked = (pack: CompiledPack, { needs }: Facts): (fact: string) => boolean => {
  const byRules = askedByRules.get(pack) ?? new Set([...pack.rules.flatMap(({ facts }) => facts), ...(pack.pack.places ?? []).flatMap(({ when }) => factsIn(when))])
  askedByRules.set(pack, byRules)
  const byNeeds = new Set(needs.flatMap(({ code }) => pack.needs.get(code)?.need.services ?? []).flatMap(({ when }) => (when === undefined ? [] : factsIn(when))))
  return fact => byRules.has(fact) || byNeeds.has(fact)
}

const askedByRules = new WeakMap<CompiledPack, ReadonlySet<string>>()

interface FactVariant {
  /** The fact by the name that packs use. */
  readonly asked: string
  /** And by that of the sender. */
  readonly fact: string
  readonly to: string
  /** What packs would read then: a fact that is so already is not changed by it. */
  readonly value?: FactValue
  readonly changed: Partial<Facts>
}

const factVariants = ({ facts, pack }: EngineInput): readonly FactVariant[] => {
  const { thresholds, redFlags, softFlags, districts, needs } = pack.pack
  const { news2, age } = facts
  const total = news2.total?.value
  const variant = (fact: string, to: string, changed: Partial<Facts>, asked = fact): FactVariant => ({ asked, fact, to, changed })
  const made = (fact: string, to: string, value: FactValue, changed: Partial<Facts>): FactVariant => ({ asked: fact, fact, to, value, changed })

  const scores = [thresholds['news2Urgent'], thresholds['news2Emergency']].flatMap(limit =>
    limit === undefined ? [] : total === undefined || total < limit ? [limit] : [limit - 1])
  const ages = [thresholds['adultAge'], thresholds['ageUkAge'], thresholds['olderAge']].flatMap(limit =>
    limit === undefined ? [] : age === undefined || age.value.low < limit ? [limit] : [limit - 1])
  const frailty = thresholds['frailtyForVirtualWard']
  const yesOrNo = (fact: string, key: YesOrNo): readonly FactVariant[] =>
    [true, false].filter(value => facts[key]?.value !== value).map(value => variant(fact, value ? 'yes' : 'no', { [key]: supposed(value) }))
  const [firstNeed] = needs

  return [
    facts.redFlags.length > 0 ? variant('red-flags', 'none', { redFlags: [] })
      : variant('red-flags', 'any', { redFlags: [{ code: redFlags[0]?.code ?? '', from: 'supposed' }] }),
    ...scores.map(score => variant('news2', String(score),
      { news2: { total: supposed(score), stated: score, parts: {}, partsSent: 'none', singleThree: false, differs: false, observed: [] } })),
    facts.advancePlan === undefined ? variant('advance-plan', 'not-for-hospital', { advancePlan: supposed('not-for-hospital') })
      : variant('advance-plan', 'none', { advancePlan: undefined }),
    facts.softFlags.length > 0 ? variant('soft-flags', 'none', { softFlags: [] })
      : variant('soft-flags', 'any', { softFlags: [{ code: softFlags[0]?.code ?? '', from: 'supposed' }] }),
    ...(facts.needs.length > 0 || firstNeed === undefined ? []
      : [variant('need', firstNeed.code, { needs: [{ code: firstNeed.code, from: 'supposed' }] }, 'needs')]),
    ...ages.map(years => variant('age', String(years), { age: supposed({ low: years, high: years }) })),
    ...(facts.conflicts.length === 0 ? [] : [variant('conflicts', 'settled', { conflicts: [] })]),
    made('residence', IN_AREA, 'inside', { residence: supposed([{ district: districts[0] ?? '', from: 'supposed' }]) }),
    made('residence', 'outside the area', 'outside', { residence: supposed([{ district: SOME_OTHER_DISTRICT, from: 'supposed' }]) }),
    ...practiceVariants(pack).map(([to, ods]) => made('practice', to, to === IN_AREA ? 'inside' : 'outside', { practice: supposed({ ods: [ods] }) })),
    ...(facts.referrer?.value === 'gp' ? [] : [variant('referrer', 'gp', { referrer: supposed('gp') })]),
    made('consent', 'given', 'given', { consent: supposed('given') }),
    made('consent', 'declined', 'declined', { consent: supposed('declined') }),
    ...yesOrNo('long-term-condition', 'longTermCondition'),
    ...yesOrNo('admission-decided', 'admissionDecided'),
    ...yesOrNo('safe-to-wait', 'safeToWait'),
    ...yesOrNo('rehab-potential', 'rehabPotential'),
    ...yesOrNo('can-travel', 'canTravel'),
    ...(frailty === undefined ? [] : [facts.frailty === undefined || facts.frailty.value < frailty ? frailty : frailty - 1]
      .map(score => variant('frailty', String(score), { frailty: supposed(score) }))),
  ]
}

type YesOrNo = 'safeToWait' | 'canTravel' | 'admissionDecided' | 'rehabPotential' | 'longTermCondition'

const IN_AREA = 'in the area'

/** A practice of the area, and one that is known to be elsewhere. */
const practiceVariants = ({ locality: { area }, pack: { districts } }: EngineInput['pack']): readonly (readonly [string, string])[] => {
  const first = (isMeant: (place: { readonly kind: string; readonly code?: string }) => boolean): string | undefined => {
    for (const [ods, place] of area.practices) if (isMeant(place)) return ods
    return undefined
  }
  const inside = first(({ kind, code }) => kind === 'district' && districts.includes(code ?? ''))
  const outside = first(({ kind, code }) => kind === 'district' && !districts.includes(code ?? ''))
  return [
    ...(inside === undefined ? [] : [[IN_AREA, inside] as const]),
    ...(outside === undefined ? [] : [['outside the area', outside] as const]),
  ]
}

/** A service that is full had room; the one that is to be offered first were full. */
function * roomVariants(input: EngineInput, decision: Decision): Generator<Variant> {
  const { capacity } = input
  const full = [...capacity].filter(([, free]) => free <= 0).map(([code]) => code)
  const [first] = decision.disposition === 'offer' || decision.disposition === 'review' ? decision.lines[0] ?? [] : []
  for (const code of full) yield { fact: `room at ${code}`, to: 'there', input: { ...input, capacity: new Map([...capacity, [code, 1]]) } }
  if (first !== undefined && !full.includes(first)) yield { fact: `room at ${first}`, to: 'gone', input: { ...input, capacity: new Map([...capacity, [first, 0]]) } }
}
