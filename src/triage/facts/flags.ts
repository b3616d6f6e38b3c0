/**
 * Red flags, soft flags and safeguarding: a Flag or Condition in the hub's code systems, answers of a
 * QuestionnaireResponse, and for red flags the national Pathways dispositions. They only ever add: a sender cannot
 * state that a flag is absent in a way that outweighs another who states it.
 */
import { hubCodeSystem } from '../../fhir/resource.ts'
import { SNOMED, type Vocabulary } from '../vocabulary.ts'
import type { Fact } from '../facts.ts'
import { codesOf, codings, hasCode, isAsserted, isInForce, list } from './elements.ts'
import type { Referral } from './resources.ts'
import { FACT_SYSTEM, statement, textAnswers } from './statements.ts'

export interface CodedFact {
  readonly code: string
  readonly from: string
}

const PATHWAYS = 'pathways-dx-codes'
const FLAG_CATEGORIES = 'https://fhir.nhs.uk/CodeSystem/flag-categories-bars'
const SAFEGUARDING_CONCERN = '766561000000109'

export const referralFlags = (referral: Referral, vocabulary: Vocabulary): { redFlags: readonly CodedFact[]; softFlags: readonly CodedFact[] } => ({
  redFlags: inOrder([
    ...coded(referral, 'red-flag', vocabulary.redFlags),
    ...dispositions(referral).flatMap(({ code, from }) => {
      const redFlag = vocabulary.pathwaysRedFlags.get(code.toUpperCase())
      return redFlag === undefined ? [] : [{ code: redFlag, from }]
    }),
  ]),
  softFlags: inOrder(coded(referral, 'soft-flag', vocabulary.softFlags)),
})

/** Flags, Conditions and Observations in the system, flags among the reasons, and answers to the item of that linkId. */
const coded = (referral: Referral, system: string, known: ReadonlySet<string>): readonly CodedFact[] => {
  const url = hubCodeSystem(system)
  const { request } = referral
  const found = [
    ...referral.all('Flag').filter(isInForce).flatMap(flag => from(codesOf(flag.code, url), referral.name(flag, 'code'))),
    ...referral.all('Condition').filter(isAsserted).flatMap(condition => from(codesOf(condition.code, url), referral.name(condition, 'code'))),
    ...[...known].flatMap(code => referral.observed(url, code).filter(({ valueBoolean }) => valueBoolean !== false)
      .map(observation => ({ code, from: referral.name(observation, 'code') }))),
    ...(request === undefined ? [] : list(request.reasonCode).flatMap((concept, index) =>
      from(codesOf(concept, url), referral.name(request, `reasonCode[${index}]`)))),
    ...textAnswers(referral, system).filter(({ value }) => !/^(?:no|none)$/i.test(value)).map(({ value, from: source }) => ({ code: value, from: source })),
  ]
  const yes = referral.answers(system).filter(({ value }) => value === true)
  if (yes.length > 0) referral.conflict({ fact: system, text: `a ${system} is answered with yes, and not which`, from: yes.map(claim => claim.from) })
  if (found.length === 0) return found
  for (const { code, from: source } of found) {
    // A flag that nobody here can read is no reason to go on as if there were none.
    if (!known.has(code)) referral.conflict({ fact: system, text: `a ${system} is coded as none that this hub knows`, from: [source] })
  }
  return found.filter(({ code }) => known.has(code))
}

const from = (codes: readonly string[], source: string): readonly CodedFact[] => codes.map(code => ({ code, from: source }))

/** Pathways dispositions stand in a CarePlan's outcome, or among the reasons. */
const dispositions = (referral: Referral): readonly CodedFact[] => {
  const concepts = [
    ...referral.all('CarePlan').filter(isInForce).flatMap(plan => list(plan.activity).flatMap(activity =>
      list(activity.outcomeCodeableConcept).map(concept => ({ concept, source: referral.name(plan, 'activity.outcomeCodeableConcept') })))),
    ...list(referral.request?.reasonCode).map(concept => ({ concept, source: 'ServiceRequest.reasonCode' })),
    ...referral.all('Condition').filter(isAsserted).map(condition => ({ concept: condition.code, source: referral.name(condition, 'code') })),
  ]
  return concepts.flatMap(({ concept, source }) =>
    codings(concept).flatMap(coding => (String(coding.system).endsWith(PATHWAYS) && typeof coding.code === 'string' ? [{ code: coding.code, from: source }] : [])))
}

/** Sorted by code, each once: what was sent first never matters. */
const inOrder = (facts: readonly CodedFact[]): readonly CodedFact[] => {
  const byCode = new Map<string, CodedFact>()
  for (const fact of facts) {
    const other = byCode.get(fact.code)
    if (other === undefined || fact.from < other.from) byCode.set(fact.code, fact)
  }
  return [...byCode.values()].sort((a, b) => a.code.localeCompare(b.code, 'en'))
}

export const safeguardingFact = (referral: Referral): Fact<boolean> => {
  const flag = referral.all('Flag').filter(isInForce).find(each =>
    list(each.category).some(category => hasCode(category, FLAG_CATEGORIES, 'SG'))
    || hasCode(each.code, SNOMED, SAFEGUARDING_CONCERN) || hasCode(each.code, FACT_SYSTEM, 'safeguarding'))
  if (flag !== undefined) return { value: true, from: referral.name(flag) }
  const condition = referral.all('Condition').filter(isAsserted).find(each => hasCode(each.code, SNOMED, SAFEGUARDING_CONCERN))
  if (condition !== undefined) return { value: true, from: referral.name(condition, 'code') }
  return statement(referral, 'safeguarding', true)
}
