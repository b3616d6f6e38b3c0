/**
 * NEWS2 as the observations of a referral give it: recomputed from its parts, stated as a total and as sub-scores.
 *
 * Of several readings of a part the latest counts, of one time the worse; one without a time may be the latest. Where what
 * is stated and what is recomputed differ, the higher counts and is named (domain 2.3: the NHS's own example states 6, is 5).
 */
import type { CodeableConcept, Observation, ObservationComponent } from 'fhir/r4.js'
import type { Fact } from '../facts.ts'
import { hasSingleThree, isComplete, PARAMETERS, scores, total, type Consciousness, type Parameter, type Scores, type Vitals } from '../news2.ts'
import { convert, type Dimension } from '../units.ts'
import { LOINC, SNOMED } from '../vocabulary.ts'
import { codings, isInForce, list, type Referral } from './resources.ts'
import { answer, effectiveAt, FACT_SYSTEM, statement } from './statements.ts'

export interface News2 {
  /** The higher of stated and recomputed; undefined when neither is known. With parts missing, a lower bound. */
  readonly total: Fact<number>
  readonly stated: number | undefined
  readonly parts: Scores
  readonly partsSent: 'none' | 'some' | 'all'
  readonly singleThree: boolean
  readonly differs: boolean
}

type Measure = { readonly parameter: Parameter; readonly dimension: Dimension; readonly plausible: readonly [number, number] }

/** Outside these a reading is a slip of the keyboard and is not scored: it is unknown. */
const MEASURES: Readonly<Record<string, Measure>> = Object.fromEntries([
  ...of({ parameter: 'respiration', dimension: 'rate', plausible: [0, 100] }, [`${LOINC}|9279-1`, `${SNOMED}|86290005`]),
  ...of({ parameter: 'saturation', dimension: 'percent', plausible: [20, 100] }, [`${LOINC}|2708-6`, `${LOINC}|59408-5`, `${SNOMED}|103228002`, `${SNOMED}|431314004`]),
  ...of({ parameter: 'systolic', dimension: 'pressure', plausible: [20, 350] }, [`${LOINC}|8480-6`, `${SNOMED}|72313002`, `${SNOMED}|271649006`]),
  ...of({ parameter: 'pulse', dimension: 'rate', plausible: [0, 350] }, [`${LOINC}|8867-4`, `${SNOMED}|364075005`, `${SNOMED}|78564009`]),
  ...of({ parameter: 'temperature', dimension: 'temperature', plausible: [15, 46] }, [`${LOINC}|8310-5`, `${SNOMED}|276885007`, `${SNOMED}|386725007`]),
])

function of(measure: Measure, codes: readonly string[]): readonly (readonly [string, Measure])[] {
  return codes.map(code => [code, measure] as const)
}

const ACVPU: Readonly<Record<string, Consciousness>> = { 248234008: 'A', 130987000: 'C', 300202002: 'V', 450847001: 'P', 422768004: 'U' }
const ACVPU_CODE = '1104441000000107'
const AIR = '722742002'
const OXYGEN = '371825009'
const OXYGEN_FLOW = '3151-8'
const OXYGEN_FRACTION = '3150-6'

const TOTAL = '1104051000000101'
const SCALE_2 = '1104321000000108'
const SUB_SCORES: Readonly<Record<string, Parameter>> = {
  1104301000000104: 'respiration', 1104311000000102: 'saturation', [SCALE_2]: 'saturation', 1104331000000105: 'oxygen',
  1104341000000101: 'systolic', 1104351000000103: 'pulse', 1104361000000100: 'consciousness', 1104371000000107: 'temperature',
}

/** A reading as a piece of the vital signs, with its time and where it stands. */
interface Reading {
  readonly vitals: Partial<Vitals>
  readonly parameter: Parameter
  readonly at: number
  readonly from: string
}

/** Neither for under 16 nor in pregnancy is NEWS2 recomputed (RCP); a total that a sender states still counts. */
export const news2Facts = (referral: Referral, person: { readonly underSixteen: boolean; readonly pregnant: boolean }): News2 => {
  const observations = referral.all('Observation').filter(isInForce)
  const readings: Reading[] = []
  const subScores: (Stated & { readonly parameter: Parameter })[] = []
  const totals: Stated[] = []
  let scale: 1 | 2 = 1

  for (const observation of observations) {
    const at = effectiveAt(observation)
    for (const part of [observation, ...list(observation.component)]) {
      const from = referral.name(observation, part === observation ? 'value' : 'component')
      const codes = codings(part.code)
      for (const { system, code = '' } of codes) {
        if (system === SNOMED && code === SCALE_2) scale = 2
        const parameter = system === SNOMED ? SUB_SCORES[code] : undefined
        const value = scoreOf(part)
        if (parameter !== undefined && value !== undefined && value <= 3) subScores.push({ parameter, value, at, from })
        if (value !== undefined && ((system === SNOMED && code === TOTAL) || (system === FACT_SYSTEM && code === 'news2-total'))) totals.push({ value, at, from })
      }
      const reading = readingOf(part, at, from)
      if (reading !== undefined) readings.push(reading)
    }
  }

  const said = answer(referral, 'news2-total')
  const stated = highest(totals) ?? (typeof said?.value === 'number' ? { value: said.value, at: 0, from: said.from } : undefined)
  const raw = person.underSixteen || person.pregnant ? {} : scores({ ...latest(readings, scale), scale })
  const sub: Scores = Object.fromEntries(PARAMETERS.flatMap(parameter => {
    const score = highest(subScores.filter(each => each.parameter === parameter))
    return score === undefined ? [] : [[parameter, score.value]]
  }))
  const parts = { ...sub, ...raw }
  const sent = Object.keys(parts).length
  // As recomputed where there are observations, and as the sender scored it where there are sub-scores.
  const recomputed = sent === 0 ? undefined : Math.max(total(parts), total({ ...raw, ...sub }))
  // Somebody may say that one part scores 3 and send neither that part nor a total: it is then at least 3.
  const saidThree = statement(referral, 'news2-single-three', true)
  const least = saidThree?.value === true ? 3 : 0
  const known = [stated?.value, recomputed, ...(least > 0 ? [least] : [])].filter(value => value !== undefined)
  const value = Math.max(...known)
  const source = stated?.value === value ? stated.from
    : (recomputed === value ? readings[0]?.from ?? subScores[0]?.from : undefined) ?? saidThree?.from ?? ''

  return {
    total: known.length === 0 ? undefined : { value, from: source },
    stated: stated?.value,
    parts,
    partsSent: sent === 0 ? 'none' : isComplete(parts) ? 'all' : 'some',
    singleThree: hasSingleThree(parts) || hasSingleThree(sub) || least > 0,
    differs: total({ ...raw, ...sub }) !== total(parts) || (stated !== undefined && stated.value < least)
      || (stated !== undefined && recomputed !== undefined && (isComplete(parts) ? recomputed !== stated.value : recomputed > stated.value)),
  }
}

/** A score as the sender states it. */
interface Stated {
  readonly value: number
  readonly at: number
  readonly from: string
}

const highest = <T extends Stated>(scores: readonly T[]): T | undefined => current(scores).reduce<T | undefined>(
  (worst, each) => (worst === undefined || each.value > worst.value ? each : worst), undefined)

/** The latest, and those without a time, which may be later still. */
const current = <T extends { readonly at: number }>(all: readonly T[]): readonly T[] => {
  const latestAt = Math.max(...all.map(({ at }) => at))
  return all.filter(({ at }) => at === latestAt || at === 0)
}

const scoreOf = (part: Observation | ObservationComponent): number | undefined => {
  const value = part.valueInteger ?? part.valueQuantity?.value
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined
}

const readingOf = (part: Observation | ObservationComponent, at: number, from: string): Reading | undefined => {
  for (const { system, code = '' } of codings(part.code)) {
    const measure = MEASURES[`${system}|${code}`]
    const value = measure === undefined || part.valueQuantity === undefined ? undefined : convert(part.valueQuantity, measure.dimension)
    if (measure !== undefined && value !== undefined) {
      const [low, high] = measure.plausible
      return value < low || value > high ? undefined : { vitals: { [measure.parameter]: value }, parameter: measure.parameter, at, from }
    }
    if (system === SNOMED && code === ACVPU_CODE) {
      const consciousness = acvpu(part.valueCodeableConcept)
      return consciousness === undefined ? undefined : { vitals: { consciousness }, parameter: 'consciousness', at, from }
    }
  }
  const oxygen = oxygenOf(part)
  return oxygen === undefined ? undefined : { vitals: { oxygen }, parameter: 'oxygen', at, from }
}

const acvpu = (value: CodeableConcept | undefined): Consciousness | undefined =>
  codings(value).map(({ system, code = '' }) => (system === SNOMED ? ACVPU[code] : undefined)).find(found => found !== undefined)

/** "Room air" and "oxygen" as the code of an Observation without value, as its value, or as a flow or fraction. */
const oxygenOf = (part: Observation | ObservationComponent): boolean | undefined => {
  const named = [...codings(part.valueCodeableConcept), ...codings(part.code)].filter(({ system }) => system === SNOMED).map(({ code }) => code)
  if (named.includes(AIR)) return part.valueBoolean === undefined ? false : !part.valueBoolean
  if (named.includes(OXYGEN)) return part.valueBoolean ?? true
  const loinc = codings(part.code).filter(({ system }) => system === LOINC).map(({ code }) => code)
  if (part.valueQuantity === undefined) return undefined
  if (loinc.includes(OXYGEN_FLOW)) {
    const flow = convert(part.valueQuantity, 'flow')
    return flow === undefined ? undefined : flow > 0
  }
  if (loinc.includes(OXYGEN_FRACTION)) {
    const fraction = convert(part.valueQuantity, 'percent')
    return fraction === undefined ? undefined : fraction > 21
  }
  return undefined
}

/** Latest reading of each parameter; of one time, the one that scores more. */
const latest = (readings: readonly Reading[], scale: 1 | 2): Partial<Vitals> =>
  Object.assign({}, ...PARAMETERS.map(parameter => current(readings.filter(each => each.parameter === parameter))
    .reduce<Partial<Vitals>>((worst, { vitals }) => (scored(vitals, scale) > scored(worst, scale) || worst === NOTHING ? vitals : worst), NOTHING))) as Partial<Vitals>

const NOTHING: Partial<Vitals> = {}

const scored = (vitals: Partial<Vitals>, scale: 1 | 2): number => total(scores({ ...vitals, scale }))
