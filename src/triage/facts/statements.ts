/**
 * Plain statements about the person: true or false, a date, a word. Sent as an Observation coded in the hub's code
 * system `fact`, or as the answer to the item of that linkId in a QuestionnaireResponse.
 */
import type { CodeableConcept, Observation, QuestionnaireResponse, QuestionnaireResponseItem, QuestionnaireResponseItemAnswer } from 'fhir/r4.js'
import { hubCodeSystem } from '../../fhir/resource.ts'
import { dayNumber, londonTime } from '../../directory/london.ts'
import type { Fact, Known } from '../facts.ts'
import { codesOf, hasCode, isInForce, list, type Referral } from './resources.ts'

export const FACT_SYSTEM = hubCodeSystem('fact')

/** Observations of a fact, latest first; the id decides between equals, so that the order of sending never does. */
export const observationsOf = (referral: Referral, fact: string): readonly Observation[] => {
  const observations = referral.observed(FACT_SYSTEM, fact)
  return observations.length < 2 ? observations : observations.toSorted(latestFirst)
}

export const latestFirst = (a: Observation, b: Observation): number =>
  effectiveAt(b) - effectiveAt(a) || (a.id ?? '').localeCompare(b.id ?? '', 'en')

/** Instant of an observation, 0 when it does not say. */
export const effectiveAt = (observation: Observation): number => {
  const at = Date.parse(observation.effectiveDateTime ?? observation.effectiveInstant ?? observation.effectivePeriod?.end
    ?? observation.effectivePeriod?.start ?? observation.issued ?? '')
  return Number.isNaN(at) ? 0 : at
}

/**
 * True, false or unknown. A reasonCode of the fact means true.
 *
 * @param whenContradicted what two contradicting statements of one time come to; unknown unless one side is the safe one
 */
export const statement = (referral: Referral, fact: string, whenContradicted?: boolean): Fact<boolean> => {
  const observed = observationsOf(referral, fact).flatMap(observation => {
    const value = yesOrNo(observation)
    return value === undefined ? [] : [{ value, from: referral.name(observation, 'value'), at: effectiveAt(observation) }]
  })
  const [latest] = observed
  if (latest !== undefined) {
    const other = observed.find(({ at, value }) => at === latest.at && value !== latest.value)
    if (other === undefined) return { value: latest.value, from: latest.from }
    return whenContradicted === undefined ? undefined : { value: whenContradicted, from: latest.value === whenContradicted ? latest.from : other.from }
  }
  const said = answer(referral, fact)
  if (typeof said?.value === 'boolean') return { value: said.value, from: said.from }
  const { request } = referral
  return request !== undefined && list(request.reasonCode).some(concept => hasCode(concept, FACT_SYSTEM, fact))
    ? { value: true, from: referral.name(request, 'reasonCode') } : undefined
}

const YES = ['Y', 'true', 'yes', '373066001']
const NO = ['N', 'false', 'no', '373067005']

const yesOrNo = (observation: Observation): boolean | undefined => {
  if (typeof observation.valueBoolean === 'boolean') return observation.valueBoolean
  const codes = list(observation.valueCodeableConcept?.coding).map(({ code }) => code ?? '')
  if (codes.some(code => YES.includes(code))) return true
  return codes.some(code => NO.includes(code)) ? false : undefined
}

/** Latest date of a fact, not after receipt: an Observation of the fact, an answer, or the hub's own records of care. */
export const dateStatement = (referral: Referral, fact: string, receivedAt: number): Fact<number> => {
  const today = londonTime(receivedAt).day
  const observed = observationsOf(referral, fact).flatMap(observation =>
    dated(observation.valueDateTime ?? observation.valuePeriod?.end ?? observation.valueString, referral.name(observation, 'value')))
  const said = answer(referral, fact)
  const answered = typeof said?.value === 'string' ? dated(said.value, said.from) : []
  const recorded = referral.all('EpisodeOfCare')
    .filter(episode => ['active', 'onhold', 'finished'].includes(episode.status) && list(episode.type).some(type => codesOf(type, hubCodeSystem('service')).includes('UCR2H')))
    .flatMap(episode => dated(episode.period?.end ?? episode.period?.start, referral.name(episode, 'period')))
  return [...observed, ...answered, ...recorded]
    .filter(({ value }) => value <= today)
    .sort((a, b) => b.value - a.value || a.from.localeCompare(b.from, 'en'))[0]
}

const dated = (text: string | undefined, from: string): readonly Known<number>[] => {
  if (text === undefined) return []
  const date = dayNumber(text)
  if (date !== undefined) return [{ value: date, from }]
  const at = /T/.test(text) ? Date.parse(text) : NaN
  return Number.isNaN(at) ? [] : [{ value: londonTime(at).day, from }]
}

/** A word or a code. */
export const textStatement = (referral: Referral, fact: string): Fact<string> => {
  for (const observation of observationsOf(referral, fact)) {
    const value = observation.valueString ?? codeOf(observation.valueCodeableConcept)
    if (value !== undefined) return { value, from: referral.name(observation, 'value') }
  }
  const said = answer(referral, fact)
  return typeof said?.value === 'string' ? { value: said.value, from: said.from } : undefined
}

const codeOf = (concept: CodeableConcept | undefined): string | undefined => concept?.coding?.[0]?.code ?? concept?.text

/** First answer to an item: a boolean, a number, or a text, date or code as text. */
export const answer = (referral: Referral, linkId: string): Fact<boolean | number | string> => answers(referral, linkId)[0]

/** Every answer to the items of a linkId, at any depth; of several responses the latest first. */
export const answers = (referral: Referral, linkId: string): readonly Known<boolean | number | string>[] =>
  referral.all('QuestionnaireResponse').filter(isInForce).toSorted((a, b) => authoredAt(b) - authoredAt(a)).flatMap(response =>
    itemsOf(list(response.item), linkId).flatMap(item => list(item.answer).flatMap(given => {
      const value = valueOf(given)
      return value === undefined ? [] : [{ value, from: referral.name(response, `item('${linkId}').answer`) }]
    })))

const authoredAt = ({ authored }: QuestionnaireResponse): number => {
  const at = Date.parse(String(authored))
  return Number.isNaN(at) ? 0 : at
}

const itemsOf = (items: readonly QuestionnaireResponseItem[], linkId: string): readonly QuestionnaireResponseItem[] =>
  items.flatMap(item => [
    ...(item.linkId === linkId ? [item] : []),
    ...itemsOf(list(item.item), linkId),
    ...list(item.answer).flatMap(given => itemsOf(list(given.item), linkId)),
  ])

const valueOf = (given: QuestionnaireResponseItemAnswer): boolean | number | string | undefined =>
  given.valueBoolean ?? given.valueInteger ?? given.valueDecimal ?? given.valueCoding?.code ?? given.valueString ?? given.valueDate
  ?? given.valueDateTime ?? given.valueQuantity?.value
