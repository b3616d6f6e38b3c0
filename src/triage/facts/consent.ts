/**
 * Consent to the service, capacity with best interests, and the advance plan. Consent to share information is another
 * thing and says nothing here; a decision against resuscitation is not a decision against hospital.
 */
import type { Consent as ConsentResource } from 'fhir/r4.js'
import type { Fact } from '../facts.ts'
import { codesOf, hasCode, isInForce, list, type Referral } from './resources.ts'
import { answers, FACT_SYSTEM, observationsOf, statement } from './statements.ts'

/** `lacks-bi`: lacks capacity, a best-interests decision is recorded; `lacks-nobi`: lacks capacity, none is. */
export type Consent = 'given' | 'declined' | 'lacks-bi' | 'lacks-nobi'

export const consentFact = (referral: Referral): Fact<Consent> => {
  const capacity = statement(referral, 'capacity')
  if (capacity?.value === false) {
    return { value: statement(referral, 'best-interests')?.value === true ? 'lacks-bi' : 'lacks-nobi', from: capacity.from }
  }
  const decisions = referral.all('Consent').filter(consent => isParticipation(consent) && !['draft', 'proposed', 'inactive', 'entered-in-error'].includes(consent.status))
  const [latest] = [...decisions].sort((a, b) => (b.dateTime ?? '').localeCompare(a.dateTime ?? '', 'en') || (a.id ?? '').localeCompare(b.id ?? '', 'en'))
  if (latest !== undefined) {
    const declined = latest.status === 'rejected' || latest.provision?.type === 'deny'
    return { value: declined ? 'declined' : 'given', from: referral.name(latest) }
  }
  const said = statement(referral, 'consent-participation')
  return said === undefined ? undefined : { value: said.value ? 'given' : 'declined', from: said.from }
}

const isParticipation = (consent: ConsentResource): boolean =>
  [...list(consent.category), ...list(consent.provision?.code)].some(concept => hasCode(concept, FACT_SYSTEM, 'consent-participation'))

const NOT_FOR_HOSPITAL = 'not-for-hospital'

/** A Flag, a Consent (treatment preference), or a ReSPECT document with the decision coded; also an Observation or an answer. */
export const advancePlanFact = (referral: Referral): Fact<'not-for-hospital'> => {
  const flag = referral.all('Flag').find(each => isInForce(each) && hasCode(each.code, FACT_SYSTEM, NOT_FOR_HOSPITAL))
  if (flag !== undefined) return { value: NOT_FOR_HOSPITAL, from: referral.name(flag, 'code') }
  const consent = referral.all('Consent').find(each => each.status === 'active'
    && [...list(each.category), ...list(each.provision?.code)].some(concept => hasCode(concept, FACT_SYSTEM, NOT_FOR_HOSPITAL)))
  if (consent !== undefined) return { value: NOT_FOR_HOSPITAL, from: referral.name(consent) }
  const document = referral.all('DocumentReference').find(each => each.status === 'current'
    && [...list(each.category), ...list(each.context?.event)].some(concept => hasCode(concept, FACT_SYSTEM, NOT_FOR_HOSPITAL)))
  if (document !== undefined) return { value: NOT_FOR_HOSPITAL, from: referral.name(document) }
  const observation = observationsOf(referral, 'advance-plan').find(each => codesOf(each.valueCodeableConcept, FACT_SYSTEM).includes(NOT_FOR_HOSPITAL))
  if (observation !== undefined) return { value: NOT_FOR_HOSPITAL, from: referral.name(observation, 'value') }
  const said = answers(referral, 'advance-plan').find(({ value }) => value === NOT_FOR_HOSPITAL)
  return said === undefined ? undefined : { value: NOT_FOR_HOSPITAL, from: said.from }
}
