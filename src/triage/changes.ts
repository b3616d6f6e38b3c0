/**
 * What would change the answer: the nearest single-fact changes that lead elsewhere, each verified by running the
 * engine again on the changed facts. Nothing here is inferred; a change that leads to the same answer is not listed.
 */
import { decide, type Decision, type EngineInput } from './engine.ts'
import type { Facts, Known } from './facts.ts'
import type { Proposal } from './proposal.ts'

type Change = Proposal['changes'][number]

interface Variant {
  readonly fact: string
  readonly to: string
  readonly facts: Facts
}

/** As many as a person reads; the order below is that of the steps. */
const SHOWN = 12

/** @param decision what the engine says of the facts as they are */
export const changesOf = (input: EngineInput, decision: Decision): readonly Change[] => {
  const changes: Change[] = []
  const now = answerText(decision)
  for (const { fact, to, facts } of variants(input)) {
    const other = decide({ ...input, facts })
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

/** For each fact the nearest other value: across a threshold, or the other answer. */
const variants = ({ facts, pack }: EngineInput): readonly Variant[] => {
  const { thresholds } = pack.pack
  const { news2, age } = facts
  const total = news2.total?.value
  const variant = (fact: string, to: string, changed: Partial<Facts>): Variant => ({ fact, to, facts: { ...facts, ...changed } })

  const scores = [thresholds['news2Urgent'], thresholds['news2Emergency']].flatMap(limit =>
    limit === undefined ? [] : total === undefined || total < limit ? [limit] : [limit - 1])
  const ages = [thresholds['adultAge'], thresholds['ageUkAge'], thresholds['olderAge']].flatMap(limit =>
    limit === undefined ? [] : age === undefined || age.value.low < limit ? [limit] : [limit - 1])
  const frailty = thresholds['frailtyForVirtualWard']
  const yesOrNo = (fact: string, key: 'safeToWait' | 'canTravel' | 'admissionDecided'): readonly Variant[] =>
    [true, false].filter(value => facts[key]?.value !== value).map(value => variant(fact, value ? 'yes' : 'no', { [key]: supposed(value) }))

  return [
    facts.redFlags.length > 0 ? variant('red-flags', 'none', { redFlags: [] })
      : variant('red-flags', 'any', { redFlags: [{ code: pack.pack.redFlags[0]?.code ?? '', from: 'supposed' }] }),
    ...scores.map(score => variant('news2', String(score), { news2: { ...news2, total: supposed(score), parts: {}, partsSent: 'none', singleThree: false, differs: false } })),
    facts.advancePlan === undefined ? variant('advance-plan', 'not-for-hospital', { advancePlan: supposed('not-for-hospital') })
      : variant('advance-plan', 'none', { advancePlan: undefined }),
    facts.softFlags.length > 0 ? variant('soft-flags', 'none', { softFlags: [] })
      : variant('soft-flags', 'any', { softFlags: [{ code: pack.pack.softFlags[0]?.code ?? '', from: 'supposed' }] }),
    ...ages.map(years => variant('age', String(years), { age: supposed({ low: years, high: years }) })),
    variant('residence', 'in the area', { residence: supposed([{ district: pack.pack.districts[0] ?? '', from: 'supposed' }]) }),
    variant('residence', 'outside the area', { residence: supposed([{ district: 'E00000000', from: 'supposed' }]) }),
    variant('consent', 'given', { consent: supposed('given') }),
    variant('consent', 'declined', { consent: supposed('declined') }),
    ...yesOrNo('admission-decided', 'admissionDecided'),
    ...yesOrNo('safe-to-wait', 'safeToWait'),
    ...yesOrNo('can-travel', 'canTravel'),
    ...(frailty === undefined ? [] : [facts.frailty === undefined || facts.frailty.value < frailty ? frailty : frailty - 1]
      .map(score => variant('frailty', String(score), { frailty: supposed(score) }))),
  ]
}
