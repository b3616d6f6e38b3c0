/** What the tests of custom search parameters send and read. */
import type { Response } from 'supertest'
import type { TestHub } from '../../hub.ts'

type Agent = Awaited<ReturnType<TestHub['as']>>

export const COLOUR = 'http://x.example/colour'

/** A string parameter over an extension of Patient. */
export const favourite = (changes: object = {}) => ({
  resourceType: 'SearchParameter', url: 'http://x.example/SearchParameter/favourite', name: 'Favourite', status: 'active',
  description: 'Favourite colour', code: 'favourite', base: ['Patient'], type: 'string',
  expression: `Patient.extension('${COLOUR}').value.ofType(string)`,
  ...changes,
})

export const patient = (id: string, colour?: string, family = 'Moor') => ({
  resourceType: 'Patient', id, name: [{ family, given: ['Ann'] }],
  ...(colour === undefined ? {} : { extension: [{ url: COLOUR, valueString: colour }] }),
})

interface Entry {
  readonly resource: { readonly resourceType: string; readonly id: string; readonly issue?: readonly Issue[] }
  readonly search: { readonly mode: string }
}

interface Issue {
  readonly severity: string
  readonly details: { readonly text: string; readonly coding: readonly { readonly code: string }[] }
  readonly expression?: readonly string[]
}

const all = (answer: Response): readonly Entry[] => (answer.body as { entry?: readonly Entry[] }).entry ?? []

/** `Type/id` of the matches. */
export const entries = (answer: Response): readonly string[] =>
  all(answer).filter(({ search }) => search.mode === 'match').map(({ resource }) => `${resource.resourceType}/${resource.id}`)

/** Texts of the issues among a search's entries. */
export const outcomeOf = (answer: Response): readonly string[] =>
  all(answer).filter(({ search }) => search.mode === 'outcome').flatMap(({ resource }) => resource.issue ?? []).map(({ details }) => details.text)

/** Code, element and text of each issue of a refusal. */
export const issues = (answer: Response): readonly { code: string; at: string | undefined; text: string }[] =>
  (answer.body as { issue: readonly Issue[] }).issue.map(({ details, expression }) => (
    { code: details.coding[0]!.code, at: expression?.[0], text: details.text }))

export interface Counts {
  readonly status: string
  readonly total: number
  readonly done: number
  readonly changed: number
  readonly skipped: number
  readonly started?: string
  readonly ended?: string
}

/** The counts of a $reindex answer. */
export const countsOf = (answer: Response): Counts => {
  const { parameter } = answer.body as { parameter: readonly Record<string, unknown>[] }
  const found = parameter.filter(({ part }) => part === undefined)
    .map(({ name, ...value }) => [name, Object.values(value)[0]] as const)
  return Object.fromEntries(found) as Counts
}

/** Asks until nothing is in progress; each question is answered by what is stored. A minute is more than any run here needs. */
export const awaitReindex = async (agent: Agent, path = '$reindex'): Promise<Counts> => {
  for (const end = Date.now() + 60_000; Date.now() < end;) {
    const counts = countsOf(await agent.get(`/fhir/${path}`).expect(200))
    if (counts.status !== 'in-progress') return counts
  }
  throw new Error(`${path} is still in progress`)
}
