/**
 * Invariants of ElementDefinition by hand: a snapshot has hundreds of elements, on each of which R4 asks fourteen rules;
 * three of them (eld-16, eld-19, eld-20) are written for another dialect of regular expressions than JavaScript's.
 */
import type { HandwrittenRule } from './handwritten.ts'

type Json = Record<string, unknown>

const hasChoice = (element: unknown, name: string): boolean => {
  for (const key in element as Json) {
    const at = key.startsWith('_') ? 1 : 0
    if (key.startsWith(name, at) && key.charCodeAt(at + name.length) >= 65 && key.charCodeAt(at + name.length) <= 90) return true
  }
  return false
}
const has = (element: unknown, name: string): boolean => {
  const object = element as Json
  return object[name] !== undefined || object[`_${name}`] !== undefined
}
const list = (element: unknown, name: string): readonly Json[] => {
  const value = (element as Json)[name]
  return Array.isArray(value) ? (value as readonly Json[]) : []
}
const isDistinct = (values: readonly unknown[]): boolean => new Set(values).size === values.length
const matches = (element: unknown, name: string, pattern: RegExp): boolean => {
  const text = (element as Json)[name]
  return typeof text !== 'string' || pattern.test(text)
}

const VALUES = ['defaultValue', 'fixed', 'pattern', 'minValue', 'maxValue']
const PART = String.raw`[^\s.,:;'"/|?!@#$%&*()[\]{}]{1,64}`
const PATH = new RegExp(String.raw`^${PART}(?:\.${PART}(?:\[x\])?(?::[^\s.]+)?)*$`)

export const elementRules: readonly HandwrittenRule[] = [
  ['eld-2', "min.empty() or max.empty() or (max = '*') or iif(max != '*', min <= max.toInteger())", element => {
    const { min, max } = element as Json
    return typeof min !== 'number' || typeof max !== 'string' || max === '*' || !(min > Number(max))
  }],
  ['eld-5', 'contentReference.empty() or (type.empty() and defaultValue.empty() and fixed.empty() and pattern.empty() and example.empty() and minValue.empty() and maxValue.empty() and maxLength.empty() and binding.empty())',
    element => !has(element, 'contentReference')
      || (!['type', 'example', 'maxLength', 'binding'].some(name => has(element, name)) && !VALUES.some(name => hasChoice(element, name)))],
  ['eld-6', 'fixed.empty() or (type.count()  <= 1)', element => list(element, 'type').length <= 1 || !hasChoice(element, 'fixed')],
  ['eld-7', 'pattern.empty() or (type.count() <= 1)', element => list(element, 'type').length <= 1 || !hasChoice(element, 'pattern')],
  ['eld-8', 'pattern.empty() or fixed.empty()', element => !hasChoice(element, 'pattern') || !hasChoice(element, 'fixed')],
  ['eld-11', "binding.empty() or type.code.empty() or type.select((code = 'code') or (code = 'Coding') or (code='CodeableConcept') or (code = 'Quantity') or (code = 'string') or (code = 'uri')).exists()",
    // the published form asks only whether a type was compared, which is so wherever there is one
    () => true],
  ['eld-13', 'type.select(code).isDistinct()', element => isDistinct(list(element, 'type').map(({ code }) => code).filter(code => code !== undefined))],
  ['eld-14', 'constraint.select(key).isDistinct()', element => isDistinct(list(element, 'constraint').map(({ key }) => key).filter(key => key !== undefined))],
  ['eld-15', 'defaultValue.empty() or meaningWhenMissing.empty()', element => !has(element, 'meaningWhenMissing') || !hasChoice(element, 'defaultValue')],
  ['eld-16', String.raw`sliceName.empty() or sliceName.matches('^[a-zA-Z0-9\\/\\-_\\[\\]\\@]+$')`, element => matches(element, 'sliceName', /^[a-zA-Z0-9/\-_[\]@]+$/)],
  ['eld-18', '(isModifier.exists() and isModifier) implies isModifierReason.exists()', element => (element as Json)['isModifier'] !== true || has(element, 'isModifierReason')],
  ['eld-19', String.raw`path.matches('[^\\s\\.,:;\\\'"\\/|?!@#$%&*()\\[\\]{}]{1,64}(\\.[^\\s\\.,:;\\\'"\\/|?!@#$%&*()\\[\\]{}]{1,64}(\\[x\\])?(\\:[^\\s\\.]+)?)*')`,
    element => matches(element, 'path', PATH)],
  ['eld-20', String.raw`path.matches('[A-Za-z][A-Za-z0-9]*(\\.[a-z][A-Za-z0-9]*(\\[x])?)*')`, element => matches(element, 'path', /^[A-Za-z][A-Za-z0-9]*(?:\.[a-z][A-Za-z0-9]*(?:\[x\])?)*$/)],
  ['eld-22', 'sliceIsConstraining.exists() implies sliceName.exists()', element => !has(element, 'sliceIsConstraining') || has(element, 'sliceName')],
]
