/**
 * A QuestionnaireResponse against its Questionnaire, where that is contained or in the same Bundle: the items are its
 * items, in its order and at their level, with answers of the right type, from the options, as often as allowed, to
 * what is enabled and for what is required. https://hl7.org/fhir/R4/questionnaireresponse.html#notes
 */
import { withArticle } from '../../fhir/article.ts'
import { isObject } from '../../fhir/json.ts'
import { nearest } from '../../fhir/nearest.ts'
import type { Resource } from '../../fhir/resource.ts'
import type { Finding } from '../findings.ts'
import { containedById, type Scope } from '../scope.ts'
import { shown } from '../shown.ts'
import { choiceOf, isEnabled, isSameAnswer, type Answers } from './enabled.ts'
import { flattened, itemsOf, objectsOf, type Item } from './questionnaire.ts'

type Json = Readonly<Record<string, unknown>>

/** Types of value[x] by the type of the item. */
const ANSWERS: Readonly<Record<string, readonly string[]>> = {
  boolean: ['Boolean'], decimal: ['Decimal'], integer: ['Integer'], date: ['Date'], dateTime: ['DateTime'], time: ['Time'],
  string: ['String'], text: ['String'], url: ['Uri'], choice: ['Coding'], 'open-choice': ['Coding', 'String'],
  attachment: ['Attachment'], reference: ['Reference'], quantity: ['Quantity'],
}

const COMPLEX: ReadonlySet<string> = new Set(['Coding', 'Quantity', 'Attachment', 'Reference'])

/** `valueString` holds a string, `valueCoding` a Coding. */
const typeName = (suffix: string): string => (COMPLEX.has(suffix) ? suffix : suffix.charAt(0).toLowerCase() + suffix.slice(1))

/** Only these say that all is answered. */
const DONE: ReadonlySet<unknown> = new Set(['completed', 'amended'])

interface Checking {
  readonly scope: Scope
  readonly known: ReadonlyMap<string, Item>
  readonly answers: Answers
  readonly isDone: boolean
}

const questionnaireOf = (canonical: string, scope: Scope): Json | undefined => {
  const found = canonical.startsWith('#') ? containedById(scope).get(canonical.slice(1)) : scope.bundle?.findCanonical('Questionnaire', canonical)
  return found?.resourceType === 'Questionnaire' ? found : undefined
}

/** Checks a QuestionnaireResponse; `path` is its place. */
export const checkResponseItems = (response: Resource, path: string, scope: Scope): void => {
  const canonical = response['questionnaire']
  if (typeof canonical !== 'string') return
  const questionnaire = questionnaireOf(canonical, scope)
  if (questionnaire === undefined) {
    if (!canonical.startsWith('#')) {
      scope.findings.once(`questionnaire ${canonical}`, `${path}.questionnaire`, { severity: 'information', type: 'informational', code: 'not-checked:questionnaire',
        text: 'whether the answers fit the Questionnaire is not checked: it is not contained, nor in the same Bundle' })
    }
    return
  }
  const items = itemsOf(questionnaire, 'Questionnaire')
  const known = new Map(flattened(items).map(item => [item.linkId, item]))
  checkItems(items, response, path, { scope, known, answers: answersOf(response, new Map()), isDone: DONE.has(response['status']) })
}

const answersOf = (holder: Json, into: Map<string, unknown[]>): Answers => {
  for (const item of objectsOf(holder['item'])) {
    const linkId = String(item['linkId'])
    const values = into.get(linkId) ?? []
    into.set(linkId, values)
    answersOf(item, into)
    for (const answer of objectsOf(item['answer'])) {
      const value = choiceOf(answer, 'value')
      if (value !== undefined) values.push(value.value)
      answersOf(answer, into)
    }
  }
  return into
}

const fault = (code: string, text: string, type: Finding['type'] = 'business-rule'): Finding => ({ severity: 'error', type, code, text })

const checkItems = (expected: readonly Item[], holder: Json, path: string, checking: Checking): void => {
  const { scope: { findings }, known, answers, isDone } = checking
  const order = new Map(expected.map((item, i) => [item.linkId, i]))
  const given = new Map<string, number>()
  let furthest = -1
  objectsOf(holder['item']).forEach((item, i) => {
    const linkId = typeof item['linkId'] === 'string' ? item['linkId'] : ''
    const at = `${path}.item[${i}]`
    const place = order.get(linkId)
    if (place === undefined) {
      const elsewhere = known.get(linkId)
      const near = elsewhere === undefined ? findings.suggest(() => nearest(linkId, known.keys())) : undefined
      findings.add(`${at}.linkId`, elsewhere === undefined
        ? fault('response-link', `the Questionnaire has no item ${shown(linkId)}${near === undefined ? '; remove it' : `; did you mean "${near}"?`}`, 'not-found')
        : fault('response-structure', `the item ${shown(linkId)} stands ${elsewhere.parent === undefined ? 'at the top' : `in ${shown(elsewhere.parent.linkId)}`} of the Questionnaire; put it there`, 'structure'))
      return
    }
    if (place < furthest) findings.add(at, fault('response-order', `the item ${shown(linkId)} comes before ${shown(expected[furthest]!.linkId)} in the Questionnaire; put it there`, 'structure'))
    furthest = Math.max(furthest, place)
    given.set(linkId, (given.get(linkId) ?? 0) + 1)
    const asked = expected[place]!
    if (given.get(linkId) === 2 && !asked.repeats) findings.add(at, fault('response-repeats', `the item ${shown(linkId)} does not repeat; send it once`, 'structure'))
    checkItem(asked, item, at, checking)
  })
  for (const item of expected) {
    if (!isDone || !item.isRequired || item.type === 'display' || (given.get(item.linkId) ?? 0) > 0 || !isEnabled(item, answers)) continue
    findings.add(path, fault('response-required', `the item ${shown(item.linkId)} is required and has no answer; add it, or send the response as "in-progress"`, 'required'))
  }
}

const checkItem = (asked: Item, item: Json, path: string, checking: Checking): void => {
  const { scope: { findings }, answers, isDone } = checking
  const given = Array.isArray(item['answer']) ? item['answer'] as readonly unknown[] : []
  const holdsNone = asked.type === 'group' || asked.type === 'display'
  if (given.length > 0 && holdsNone) {
    findings.add(`${path}.answer`, fault('response-structure', `${shown(asked.linkId)} is a ${asked.type}, which has no answer; send answers to its questions`, 'structure'))
    return
  }
  if (!isEnabled(asked, answers) && (given.length > 0 || asked.type === 'group')) {
    findings.add(path, fault('response-enabled', `by the other answers ${shown(asked.linkId)} is not asked (enableWhen); leave it out, or correct the answer that it depends on`))
  }
  if (asked.type === 'group') {
    checkItems(asked.items, item, path, checking)
    return
  }
  if (item['item'] !== undefined) findings.add(`${path}.item`, fault('response-structure', `${shown(asked.linkId)} is a question, whose items stand within its answer; move them there`, 'structure'))
  if (given.length > 1 && !asked.repeats) findings.add(`${path}.answer[1]`, fault('response-repeats', `${shown(asked.linkId)} takes one answer; send one`, 'structure'))
  if (given.length === 0 && asked.isRequired && isDone && !holdsNone && isEnabled(asked, answers)) {
    findings.add(path, fault('response-required', `${shown(asked.linkId)} is required; add an answer`, 'required'))
  }
  given.forEach((answer, i) => {
    if (!isObject(answer)) return
    checkAnswer(asked, answer, `${path}.answer[${i}]`, checking)
    checkItems(asked.items, answer, `${path}.answer[${i}]`, checking)
  })
}

const checkAnswer = (asked: Item, answer: Json, path: string, { scope }: Checking): void => {
  const { findings, knowledge } = scope
  const chosen = choiceOf(answer, 'value')
  if (chosen === undefined) return
  const { type, value } = chosen
  const allowed = ANSWERS[asked.type]
  const wrong = (code: string, text: string): void => findings.add(`${path}.value.ofType(${typeName(type)})`, fault(code, text, code === 'response-option' ? 'code-invalid' : 'value'))
  // options may be of another type than the item's own: whole numbers, dates or texts to choose from
  const optionTypes = asked.options.map(option => choiceOf(option, 'value')?.type)
  if (allowed !== undefined && !allowed.includes(type) && !optionTypes.includes(type)) {
    wrong('response-type', `${shown(asked.linkId)} asks for ${allowed.map(name => withArticle(typeName(name))).join(' or ')}, found ${withArticle(typeName(type))}; send value${allowed[0]}`)
    return
  }
  if (asked.maxLength !== undefined && typeof value === 'string' && [...value].length > asked.maxLength) {
    wrong('response-length', `the answer has ${[...value].length} characters; ${shown(asked.linkId)} takes at most ${asked.maxLength}`)
  }
  const isFree = asked.type === 'open-choice' && type === 'String'
  if (isFree || (asked.type !== 'choice' && asked.type !== 'open-choice' && asked.options.length === 0)) return
  if (asked.options.length > 0) {
    if (!asked.options.some(option => isSameAnswer(value, choiceOf(option, 'value')?.value))) wrong('response-option', `this is none of the answers that ${shown(asked.linkId)} offers; choose one of them`)
  } else if (asked.valueSet !== undefined && !asked.valueSet.startsWith('#')) {
    const answered = knowledge.contains(asked.valueSet.split('|', 1)[0] ?? '', value)
    if (answered === false) wrong('response-option', `the code is not in ${asked.valueSet}, from which ${shown(asked.linkId)} is answered; choose one of its codes`)
  }
}
