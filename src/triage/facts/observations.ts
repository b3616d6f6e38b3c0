/**
 * NEWS2 as the observations of a referral give it: recomputed from its parts, stated as a total and as sub-scores.
 *
 * Of several readings of a part the latest counts, of one time the worse; one without a time may be the latest. Where what
 * is stated and what is recomputed differ, the higher counts and is named (domain 2.3: the NHS's own example states 6, is 5).
 */
import type { Observation, ObservationComponent } from 'fhir/r4.js'
import type { Fact } from '../facts.ts'
import { hasSingleThree, isComplete, PARAMETERS, scores, total, type Parameter, type Scores, type Vitals } from '../news2.ts'
import { SNOMED } from '../vocabulary.ts'
import { CLOCK_AHEAD_MS, current } from './claims.ts'
import { codings, effectiveAt, isInForce, list } from './elements.ts'
import { readingOf, type Reading } from './readings.ts'
import type { Referral } from './resources.ts'
import { answer, FACT_SYSTEM, statement } from './statements.ts'

export interface News2 {
  /** The higher of stated and recomputed; undefined when neither is known. With parts missing, a lower bound. */
  readonly total: Fact<number>
  readonly stated: number | undefined
  readonly parts: Scores
  readonly partsSent: 'none' | 'some' | 'all'
  readonly singleThree: boolean
  readonly differs: boolean
  /** What each part was scored by. */
  readonly observed: readonly ObservedPart[]
}

export interface ObservedPart {
  readonly parameter: Parameter
  readonly score: number
  readonly from: string
  /** Instant, milliseconds; undefined when it does not say, or says a time after receipt. */
  readonly at: number | undefined
}

const TOTAL = '1104051000000101'
const SCALE_1 = '1104311000000102'
const SCALE_2 = '1104321000000108'
const SUB_SCORES: Readonly<Record<string, Parameter>> = {
  1104301000000104: 'respiration', [SCALE_1]: 'saturation', [SCALE_2]: 'saturation', 1104331000000105: 'oxygen',
  1104341000000101: 'systolic', 1104351000000103: 'pulse', 1104361000000100: 'consciousness', 1104371000000107: 'temperature',
}

/** A score as the sender states it. */
interface Stated {
  readonly value: number
  readonly at: number
  readonly from: string
}

interface SubScore extends Stated {
  readonly parameter: Parameter
}

/** What was sent of NEWS2, before anything is made of it. */
interface Sent {
  readonly readings: Reading[]
  readonly subScores: SubScore[]
  readonly totals: Stated[]
  /** Scales of oxygen saturation that are named, with or without a score. */
  readonly scales: { readonly scale: 1 | 2; readonly at: number; readonly from: string }[]
}

const MAX_TOTAL = 20

/** Neither for under 16 nor in pregnancy is NEWS2 recomputed (RCP); a total that a sender states still counts. */
export const news2Facts = (
  referral: Referral, receivedAt: number, person: { readonly underSixteen: boolean; readonly pregnant: boolean },
): News2 => {
  const sent = sentIn(referral, receivedAt)
  const { readings, subScores } = sent
  const raw = person.underSixteen || person.pregnant || readings.length === 0 ? NOTHING_SCORED : worstOfScales(referral, sent)
  const sub: Scores = subScores.length === 0 ? {} : Object.fromEntries(PARAMETERS.flatMap(parameter => {
    const score = highest(subScores.filter(each => each.parameter === parameter))
    return score === undefined ? [] : [[parameter, score.value]]
  }))
  const stated = newest(highest(sent.totals) ?? answeredTotal(referral), raw.used)
  const parts = { ...sub, ...raw.scores }
  const count = Object.keys(parts).length
  // As recomputed where there are observations, and as the sender scored it where there are sub-scores.
  const recomputed = count === 0 ? undefined : Math.max(total(parts), total({ ...raw.scores, ...sub }))
  // Somebody may say that one part scores 3 and send neither that part nor a total: it is then at least 3.
  const saidThree = statement(referral, 'news2-single-three', true)
  const least = saidThree?.value === true ? 3 : 0
  const known = [stated?.value, recomputed, ...(least > 0 ? [least] : [])].filter(value => value !== undefined)
  const value = Math.max(...known)
  const observed = observedParts(parts, raw.used, subScores)
  const source = stated?.value === value ? stated.from : (recomputed === value ? observed[0]?.from : undefined) ?? saidThree?.from ?? ''

  return {
    total: known.length === 0 ? undefined : { value, from: source },
    stated: stated?.value,
    parts,
    partsSent: count === 0 ? 'none' : isComplete(parts) ? 'all' : 'some',
    singleThree: hasSingleThree(parts) || hasSingleThree(sub) || least > 0,
    differs: total({ ...raw.scores, ...sub }) !== total(parts) || (stated !== undefined && stated.value < least)
      || (stated !== undefined && recomputed !== undefined && (isComplete(parts) ? recomputed !== stated.value : recomputed > stated.value)),
    observed,
  }
}

const sentIn = (referral: Referral, receivedAt: number): Sent => {
  const sent: Sent = { readings: [], subScores: [], totals: [], scales: [] }
  for (const observation of referral.all('Observation')) {
    if (!isInForce(observation)) continue
    const effective = effectiveAt(observation)
    const isAhead = effective > receivedAt + CLOCK_AHEAD_MS
    // A time that is still to come says nothing: the reading may be the latest.
    const at = isAhead ? 0 : effective
    const before = sent.readings.length + sent.subScores.length + sent.totals.length
    for (const part of [observation, ...list(observation.component)]) {
      read(part, at, referral.name(observation, part === observation ? 'value' : 'component'), sent, referral)
    }
    if (isAhead && sent.readings.length + sent.subScores.length + sent.totals.length > before) {
      referral.conflict({ fact: 'clock', text: 'an observation is dated after its receipt', from: [referral.name(observation, 'effective')] })
    }
  }
  return sent
}

const read = (part: Observation | ObservationComponent, at: number, from: string, sent: Sent, referral: Referral): void => {
  for (const { system, code = '' } of codings(part.code)) {
    const isTotal = (system === SNOMED && code === TOTAL) || (system === FACT_SYSTEM && code === 'news2-total')
    const parameter = system === SNOMED ? SUB_SCORES[code] : undefined
    if (!isTotal && parameter === undefined) continue
    const value = part.valueInteger ?? part.valueQuantity?.value ?? scoreIn(part.valueString)
    const scale = code === SCALE_2 ? 2 : code === SCALE_1 ? 1 : undefined
    // Sent as absent it is the scale that was not used.
    if (scale !== undefined && part.dataAbsentReason === undefined) sent.scales.push({ scale, at, from })
    if (typeof value !== 'number') continue
    const most = isTotal ? MAX_TOTAL : 3
    if (!Number.isInteger(value) || value < 0 || value > most) {
      referral.conflict(isTotal ? { fact: 'news2-total', text: `a NEWS2 of ${value} cannot be: it is 0 to ${MAX_TOTAL}`, from: [from] }
        : { fact: 'observation', text: `a NEWS2 sub-score of ${value} cannot be: it is 0 to 3`, from: [from] })
    } else if (isTotal) sent.totals.push({ value, at, from })
    else if (parameter !== undefined) sent.subScores.push({ parameter, value, at, from })
  }
  const reading = readingOf(part, at, from, referral)
  if (reading !== undefined) sent.readings.push(reading)
}

/** A score sent as text; words are a score that cannot be. */
const scoreIn = (value: string | boolean | undefined): number | undefined =>
  typeof value !== 'string' ? undefined : /^\s*\d{1,2}\s*$/.test(value) ? Number(value) : NaN

const answeredTotal = (referral: Referral): Stated | undefined => {
  const said = answer(referral, 'news2-total')
  const value = typeof said?.value === 'number' ? said.value : scoreIn(said?.value)
  if (said === undefined || value === undefined) return undefined
  if (Number.isInteger(value) && value >= 0 && value <= MAX_TOTAL) return { value, at: said.at, from: said.from }
  referral.conflict({ fact: 'news2-total', text: `a NEWS2 of ${value} cannot be: it is 0 to ${MAX_TOTAL}`, from: [said.from] })
  return undefined
}

/** What the readings score, and which of them were scored. */
interface Scored {
  readonly scores: Scores
  readonly used: readonly Reading[]
}

const NOTHING_SCORED: Scored = { scores: {}, used: [] }

/** On the scale that the newest set names; on both, the worse counts. Scale 2 is a clinician's choice, never the hub's. */
const worstOfScales = (referral: Referral, { readings, scales }: Sent): Scored => {
  const named = current(scales)
  const isTwo = named.some(({ scale }) => scale === 2)
  if (!isTwo || named.every(({ scale }) => scale === 2)) return onScale(readings, isTwo ? 2 : 1)
  referral.conflict({ fact: 'observation', text: 'both scales of oxygen saturation are named', from: named.map(({ from }) => from) })
  const [one, two] = [onScale(readings, 1), onScale(readings, 2)]
  return total(two.scores) > total(one.scores) ? two : one
}

const onScale = (readings: readonly Reading[], scale: 1 | 2): Scored => {
  const used = latest(readings, scale)
  const vitals: Vitals = Object.assign({ scale }, ...used.map(({ vitals: each }) => each)) as Vitals
  return { scores: scores(vitals), used }
}

/** A total is superseded by a complete set of readings that was taken after it. */
const newest = (stated: Stated | undefined, used: readonly Reading[]): Stated | undefined =>
  (stated !== undefined && stated.at > 0 && used.length === PARAMETERS.length && used.every(({ at }) => at > stated.at) ? undefined : stated)

const observedParts = (parts: Scores, used: readonly Reading[], subScores: readonly SubScore[]): readonly ObservedPart[] =>
  PARAMETERS.flatMap(parameter => {
    const score = parts[parameter]
    const source = used.find(each => each.parameter === parameter) ?? highest(subScores.filter(each => each.parameter === parameter))
    return score === undefined || source === undefined ? []
      : [{ parameter, score, from: source.from, at: source.at === 0 ? undefined : source.at }]
  })

const highest = <T extends Stated>(scores: readonly T[]): T | undefined => current(scores).reduce<T | undefined>(
  (worst, each) => (worst === undefined || each.value > worst.value ? each : worst), undefined)

/** Latest reading of each parameter; of one time, the one that scores more. */
const latest = (readings: readonly Reading[], scale: 1 | 2): readonly Reading[] => PARAMETERS.flatMap(parameter => {
  const [first, ...others] = current(readings.filter(each => each.parameter === parameter))
  return first === undefined ? [] : [others.reduce((worst, each) => (scored(each, scale) > scored(worst, scale) ? each : worst), first)]
})

const scored = ({ vitals }: Reading, scale: 1 | 2): number => total(scores({ ...vitals, scale }))
