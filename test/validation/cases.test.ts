/**
 * HL7's own validator cases (R4, JSON, offline): the verdict of this validator against theirs.
 */
import { existsSync, readFileSync } from 'node:fs'
import { FhirError } from '../../src/fhir/outcomes.ts'
import { parseJson } from '../../src/fhir/json.ts'
import { createValidator } from '../../src/validation/engine.ts'
import { withDefinitions } from './overlay.ts'
import { check, definitions, errorsOf } from './setup.ts'

interface Case {
  readonly id: string
  readonly file: string
  readonly profile?: { readonly file: string; readonly url: string }
  readonly supporting: readonly { readonly file: string }[]
  readonly valid: boolean
}

const CASES = new URL('../../../shared/validator-cases/', import.meta.url)
const isThere = existsSync(CASES)
const cases: readonly Case[] = isThere ? (JSON.parse(readFileSync(new URL('manifest.json', CASES), 'utf8')) as { cases: Case[] }).cases : []

/** Where this validator says something else, and why. */
const disagreements: Readonly<Record<string, string>> = {
  'supplement-1b': 'the CodeSystem says "content": "complete" beside "supplements", so nothing here takes it for a supplement; HL7 and others disagree on it too',
  'contained-resource-bad-id-ignore': 'an option of the HL7 validator turns the id\'s length off; the id is as wrong as in contained-resource-bad-id',
}

const text = (file: string): string => readFileSync(new URL(`files/${file}`, CASES), 'utf8')

const isValid = ({ file, profile, supporting }: Case): boolean => {
  const resources = [...supporting, ...(profile ? [profile] : [])].map(item => JSON.parse(text(item.file)) as { resourceType: string })
  const validator = createValidator(withDefinitions(definitions, resources))
  try {
    return errorsOf(check(parseJson(text(file)) as object, { profiles: 'declared', unknownProfile: 'warning', also: profile ? [profile.url] : [] }, validator)).length === 0
  } catch (error) {
    if (error instanceof FhirError) return false
    throw error
  }
}

const given = (name: string) => (isThere ? name : `${name} (skipped: ../shared/validator-cases is not here)`);

(isThere ? describe : describe.skip)(given('HL7 validator cases'), () => {
  it('are 73', () => expect(cases).toHaveLength(73))

  it.each(cases.filter(({ id }) => !disagreements[id]).map(item => [item.id, item.valid ? 'valid' : 'not valid', item] as const))('%s is %s', (_id, verdict, item) => {
    expect(isValid(item) ? 'valid' : 'not valid').toBe(verdict)
  })

  it.each(Object.entries(disagreements))('%s is judged otherwise: %s', id => {
    const item = cases.find(known => known.id === id)!
    expect(isValid(item)).toBe(!item.valid)
  })
})
