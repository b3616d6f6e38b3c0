/**
 * Plain statements about the person: true or false, a date, a word. Sent as an Observation coded in the hub's code
 * system `fact`, as the answer to the item of that linkId in a QuestionnaireResponse, among the reasons of the request,
 * or by the national code that says the same.
 */
import type { CodeableConcept, Observation } from 'fhir/r4.js'
import { hubCodeSystem } from '../../fhir/resource.ts'
import { dayNumber, londonTime } from '../../directory/london.ts'
import type { Fact, Known } from '../facts.ts'
import { agreed, type Claim } from './claims.ts'
import { codesOf, effectiveAt, hasCode, list } from './elements.ts'
import { nationalClaims } from './national.ts'
import type { Answer } from './questionnaire.ts'
import type { Referral } from './resources.ts'

export const FACT_SYSTEM = hubCodeSystem('fact')

/** Observations of a fact, latest first; the id decides between equals, so that the order of sending never does. */
export const observationsOf = (referral: Referral, fact: string): readonly Observation[] => {
  const observations = referral.observed(FACT_SYSTEM, fact)
  return observations.length < 2 ? observations : observations.toSorted(latestFirst)
}

export const latestFirst = (a: Observation, b: Observation): number =>
  effectiveAt(b) - effectiveAt(a) || (a.id ?? '').localeCompare(b.id ?? '', 'en')

/**
 * True, false or unknown. A reasonCode of the fact means true.
 *
 * @param whenContradicted what contradicting statements come to; unknown unless one side is the safe one
 */
export const statement = (referral: Referral, fact: string, whenContradicted?: boolean): Fact<boolean> =>
  agreed(referral, fact, claims(referral, fact), whenContradicted)

const claims = (referral: Referral, fact: string): readonly Claim<boolean>[] => {
  const said = referral.answers(fact)
  const observed = referral.observed(FACT_SYSTEM, fact)
  const { request } = referral
  const reason = request !== undefined && list(request.reasonCode).some(concept => hasCode(concept, FACT_SYSTEM, fact))
  const national = nationalClaims(referral, fact)
  if (said.length === 0 && observed.length === 0 && !reason) return national
  return [
    ...observed.flatMap(observation => {
      const value = yesOrNo(observation)
      return value === undefined ? [] : [{ value, from: referral.name(observation, 'value'), at: effectiveAt(observation) }]
    }),
    ...said.flatMap(yesOrNoAnswer),
    ...(reason ? [{ value: true, from: referral.name(request, 'reasonCode'), at: 0 }] : []),
    ...national,
  ]
}

/** http://terminology.hl7.org/CodeSystem/v2-0136, and the SNOMED CT qualifiers yes and no. */
const YES = ['Y', 'true', 'yes', '373066001']
const NO = ['N', 'false', 'no', '373067005']

/** An answer is a boolean, or the code or word that says the same. */
export const yesOrNoAnswer = ({ value, from, at }: Claim<Answer>): readonly Claim<boolean>[] => {
  if (typeof value === 'boolean') return [{ value, from, at }]
  const isYes = YES.includes(String(value))
  return isYes || NO.includes(String(value)) ? [{ value: isYes, from, at }] : []
}

const yesOrNo = (observation: Observation): boolean | undefined => {
  if (typeof observation.valueBoolean === 'boolean') return observation.valueBoolean
  const codes = list(observation.valueCodeableConcept?.coding).map(({ code }) => code ?? '')
  if (codes.some(code => YES.includes(code))) return true
  return codes.some(code => NO.includes(code)) ? false : undefined
}

/**
 * Latest date of a fact as a day number, not after receipt: an Observation of the fact, an answer, or an EpisodeOfCare of
 * the two-hour response. A date after receipt is a conflict.
 *
 * @param recordedAt what the hub's own records say, an instant; the answer names no more of them than that
 */
export const lastTwoHourFact = (referral: Referral, receivedAt: number, recordedAt?: number): Fact<number> => {
  const fact = 'last-two-hour-response'
  const today = londonTime(receivedAt).day
  const all = [
    ...observationsOf(referral, fact).flatMap(observation =>
      dated(observation.valueDateTime ?? observation.valuePeriod?.end ?? observation.valueString, referral.name(observation, 'value'))),
    ...referral.answers(fact).flatMap(({ value, from }) => (typeof value === 'string' ? dated(value, from) : [])),
    ...referral.all('EpisodeOfCare')
      .filter(episode => ['active', 'onhold', 'finished'].includes(episode.status)
        && list(episode.type).some(type => codesOf(type, hubCodeSystem('service')).includes('UCR2H')))
      .flatMap(episode => dated(episode.period?.end ?? episode.period?.start, referral.name(episode, 'period'))),
    ...(recordedAt === undefined ? [] : [{ value: londonTime(recordedAt).day, from: 'records of the hub' }]),
  ]
  const later = all.filter(({ value }) => value > today)
  if (later.length > 0) referral.conflict({ fact, text: 'two-hour care is stated for a day after receipt', from: later.map(({ from }) => from) })
  return all.filter(({ value }) => value <= today).sort((a, b) => b.value - a.value || a.from.localeCompare(b.from, 'en'))[0]
}

const dated = (text: string | undefined, from: string): readonly Known<number>[] => {
  if (typeof text !== 'string') return []
  const date = dayNumber(text)
  if (date !== undefined) return [{ value: date, from }]
  const at = /T/.test(text) ? Date.parse(text) : NaN
  return Number.isNaN(at) ? [] : [{ value: londonTime(at).day, from }]
}

/** A word or a code. */
export const textStatement = (referral: Referral, fact: string): Fact<string> => agreed(referral, fact, [
  ...referral.observed(FACT_SYSTEM, fact).flatMap(observation => {
    const value = observation.valueString ?? codeOf(observation.valueCodeableConcept)
    return value === undefined ? [] : [{ value, from: referral.name(observation, 'value'), at: effectiveAt(observation) }]
  }),
  ...textAnswers(referral, fact),
])

/** Answers that are a text or a code. */
export const textAnswers = (referral: Referral, linkId: string): readonly Claim<string>[] =>
  referral.answers(linkId).flatMap(({ value, from, at }) => (typeof value === 'string' ? [{ value, from, at }] : []))

const codeOf = (concept: CodeableConcept | undefined): string | undefined => concept?.coding?.[0]?.code ?? concept?.text

/** The latest answer to an item. */
export const answer = (referral: Referral, linkId: string): Claim<Answer> | undefined => referral.answers(linkId)[0]
