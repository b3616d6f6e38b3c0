/** Strings and uris in queries. R4: https://hl7.org/fhir/R4/search.html#string and #uri */
import { outcomes } from '../../fhir/outcomes.ts'
import { fold } from '../fold.ts'
import { allOf } from '../join.ts'
import { soundsOf } from '../phonetic.ts'
import type { Condition, Test } from '../plan.ts'
import type { Asked } from './context.ts'
import { unescaped } from './escape.ts'

/** The text a part stands for; throws when an escape is wrong. */
export const textOf = (asked: Asked, part: string): string => {
  const text = unescaped(part)
  if (text === undefined) {
    throw outcomes.badParameter(asked.key,
      `${asked.key}: a backslash escapes only "\\", ",", "|" and "$"; write "\\\\" for the backslash itself`)
  }
  return text
}

/** Folded text; throws when nothing is left of it, because that would match everything. */
export const foldedText = (asked: Asked, part: string): string => {
  const folded = fold(textOf(asked, part))
  if (folded === '') {
    throw outcomes.badParameter(asked.key, `${asked.key} needs at least one letter or digit; use :exact to find punctuation`)
  }
  return folded
}

export const stringTest = (asked: Asked, part: string): Test => {
  switch (asked.modifier) {
    case 'exact': return { kind: 'string', match: 'exact', exact: textOf(asked, part) }
    case 'contains': return { kind: 'string', match: 'contains', folded: foldedText(asked, part) }
    default: return { kind: 'string', match: 'starts', folded: foldedText(asked, part) }
  }
}

/** Every word of the text sounds like one of the name. */
export const soundCondition = ({ key, parameter }: Asked, text: string): Condition => {
  const sounds = soundsOf(text)
  if (sounds.length === 0) throw outcomes.badParameter(key, `${key} needs at least one letter or digit`)
  return allOf(sounds.map(sound => ({ kind: 'match', param: parameter.code, test: { kind: 'string', match: 'equals', folded: sound } })))
}

export const uriTest = (asked: Asked, part: string): Test => {
  const uri = textOf(asked, part)
  if (/\s/.test(uri)) throw outcomes.badParameter(asked.key, `${asked.key} takes a URI, which has no white space`)
  return { kind: 'uri', match: asked.modifier === 'below' || asked.modifier === 'above' ? asked.modifier : 'exact', uri }
}
