/**
 * Clinical frailty: the score as an Observation, or a Condition of the electronic frailty index as the score it stands
 * for. The index is worked out from records, the score by somebody who knows the person: the score counts, unless the two
 * are more than two steps apart.
 */
import type { Fact } from '../facts.ts'
import { SNOMED } from '../vocabulary.ts'
import { agreed, type Claim } from './claims.ts'
import { effectiveAt, hasCode, isAsserted } from './elements.ts'
import type { Referral } from './resources.ts'
import { FACT_SYSTEM } from './statements.ts'

const CLINICAL_FRAILTY_SCALE = '763264000'

/** Categories of the index: mild, moderate, severe, read as 5, 6 and 7 of the scale (domain 2.1: 5 mild, 6 moderate, 7 severe). */
const FRAILTY_INDEX = [['925861000000102', 7], ['925831000000107', 6], ['925791000000100', 5]] as const

export const frailtyFact = (referral: Referral): Fact<number> => {
  const stated = [
    ...referral.observed(SNOMED, CLINICAL_FRAILTY_SCALE), ...referral.observed(FACT_SYSTEM, 'frailty'),
  ].map(observation => ({
    value: observation.valueInteger ?? observation.valueQuantity?.value, from: referral.name(observation, 'value'), at: effectiveAt(observation),
  }))
  const scores = [...stated, ...referral.answers('frailty')].flatMap((claim): readonly Claim<number>[] => {
    if (typeof claim.value !== 'number') return []
    if (isScore(claim.value)) return [{ ...claim, value: claim.value }]
    referral.conflict({ fact: 'frailty', text: `a clinical frailty score of ${claim.value} cannot be: the scale is 1 to 9`, from: [claim.from] })
    return []
  })
  const index = FRAILTY_INDEX.flatMap(([code, value]) => referral.all('Condition')
    .filter(condition => isAsserted(condition) && hasCode(condition.code, SNOMED, code))
    .map(condition => ({ value, from: referral.name(condition, 'code') })))[0]
  const score = agreed(referral, 'frailty', scores)
  if (scores.length === 0) return index
  // The index ends at severe, the scale goes on to 9.
  if (score === undefined || index === undefined || Math.abs(Math.min(score.value, SEVERE) - index.value) <= STEPS_APART) return score
  referral.conflict({
    fact: 'frailty', text: `frailty is scored ${score.value}, and the frailty index stands for ${index.value}`, from: [score.from, index.from],
  })
  return undefined
}

const SEVERE = 7
const STEPS_APART = 2

const isScore = (value: number): boolean => Number.isInteger(value) && value >= 1 && value <= 9
