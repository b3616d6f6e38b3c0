/**
 * What intake has to say about a sending: each remark stands in the answer's OperationOutcome; those that ask for a
 * person become the problems of the `fix-data` Task, one for each place in what was sent.
 */
import type { Issue, IssueType } from '../fhir/outcomes.ts'
import type { Resource, ResourceRef } from '../fhir/resource.ts'

export interface Remark {
  /** The entry concerned: `Bundle.entry[3].resource`. */
  readonly at: string
  readonly issue: Issue
  /** Whether somebody has to look at it; otherwise it is for the sender's information. */
  readonly asksPerson: boolean
}

/** What is wrong at one place, for the person who puts it right. */
export interface Problem {
  readonly at: string
  /** `Observation "Pulse"`; what the place is called where no resource could be read. */
  readonly what: string
  /** Where what could be used of it is stored; undefined for what stands in the Binary only. */
  readonly ref: ResourceRef | undefined
  readonly issues: readonly Issue[]
}

/** Problems that are described one by one; a sending with more is looked at as a whole. */
const MAX_PROBLEMS = 100
/** Issues of one resource that are told; the sender sees the kind of fault, and mends it everywhere. */
export const MAX_ISSUES_TOLD = 20
/** Characters of a resource's own words. */
const MAX_WORDS = 80

const remark = (asksPerson: boolean, type: IssueType) => (code: string, at: string, text: string, expression = at): Remark =>
  ({ at, asksPerson, issue: { severity: 'warning', type, code, text, expression: [expression] } })

/** Told to the sender. */
export const mention = remark(false, 'informational')
/** Told to the sender and to the hub's desk. */
export const ask = remark(true, 'incomplete')

/** The problems in order of their places. `named` says what stands at a place, and where it is stored. */
export const problemsOf = (
  remarks: readonly Remark[], named: ReadonlyMap<string, { readonly resource: Resource; readonly ref: ResourceRef | undefined }>,
): readonly Problem[] => {
  const places = new Map<string, Issue[]>()
  for (const { at, issue, asksPerson } of remarks) {
    if (!asksPerson) continue
    const issues = places.get(at)
    if (issues !== undefined) issues.push(issue)
    else if (places.size < MAX_PROBLEMS) places.set(at, [issue])
  }
  return [...places].sort(([one], [other]) => indexOf(one) - indexOf(other)).map(([at, issues]) => {
    const found = named.get(at)
    return { at, what: found === undefined ? at : describe(found.resource), ref: found?.ref, issues }
  })
}

const indexOf = (at: string): number => Number(/^Bundle\.entry\[(\d+)\]/.exec(at)?.[1] ?? -1)

/** The resource in its own words, so that a person need not open the Binary to know what is missing. */
export const describe = ({ resourceType, code }: Resource): string => {
  const { text, coding } = (typeof code === 'object' && code !== null ? code : {}) as { text?: unknown; coding?: unknown }
  const [first] = Array.isArray(coding) ? coding as { display?: unknown }[] : []
  const words = [text, first?.display].find(candidate => typeof candidate === 'string' && candidate !== '')
  return typeof words === 'string' ? `${resourceType} "${words.slice(0, MAX_WORDS)}"` : resourceType
}
