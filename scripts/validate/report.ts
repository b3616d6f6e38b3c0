/**
 * What was found, for a person at a terminal: a line with the counts of each document, then each issue with its severity, place
 * and rule, what is wrong, and what to do.
 */
import type { Issue } from '../../src/fhir/outcomes.ts'

export interface Counts {
  readonly errors: number
  readonly warnings: number
  readonly notes: number
}

export const counted = (issues: readonly Issue[]): Counts => {
  const of = (...severities: readonly Issue['severity'][]): number => issues.filter(({ severity }) => severities.includes(severity)).length
  return { errors: of('error', 'fatal'), warnings: of('warning'), notes: of('information') }
}

const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

export const shownCounts = ({ errors, warnings, notes }: Counts): string =>
  [many(errors, 'error'), many(warnings, 'warning'), many(notes, 'note')].join(', ')

const WORDS: Readonly<Record<Issue['severity'], string>> = { fatal: 'error', error: 'error', warning: 'warning', information: 'note' }

/** What is wrong, and what to do, which follows a semicolon. */
const shown = ({ severity, code, text, expression = [] }: Issue): readonly string[] => {
  const semicolon = text.indexOf('; ')
  const [wrong, remedy] = semicolon < 0 ? [text, undefined] : [text.slice(0, semicolon), text.slice(semicolon + 2)]
  return [
    `  ${WORDS[severity].padEnd(7)} ${expression[0] ?? '(the whole)'}  [${code}]`,
    `          ${wrong}`,
    ...remedy === undefined ? [] : [`          -> ${remedy}`],
  ]
}

export const report = (name: string, issues: readonly Issue[]): string =>
  [`${name}: ${shownCounts(counted(issues))}`, ...issues.flatMap(shown)].join('\n')

/** `3 of 4 are valid; 2 errors, 1 warning, 0 notes in 0.3 s`. */
export const summary = (found: readonly Counts[], seconds: number): string => {
  const sum = (key: keyof Counts): number => found.reduce((total, counts) => total + counts[key], 0)
  const valid = found.filter(({ errors }) => errors === 0).length
  return `${valid} of ${found.length} ${found.length === 1 ? 'is' : 'are'} valid: `
    + `${shownCounts({ errors: sum('errors'), warnings: sum('warnings'), notes: sum('notes') })} in ${seconds.toFixed(1)} s`
}
