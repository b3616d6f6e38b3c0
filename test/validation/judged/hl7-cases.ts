/**
 * HL7's own validator cases (R4, JSON, offline; those on which two validators agree): verdict and place of this
 * validator beside theirs.
 */
import { existsSync, readFileSync } from 'node:fs'
import { parseJson } from '../../../src/fhir/json.ts'
import { FhirError } from '../../../src/fhir/outcomes.ts'
import { createValidator } from '../../../src/validation/engine.ts'
import { withDefinitions } from '../overlay.ts'
import { check, definitions, errorsOf } from '../setup.ts'
import { table, type JudgedSet } from './set.ts'

interface Case {
  readonly id: string
  readonly file: string
  readonly profile?: { readonly file: string; readonly url: string }
  readonly supporting: readonly { readonly file: string }[]
  readonly valid: boolean
  readonly issues: readonly { readonly severity: string; readonly expression?: string }[]
}

const CASES = new URL('../../../../shared/validator-cases/', import.meta.url)

/** Where this validator says something else, and why. */
const differences: Readonly<Record<string, string>> = {
  'contained-resource-bad-id-ignore': 'the same file as `contained-resource-bad-id`, which HL7 calls not valid, with an option of its validator that lets long ids pass; '
    + 'R4 has no such option: an id has at most 64 characters (datatypes.html#id), this one 65',
}

const text = (file: string): string => readFileSync(new URL(`files/${file}`, CASES), 'utf8')

/** Places of this validator's errors; undefined where the text is no JSON. */
const errorPlaces = ({ file, profile, supporting }: Case): readonly string[] | undefined => {
  const resources = [...supporting, ...(profile ? [profile] : [])].map(item => JSON.parse(text(item.file)) as { resourceType: string })
  const validator = createValidator(withDefinitions(definitions, resources))
  try {
    return errorsOf(check(parseJson(text(file)) as object, { profiles: 'declared', unknownProfile: 'warning', also: profile ? [profile.url] : [] }, validator))
      .map(({ expression: [place = ''] }) => place)
  } catch (error) {
    if (error instanceof FhirError) return undefined
    throw error
  }
}

/** `Bundle.entry[0].resource/*Patient/a* /.id` as element names only: both count and name choices in their own ways. */
const elements = (place: string): string =>
  place.replaceAll(/\/\*.*?\*\//g, '').replaceAll(/\[\d+\]|\.ofType\(\w+\)|\[x\]/g, '')

const isWithin = (one: string, other: string): boolean => one === other || one.startsWith(`${other}.`)

/** Whether one of HL7's errors and one of these are about the same element, or one about an element of the other. */
const isSamePlace = ({ issues }: Case, places: readonly string[]): boolean =>
  issues.some(({ severity, expression = '' }) => severity === 'error' && places.some(place =>
    isWithin(elements(place), elements(expression)) || isWithin(elements(expression), elements(place))))

export const hl7Cases: JudgedSet = {
  name: 'hl7-cases',
  missing: existsSync(CASES) ? undefined : '../shared/validator-cases is not here',
  run() {
    const { cases } = JSON.parse(readFileSync(new URL('manifest.json', CASES), 'utf8')) as { cases: readonly Case[] }
    const judged = cases.map(item => ({ ...item, places: errorPlaces(item) }))
    const isAccepted = ({ places }: (typeof judged)[number]): boolean => places?.length === 0
    const bad = judged.filter(({ valid }) => !valid)
    const good = judged.filter(({ valid }) => valid)
    const found = bad.filter(item => !isAccepted(item))
    const elsewhere = found.filter(item => item.places !== undefined && !isSamePlace(item, item.places))
    const different = judged.filter(item => isAccepted(item) !== item.valid)
    return {
      section: table(['', 'cases', 'the same verdict'], [
        ['valid', `${good.length}`, `${good.filter(isAccepted).length}`],
        ['not valid', `${bad.length}`, `${found.length}${elsewhere.length === 0 ? ', each at HL7\'s place' : `; ${elsewhere.map(({ id }) => `\`${id}\``).join(', ')} at another place`}`],
      ]) + (different.length === 0 ? '' : `\n${table(['another verdict', 'HL7', 'because'],
        different.map(({ id, valid }) => [`\`${id}\``, valid ? 'valid' : 'not valid', differences[id] ?? 'NO REASON IS GIVEN']))}`),
      problems: [
        ...different.filter(({ id }) => differences[id] === undefined).map(({ id, valid }) => `${id} is judged otherwise than HL7 does (${valid ? 'valid' : 'not valid'}), for no given reason`),
        ...Object.keys(differences).filter(id => !different.some(item => item.id === id)).map(id => `${id} is judged as HL7 does: its reason is out of date`),
      ],
    }
  },
}
