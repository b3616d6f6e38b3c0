/**
 * Units of quantities: a code of the system UCUM is one that UCUM has (https://ucum.org/ucum), asked of the library that
 * FHIRPath converts units with. What people write for the units of vital signs is told.
 */
import type { Findings } from './findings.ts'
import { isUcumCode } from './fhirpath.ts'
import { shown } from './shown.ts'

const UCUM = 'http://unitsofmeasure.org'

/** The units of a referral, which need not be looked up: loading UCUM takes a tenth of a second. */
const USUAL: ReadonlySet<string> = new Set(['/min', '%', 'Cel', 'mm[Hg]', '{ScoreOf}', '{score}', 'kg', 'g', 'mg', 'cm', 'm', 'kg/m2', 'L/min', 'mmol/L', 'mL', 'min', 'h', 'd', 'wk', 'mo', 'a', '1'])

const MEANT: ReadonlyMap<string, string> = new Map([
  ['mmhg', 'mm[Hg]'], ['bpm', '/min'], ['beats/min', '/min'], ['beats/minute', '/min'], ['breaths/min', '/min'], ['breaths/minute', '/min'],
  ['per minute', '/min'], ['celsius', 'Cel'], ['degc', 'Cel'], ['°c', 'Cel'], ['degf', '[degF]'], ['°f', '[degF]'], ['percent', '%'], ['years', 'a'], ['hours', 'h'], ['days', 'd'],
])

/** What was looked up; as much of it as anyone uses. */
const known = new Map<string, boolean>()
const MOST_KNOWN = 1000

/** Of these characters codes are made; the library complains of others on the console. */
const PRINTED = /^[!-~]+$/

/** Longer ones are not units, and need not be parsed. */
const LONGEST = 100

const isUnit = (code: string): boolean => {
  if (USUAL.has(code)) return true
  if (code.length > LONGEST || !PRINTED.test(code)) return false
  let answer = known.get(code)
  if (answer === undefined) {
    if (known.size >= MOST_KNOWN) known.clear()
    known.set(code, answer = isUcumCode(code))
  }
  return answer
}

/** Checks a Quantity; `path` is its place. */
export const checkUnit = ({ system, code }: Readonly<Record<string, unknown>>, path: string, findings: Findings): void => {
  if (system !== UCUM || typeof code !== 'string' || findings.isFull('warning') || isUnit(code)) return
  const meant = MEANT.get(code.toLowerCase())
  findings.add(`${path}.code`, { severity: 'warning', type: 'code-invalid', code: 'quantity-unit',
    text: `UCUM has no unit ${shown(code)}${meant === undefined ? '; send its code for the unit, or leave "system" and "code" out' : `; did you mean "${meant}"?`}` })
}
