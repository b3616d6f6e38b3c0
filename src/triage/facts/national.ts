/**
 * Plain statements that a national code makes: as a Condition or Observation of the person, a reason of the request, or
 * what the request or a Task of it asks for. SNOMED CT; rehabilitation potential and safety to wait have no such code.
 */
import type { CodeableConcept } from 'fhir/r4.js'
import { SNOMED } from '../vocabulary.ts'
import type { Claim } from './claims.ts'
import { codesOf, effectiveAt, isAsserted, isInForce, list } from './elements.ts'
import type { Referral } from './resources.ts'

interface National {
  readonly codes: readonly string[]
  readonly value: boolean
  /** `finding`: it says something of the person; `order`: that it is asked for says that it was decided. */
  readonly as: 'finding' | 'order'
}

const NATIONAL: Readonly<Record<string, National>> = {
  // Housebound (domain 2.1).
  'can-travel': { codes: ['160689007'], value: false, as: 'finding' },
  // Chronic disease.
  'long-term-condition': { codes: ['27624003'], value: true, as: 'finding' },
  // Hospital admission; emergency hospital admission.
  'admission-decided': { codes: ['32485007', '183452005'], value: true, as: 'order' },
}

export const nationalClaims = (referral: Referral, fact: string): readonly Claim<boolean>[] => {
  const national = NATIONAL[fact]
  return national === undefined ? [] : national.as === 'finding' ? findings(referral, national) : orders(referral, national)
}

const findings = (referral: Referral, { codes, value }: National): readonly Claim<boolean>[] => {
  const { request } = referral
  return [
    ...codes.flatMap(code => referral.observed(SNOMED, code)).filter(({ valueBoolean }) => valueBoolean !== false)
      .map(observation => ({ value, from: referral.name(observation, 'code'), at: effectiveAt(observation) })),
    ...referral.all('Observation').filter(observation => isInForce(observation) && says(observation.valueCodeableConcept, codes))
      .map(observation => ({ value, from: referral.name(observation, 'value'), at: effectiveAt(observation) })),
    ...referral.all('Condition').filter(condition => isAsserted(condition) && says(condition.code, codes))
      .map(condition => ({ value, from: referral.name(condition, 'code'), at: 0 })),
    ...(request !== undefined && list(request.reasonCode).some(concept => says(concept, codes))
      ? [{ value, from: referral.name(request, 'reasonCode'), at: 0 }] : []),
  ]
}

/** A plan or a proposal to admit decides nothing yet. */
const orders = (referral: Referral, { codes, value }: National): readonly Claim<boolean>[] => {
  const { request } = referral
  const asked = request !== undefined && request.intent.endsWith('order')
    && [request.code, ...list(request.orderDetail), ...list(request.reasonCode)].some(concept => says(concept, codes))
  return [
    ...(asked ? [{ value, from: referral.name(request, 'code'), at: 0 }] : []),
    ...referral.all('Task').filter(task => !['cancelled', 'rejected', 'failed', 'entered-in-error', 'draft'].includes(task.status) && says(task.code, codes))
      .map(task => ({ value, from: referral.name(task, 'code'), at: 0 })),
  ]
}

const says = (concept: CodeableConcept | undefined, codes: readonly string[]): boolean => codesOf(concept, SNOMED).some(code => codes.includes(code))
