/**
 * What a QuestionnaireResponse says, by linkId, at any depth. Each item of the hub's questionnaire is named for the fact
 * it asks for, so that a partner without coded data can state any of them.
 */
import type { QuestionnaireResponse, QuestionnaireResponseItem, QuestionnaireResponseItemAnswer } from 'fhir/r4.js'
import type { Claim } from './claims.ts'
import { instantOf, list } from './elements.ts'
import type { Referral } from './resources.ts'

/** A boolean, a number, or a text, date or code as text. */
export type Answer = boolean | number | string

/** Every answer by its linkId, the latest response first. */
export const answersIn = (responses: readonly QuestionnaireResponse[], name: Referral['name']): ReadonlyMap<string, readonly Claim<Answer>[]> => {
  const found = new Map<string, Claim<Answer>[]>()
  for (const response of responses.toSorted((a, b) => instantOf(b.authored) - instantOf(a.authored))) {
    const at = instantOf(response.authored)
    const walk = (items: readonly QuestionnaireResponseItem[]): void => {
      for (const item of items) {
        for (const given of list(item.answer)) {
          const value = valueOf(given)
          if (value !== undefined && typeof item.linkId === 'string') {
            const claim = { value, from: name(response, `item('${item.linkId}').answer`), at }
            const same = found.get(item.linkId)
            if (same === undefined) found.set(item.linkId, [claim])
            else same.push(claim)
          }
          walk(list(given.item))
        }
        walk(list(item.item))
      }
    }
    walk(list(response.item))
  }
  return found
}

const valueOf = (given: QuestionnaireResponseItemAnswer): Answer | undefined => {
  const value = given.valueBoolean ?? given.valueInteger ?? given.valueDecimal ?? given.valueCoding?.code ?? given.valueCoding?.display ?? given.valueString ?? given.valueDate
    ?? given.valueDateTime ?? given.valueQuantity?.value
  return ['boolean', 'number', 'string'].includes(typeof value) ? value : undefined
}
