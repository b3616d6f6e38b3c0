/**
 * What a vignette expects and where an answer of `$triage` differs from it, by the rules at the head of
 * `vignettes.yaml`: absent keys are not compared, an absent `also` means none, flags are a set and match exactly.
 */
import { readFileSync } from 'node:fs'
import type { Parameters, ParametersParameter } from 'fhir/r4.js'
import { parse } from 'yaml'
import type { Locality } from '../src/directory/load.ts'
import { closingOfDay, sameDay } from '../src/directory/hours.ts'
import { shippedDirectory } from '../src/directory/services.ts'
import { receivedAtOf, type Given } from './vignette-bundle.ts'

export interface Vignette {
  readonly id: string
  readonly why: string
  readonly given: Given
  readonly expect: {
    readonly disposition?: string
    readonly services?: readonly string[]
    readonly also?: readonly (readonly string[])[]
    readonly priority?: string
    /** An instant as `receivedAt`, or `sameday`. */
    readonly due?: string
    readonly flags?: readonly string[]
  }
}

export const readVignettes = (file: string): readonly Vignette[] => parse(readFileSync(file, 'utf8')) as readonly Vignette[]

/** One sentence for each difference; none when the answer is as expected. */
export const differences = ({ given, expect }: Vignette, answer: Parameters, localities: readonly Locality[]): readonly string[] => {
  const lines = linesIn(answer)
  const flags = all(answer, 'flag').map(({ valueCoding }) => valueCoding?.code ?? '')
  const due = all(answer, 'due')[0]?.valueInstant
  return [
    ...differs('disposition', expect.disposition, all(answer, 'disposition')[0]?.valueCode),
    ...differs('services', expect.services, lines[0] ?? []),
    ...differs('also', expect.also ?? [], lines.slice(1).filter(line => line.length > 0)),
    ...differs('priority', expect.priority, all(answer, 'priority')[0]?.valueCode),
    ...differs('flags', expect.flags === undefined ? undefined : [...expect.flags].sort(), [...flags].sort()),
    ...(expect.due === undefined ? [] : dueDiffers(expect.due, due, given, lines[0]?.[0], localities)),
  ]
}

/** Ranked service codes per line. */
const linesIn = (answer: Parameters): readonly (readonly string[])[] => {
  const lines: { rank: number; code: string }[][] = []
  for (const { part = [] } of all(answer, 'service')) {
    const line = part.find(({ name }) => name === 'line')?.valueInteger ?? 0
    const found = { rank: part.find(({ name }) => name === 'rank')?.valueInteger ?? 0, code: part.find(({ name }) => name === 'code')?.valueCode ?? '' }
    const ranked = lines[line]
    if (ranked === undefined) lines[line] = [found]
    else ranked.push(found)
  }
  return Array.from(lines, line => (line ?? []).sort((a, b) => a.rank - b.rank).map(({ code }) => code))
}

const all = ({ parameter = [] }: Parameters, name: string): readonly ParametersParameter[] => parameter.filter(each => each.name === name)

const differs = (what: string, expected: unknown, found: unknown): readonly string[] =>
  expected === undefined || JSON.stringify(expected) === JSON.stringify(found) ? [] : [`${what}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`]

const dueDiffers = (expected: string, found: string | undefined, given: Given, lead: string | undefined, localities: readonly Locality[]): readonly string[] => {
  const dueAt = Date.parse(found ?? '')
  const receivedAt = receivedAtOf(given.receivedAt)
  if (Number.isNaN(dueAt)) return [`due: expected ${expected}, found none`]
  if (expected !== 'sameday') return dueAt === receivedAtOf(expected) ? [] : [`due: expected ${expected}, found ${found}`]
  const service = localities.map(({ name }) => shippedDirectory(localities).find(name, lead ?? '')).find(each => each !== undefined)
  const closesAt = service === undefined ? undefined : closingOfDay(service.hours, receivedAt)
  return dueAt >= receivedAt && sameDay(dueAt, receivedAt) && (closesAt === undefined || dueAt <= closesAt) ? [] : [`due: expected on the day of receipt and by closing, found ${found}`]
}
