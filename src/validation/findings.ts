/**
 * What a validation run has found so far: issues without duplicates, in document order, at most so many,
 * and things that are said once per run however often they are met.
 */
import { isError, type IssueType, type Severity } from '../fhir/outcomes.ts'
import type { Resource } from '../fhir/resource.ts'
import { withoutNumbers } from './shown.ts'
import { comparePositions, positionsIn } from './document-order.ts'
import type { ValidationIssue } from './validator.ts'

/** Most issues in one answer: more than anyone corrects in one go, and an answer stays below 100 KB. */
export const MAX_ISSUES = 200

/**
 * A hostile document has a fault in every element, and each costs a search for what was meant: the walk ends at so many
 * errors, well above what is shown, so what is shown is still the beginning. At so many warnings it goes on for errors.
 */
const MAX_COLLECTED = 5 * MAX_ISSUES

/** More advice than that is not read, and a document of strange names must not hold everyone up. */
const MAX_SUGGESTED = 50

export interface Finding {
  readonly severity: Severity
  readonly type: IssueType
  readonly code: string
  readonly text: string
  readonly source?: string
}

/** What one validation keeps to itself so that nothing is looked for twice, however many questions it asks on the way. */
export interface Run {
  /** Contained resources of each resource, by id (`scope.ts`). */
  readonly containedOf: WeakMap<Resource, ReadonlyMap<string, Resource>>
  /** Whether a resource meets a profile, by canonical; `true` while that is being found out, since resources refer in circles. */
  readonly conformance: WeakMap<object, Map<string, boolean>>
  /** Preferred bindings are asked as well, for who wants advice. */
  readonly tellsPreferred: boolean
  suggested: number
}

export interface Findings {
  add(path: string, finding: Finding): void
  /** Adds the first finding with this key only: for what would otherwise be said of every element. */
  once(key: string, path: string, finding: Finding): void
  /** Takes back a warning under this code at `path` or its only coding: a profile binds the element to another value set. */
  withdraw(code: string, path: string): void
  /** What `find` answers, but only so often in a run: to look for what was meant among all canonicals takes a millisecond. */
  suggest<T>(find: () => T): T | undefined
  readonly run: Run
  hasErrors(): boolean
  /** More of this severity would not be shown: looking further is in vain. */
  isFull(severity?: 'error' | 'warning'): boolean
  readonly issues: readonly ValidationIssue[]
}

export const startRun = (tellsPreferred = false): Run =>
  ({ containedOf: new WeakMap(), conformance: new WeakMap(), tellsPreferred, suggested: 0 })

/** @param run of the findings that ask a question of their own on the way */
export const collectFindings = (run: Run = startRun()): Findings => {
  const issues = new Set<ValidationIssue>()
  /** By code and place, for those that may be taken back. */
  const warnings = new Map<string, ValidationIssue>()
  const seen = new Set<string>()
  let errors = 0
  const isFull: Findings['isFull'] = severity => (severity === 'warning' ? issues.size - errors : errors) >= MAX_COLLECTED
  const add = (path: string, finding: Finding): void => {
    if (isFull(isError(finding) ? 'error' : 'warning')) return
    const key = `${finding.code}\n${path}\n${finding.text}`
    if (seen.has(key)) return
    seen.add(key)
    const issue = { ...finding, text: withoutNumbers(finding.text), expression: [path] }
    issues.add(issue)
    if (isError(finding)) errors++
    else if (finding.severity === 'warning') warnings.set(`${finding.code}\n${path}`, issue)
  }
  return {
    get issues() { return [...issues] },
    add,
    withdraw(code, path) {
      for (const place of [path, `${path}.coding[0]`]) {
        const issue = warnings.get(`${code}\n${place}`)
        if (issue) issues.delete(issue)
      }
    },
    once(key, path, finding) {
      const mark = `once ${key}`
      if (seen.has(mark)) return
      seen.add(mark)
      add(path, finding)
    },
    suggest: find => (run.suggested++ < MAX_SUGGESTED ? find() : undefined),
    run,
    hasErrors: () => errors > 0,
    isFull,
  }
}

/**
 * Issues in the order of the document (an issue about something missing stands at the element that lacks it),
 * one per rule and place, `MAX_ISSUES` of them and then a word that there were more.
 */
export const inDocumentOrder = (issues: readonly ValidationIssue[], resource: object): readonly ValidationIssue[] => {
  if (issues.length < 2) return issues
  const positionOf = positionsIn(resource)
  const placed = issues.map((issue, index) => ({ issue, index, at: positionOf(issue.expression[0] ?? '') }))
  placed.sort((one, other) => comparePositions(one.at, other.at) || one.index - other.index)

  const kept = new Set<string>()
  const ordered = placed.map(({ issue }) => issue).filter(({ code, expression }) => {
    const key = `${code}\n${expression[0]}`
    if (kept.has(key)) return false
    kept.add(key)
    return true
  })
  if (ordered.length <= MAX_ISSUES) return ordered
  return [...mostSevere(ordered), {
    severity: 'information', type: 'too-long', code: 'issues-cut', expression: [],
    text: `only ${MAX_ISSUES} of ${issues.length >= MAX_COLLECTED ? 'many' : ordered.length} issues are shown, errors before others; correct these and validate again`,
  }]
}

/** As many as are shown, in their order. Errors go first: whether there is one decides if the resource is accepted. */
const mostSevere = (ordered: readonly ValidationIssue[]): readonly ValidationIssue[] => {
  const errors = ordered.filter(isError).slice(0, MAX_ISSUES)
  let others = MAX_ISSUES - errors.length
  const shown = new Set(errors)
  return ordered.filter(issue => shown.has(issue) || (!isError(issue) && others-- > 0))
}
