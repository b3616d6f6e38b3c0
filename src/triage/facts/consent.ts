/**
 * Consent to the service, capacity with best interests, and the advance plan. Consent to share information is another
 * thing and says nothing here; a decision against resuscitation is not a decision against hospital.
 */
import type { CodeableConcept, Consent as ConsentResource, DocumentReference } from 'fhir/r4.js'
import type { Fact, Known } from '../facts.ts'
import { agreed, type Claim } from './claims.ts'
import { codesOf, effectiveAt, hasCode, instantOf, isInForce, list } from './elements.ts'
import type { Referral } from './resources.ts'
import { FACT_SYSTEM, statement, textAnswers, yesOrNoAnswer } from './statements.ts'

/** `lacks-bi`: lacks capacity, a best-interests decision is recorded; `lacks-nobi`: lacks capacity, none is. */
export type Consent = 'given' | 'declined' | 'lacks-bi' | 'lacks-nobi'

const PARTICIPATION = 'consent-participation'

export const consentFact = (referral: Referral): Fact<Consent> => {
  const capacity = statement(referral, 'capacity', false)
  if (capacity?.value === false) return { value: hasBestInterests(referral) ? 'lacks-bi' : 'lacks-nobi', from: capacity.from }
  return agreed(referral, PARTICIPATION, [...decisions(referral), ...said(referral)])
}

/** Decisions that were taken, or refused: a draft says nothing, and neither does one that was taken back. */
const decisions = (referral: Referral): readonly Claim<Consent>[] => referral.all('Consent')
  .filter(consent => isAbout(consent, PARTICIPATION) && !['draft', 'proposed', 'inactive', 'entered-in-error'].includes(consent.status))
  .map(consent => ({
    value: consent.status === 'rejected' || consent.provision?.type === 'deny' ? 'declined' : 'given',
    from: referral.name(consent), at: instantOf(consent.dateTime),
  }))

const said = (referral: Referral): readonly Claim<Consent>[] => [
  ...referral.observed(FACT_SYSTEM, PARTICIPATION).flatMap(observation => (observation.valueBoolean === undefined ? [] : [{
    value: observation.valueBoolean, from: referral.name(observation, 'value'), at: effectiveAt(observation),
  }])),
  ...referral.answers(PARTICIPATION).flatMap(yesOrNoAnswer),
].map(claim => ({ ...claim, value: claim.value ? 'given' : 'declined' }))

/** A Consent by its category, or by what it permits or denies. */
const isAbout = (consent: ConsentResource, code: string): boolean => named([...list(consent.category), ...list(consent.provision?.code)], code)

const named = (concepts: readonly (CodeableConcept | undefined)[], code: string): boolean => concepts.some(concept => hasCode(concept, FACT_SYSTEM, code))

/** The record of a best-interests decision: a document, a Consent on the person's behalf, or that somebody says there is one. */
const hasBestInterests = (referral: Referral): boolean => statement(referral, 'best-interests')?.value === true
  || documents(referral, 'best-interests').length > 0
  || referral.all('Consent').some(consent => consent.status === 'active' && isAbout(consent, 'best-interests'))

const documents = (referral: Referral, code: string): readonly DocumentReference[] => referral.all('DocumentReference').filter(document =>
  document.status === 'current' && named([document.type, ...list(document.category), ...list(document.context?.event)], code))

const NOT_FOR_HOSPITAL = 'not-for-hospital'

/** A Flag, a Consent (treatment preference), or a ReSPECT document with the decision coded; also an Observation or an answer. */
export const advancePlanFact = (referral: Referral): Fact<'not-for-hospital'> => {
  const stated = first(referral.all('Flag').filter(flag => isInForce(flag) && hasCode(flag.code, FACT_SYSTEM, NOT_FOR_HOSPITAL)), flag => referral.name(flag, 'code'))
    // Denied, the preference is the other way round.
    ?? first(referral.all('Consent').filter(consent => consent.status === 'active' && consent.provision?.type !== 'deny' && isAbout(consent, NOT_FOR_HOSPITAL)),
      consent => referral.name(consent))
    ?? first(documents(referral, NOT_FOR_HOSPITAL), document => referral.name(document))
    ?? first(referral.observed(FACT_SYSTEM, 'advance-plan')
      .filter(observation => codesOf(observation.valueCodeableConcept, FACT_SYSTEM).includes(NOT_FOR_HOSPITAL)), observation => referral.name(observation, 'value'))
    ?? textAnswers(referral, 'advance-plan').find(({ value }) => value === NOT_FOR_HOSPITAL)
  return stated === undefined ? undefined : { value: NOT_FOR_HOSPITAL, from: stated.from }
}

const first = <T>(found: readonly T[], from: (each: T) => string): Pick<Known<string>, 'from'> | undefined =>
  (found[0] === undefined ? undefined : { from: from(found[0]) })
