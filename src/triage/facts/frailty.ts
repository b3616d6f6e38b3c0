/** Clinical frailty: the score as an Observation, or a Condition of the electronic frailty index as the score it stands for. */
import type { Fact } from '../facts.ts'
import { SNOMED } from '../vocabulary.ts'
import { isAsserted } from './flags.ts'
import { hasCode, isInForce, type Referral } from './resources.ts'
import { answer, FACT_SYSTEM, latestFirst } from './statements.ts'

const CLINICAL_FRAILTY_SCALE = '763264000'

/** Categories of the index: mild, moderate, severe, read as 5, 6 and 7 of the scale (domain 2.1: 5 mild, 6 moderate, 7 severe). */
const FRAILTY_INDEX = [['925861000000102', 7], ['925831000000107', 6], ['925791000000100', 5]] as const

export const frailtyFact = (referral: Referral): Fact<number> => {
  const scored = referral.all('Observation')
    .filter(observation => isInForce(observation)
      && (hasCode(observation.code, SNOMED, CLINICAL_FRAILTY_SCALE) || hasCode(observation.code, FACT_SYSTEM, 'frailty')))
    .sort(latestFirst)
  for (const observation of scored) {
    const value = observation.valueInteger ?? observation.valueQuantity?.value
    if (value !== undefined && isScore(value)) return { value, from: referral.name(observation, 'value') }
  }
  for (const [code, value] of FRAILTY_INDEX) {
    const condition = referral.all('Condition').find(each => isAsserted(each) && hasCode(each.code, SNOMED, code))
    if (condition !== undefined) return { value, from: referral.name(condition, 'code') }
  }
  const said = answer(referral, 'frailty')
  return typeof said?.value === 'number' && isScore(said.value) ? { value: said.value, from: said.from } : undefined
}

const isScore = (value: number): boolean => Number.isInteger(value) && value >= 1 && value <= 9
