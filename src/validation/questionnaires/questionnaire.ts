/**
 * A Questionnaire as its answers see it: items by link id, where each stands, what it allows; and the rules of R4's text
 * on enableWhen, that it asks another question of the same Questionnaire.
 * https://hl7.org/fhir/R4/questionnaire.html
 */
import { isObject } from '../../fhir/json.ts'
import { nearest } from '../../fhir/nearest.ts'
import type { Findings } from '../findings.ts'
import { shown } from '../shown.ts'

type Json = Readonly<Record<string, unknown>>

export interface Item {
  readonly linkId: string
  readonly type: string
  readonly isRequired: boolean
  readonly repeats: boolean
  readonly maxLength: number | undefined
  readonly conditions: readonly Json[]
  readonly behavior: unknown
  readonly options: readonly Json[]
  readonly valueSet: string | undefined
  readonly items: readonly Item[]
  readonly parent: Item | undefined
  /** `Questionnaire.item[1].item[0]` */
  readonly path: string
}

export const objectsOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isObject) : [])

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** The items of a Questionnaire or item, with those below them. */
export const itemsOf = (holder: Json, path: string, parent?: Item): readonly Item[] =>
  objectsOf(holder['item']).map((raw, i): Item => {
    const items: Item[] = []
    const item: Item = {
      linkId: textOf(raw['linkId']) ?? '',
      type: textOf(raw['type']) ?? '',
      isRequired: raw['required'] === true,
      repeats: raw['repeats'] === true,
      maxLength: typeof raw['maxLength'] === 'number' ? raw['maxLength'] : undefined,
      conditions: objectsOf(raw['enableWhen']),
      behavior: raw['enableBehavior'],
      options: objectsOf(raw['answerOption']),
      valueSet: textOf(raw['answerValueSet']),
      items,
      parent,
      path: `${path}.item[${i}]`,
    }
    items.push(...itemsOf(raw, item.path, item))
    return item
  })

/** All items, each before those below it. */
export const flattened = (items: readonly Item[]): readonly Item[] => items.flatMap(item => [item, ...flattened(item.items)])

/** Checks a Questionnaire; `path` is its place. */
export const checkQuestionnaire = (questionnaire: Json, path: string, findings: Findings): void => {
  const all = flattened(itemsOf(questionnaire, path))
  const places = new Map(all.map((item, i) => [item.linkId, i]))
  all.forEach((item, at) => {
    item.conditions.forEach((condition, i) => {
      const question = textOf(condition['question'])
      if (question === undefined) return
      const place = `${item.path}.enableWhen[${i}].question`
      const target = places.get(question)
      if (target === undefined) {
        const near = findings.suggest(() => nearest(question, places.keys()))
        findings.add(place, { severity: 'error', type: 'not-found', code: 'questionnaire-enable-when',
          text: `there is no item with the linkId ${shown(question)}${near === undefined ? '; name one of this Questionnaire' : `; did you mean "${near}"?`}` })
      } else if (isWithin(all[target], item)) {
        findings.add(place, { severity: 'error', type: 'business-rule', code: 'questionnaire-enable-when',
          text: `whether ${shown(item.linkId)} is enabled cannot depend on ${target === at ? 'its own answer' : 'an item inside it'}; name a question before it` })
      } else if (target > at) {
        findings.add(place, { severity: 'warning', type: 'business-rule', code: 'questionnaire-enable-when',
          text: `${shown(question)} comes after the item that depends on it; put it before` })
      }
    })
  })
}

const isWithin = (item: Item | undefined, above: Item): boolean => item !== undefined && (item === above || isWithin(item.parent, above))
