/**
 * What the person is referred for: codes of the hub's code system `need`, or the SNOMED CT codes that a pack maps to
 * one, in reasonCode, the Conditions of reasonReference, code, orderDetail or the questionnaire. The order given is
 * kept: it breaks ties between needs of one urgency.
 */
import type { CodeableConcept } from 'fhir/r4.js'
import { hubCodeSystem } from '../../fhir/resource.ts'
import { SNOMED, type Vocabulary } from '../vocabulary.ts'
import type { Conflict } from './claims.ts'
import { codesOf, codings, isAsserted, list } from './elements.ts'
import type { CodedFact } from './flags.ts'
import type { Referral } from './resources.ts'
import { textAnswers } from './statements.ts'

const NEED_SYSTEM = hubCodeSystem('need')

export const needsFact = (referral: Referral, vocabulary: Vocabulary): readonly CodedFact[] => {
  const { request } = referral
  const concepts: (readonly [CodeableConcept | undefined, string])[] = request === undefined ? [] : [
    ...list(request.reasonCode).map((concept, index) => [concept, referral.name(request, `reasonCode[${index}]`)] as const),
    ...list(request.reasonReference).flatMap(reference => {
      const condition = referral.follow(reference, 'Condition', request)
      return condition === undefined || !isAsserted(condition) ? [] : [[condition.code, referral.name(condition, 'code')] as const]
    }),
    [request.code, referral.name(request, 'code')],
    ...list(request.orderDetail).map((concept, index) => [concept, referral.name(request, `orderDetail[${index}]`)] as const),
  ]
  const found = [
    ...concepts.flatMap(([concept, from]) => needsIn(concept, vocabulary).map(code => ({ code, from }))),
    ...textAnswers(referral, 'need').flatMap(({ value, from }) => {
      const code = vocabulary.needs.has(value) ? value : vocabulary.snomedNeeds.get(value)
      if (code === undefined) referral.conflict(unknown([from]))
      return code === undefined ? [] : [{ code, from }]
    }),
  ]
  for (const [concept, from] of concepts) {
    if (codesOf(concept, NEED_SYSTEM).some(code => !vocabulary.needs.has(code))) referral.conflict(unknown([from]))
  }
  const uncoded = found.length > 0 ? [] : concepts.filter(([concept]) => concept !== undefined && concept !== request?.code && !isOfHub(concept))
  if (uncoded.length > 0) {
    referral.conflict({ fact: 'need', text: 'what the person is referred for is not coded in a way that this hub knows', from: uncoded.map(([, from]) => from) })
  }
  return found.filter((need, index) => found.findIndex(({ code }) => code === need.code) === index)
}

/** A fact or a flag among the reasons is read as what it is. */
const isOfHub = (concept: CodeableConcept): boolean => codings(concept).some(({ system }) => system?.startsWith(HUB_SYSTEMS) === true)
const HUB_SYSTEMS = hubCodeSystem('')

const unknown = (from: readonly string[]): Conflict => ({ fact: 'need', text: 'a need is coded as none that this hub knows', from })

const needsIn = (concept: CodeableConcept | undefined, vocabulary: Vocabulary): readonly string[] => {
  const own = codesOf(concept, NEED_SYSTEM).filter(code => vocabulary.needs.has(code))
  if (own.length > 0) return own
  return codesOf(concept, SNOMED).flatMap(code => vocabulary.snomedNeeds.get(code) ?? [])
}
