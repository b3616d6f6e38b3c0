/**
 * Every example that UK Core publishes, in its STU2 package and on its STU3 line, against UK Core's own definitions; and those
 * whose profile is restated here against that as well: the same errors at the same places.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseJson } from '../../../src/fhir/json.ts'
import { createValidator } from '../../../src/validation/engine.ts'
import type { Definitions } from '../../../src/definitions/definitions.ts'
import type { ValidationIssue, Validator } from '../../../src/validation/validator.ts'
import { loadPackages, type LoadedPackages } from '../../../src/rest/definitions/packages.ts'
import { readArchive, writePackage } from '../../definitions/archive.ts'
import { check, definitions, errorsOf, told, validator } from '../setup.ts'
import { problemsOf, reasonsTable, type Reason } from './reasons.ts'
import { table, type JudgedSet } from './set.ts'

const UKCORE = new URL('../../../../shared/ukcore/', import.meta.url)
const OPTIONS = { profiles: 'declared', unknownProfile: 'error' } as const

interface Example { readonly resourceType: string }
interface Line {
  readonly name: string
  /** A package as a hub loads it. */
  readonly official: LoadedPackages
  readonly examples: ReadonlyMap<string, Example>
}

const named = (path: string): string => path.replace(/^.*\//, '').replace(/\.json$/, '')

const stu2 = (): Line => {
  const path = fileURLToPath(new URL('fhir.r4.ukcore.stu2-2.0.2.tgz', UKCORE))
  const examples = [...readArchive(path)].filter(({ name }) => name.includes('/examples/') && name.endsWith('.json'))
  return { name: 'STU2 2.0.2', official: loadPackages([path], definitions), examples: new Map(examples.map(({ name, text }) => [named(name), parseJson(text) as Example])) }
}

/** STU3 comes as files: packed here, then loaded as the other. */
const stu3 = (): Line => {
  const read = (folder: string): readonly (readonly [string, string])[] => {
    const url = new URL(`stu3/${folder}/`, UKCORE)
    return readdirSync(url).map(file => [file, readFileSync(new URL(file, url), 'utf8')] as const)
  }
  const folder = mkdtempSync(join(tmpdir(), 'ukcore-'))
  try {
    const path = writePackage(join(folder, 'ukcore-stu3.tgz'), Object.fromEntries(['structuredefinitions', 'valuesets', 'codesystems'].flatMap(read)))
    return { name: 'STU3', official: loadPackages([path], definitions), examples: new Map(read('examples').map(([file, text]) => [named(file), parseJson(text) as Example])) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const BABY: Reason = { files: ['UKCore-Patient-BabyPatient-Example'], rules: ['hub-nhs-number'],
  because: '9912003890 does not meet modulus 11 (9 × 10 + 9 × 9 + 1 × 8 + 2 × 7 + 3 × 4 + 8 × 3 + 9 × 2 = 247, 11 - 247 mod 11 = 6, not 0); hub policy, not UK Core' }

const reasons: Readonly<Record<string, readonly Reason[]>> = {
  'STU2 2.0.2': [BABY],
  'STU3': [
    BABY,
    { files: ['Extension-UKCore-ConditionEpisode-Example'], rules: ['choice:Extension.value[x]', 'type:Extension.value[x]'],
      because: 'two values in one extension (valueCode beside valueCodeableConcept); Extension.value[x] is 0..1 (extensibility.html)' },
    { files: ['UKCore-Bundle-NEWS2Observations-Example'], rules: ['bundle-fullurl'],
      because: 'fullUrl without a base (Observation/…); Bundle.entry.fullUrl is "The Absolute URL for the resource" (bundle.html)' },
    { files: ['UKCore-Provenance-RARecordConsent-Example'], rules: ['target:Provenance.agent.onBehalfOf'],
      because: 'refers to a StructureDefinition where the type is Reference(Practitioner | PractitionerRole | Organization | Patient | Device …)' },
  ],
}

const STRUCTURES = 'https://fhir.hl7.org.uk/StructureDefinition/'

/** Hardly an example claims its profile: it is that which its file's name begins with, or the one for all of its type. */
const profileOf = (file: string, { resourceType }: Example, line: Definitions): string | undefined => {
  const parts = file.split('-')
  const names = [...parts.map((_part, i) => parts.slice(0, parts.length - i).join('-')), `UKCore-${resourceType}`]
  return names.map(name => STRUCTURES + name).find(url => line.structure(url)?.type === resourceType)
}

const judge = ({ name, official: { definitions: theirs, problems: broken }, examples }: Line): { readonly row: readonly string[]; readonly problems: readonly string[] } => {
  const official = createValidator(theirs)
  const errors = (file: string, resource: Example, by: Validator): readonly ValidationIssue[] => {
    const profile = profileOf(file, resource, theirs)
    return errorsOf(check(resource, { ...OPTIONS, also: profile === undefined ? [] : [profile] }, by))
  }
  const refused = new Map([...examples].map(([file, resource]) => [file, [...new Set(errors(file, resource, official).map(({ code }) => code))]] as const)
    .filter(([, rules]) => rules.length > 0))
  const restated = [...examples].filter(([file, resource]) => definitions.structure(profileOf(file, resource, theirs) ?? '') !== undefined)
  const different = restated.flatMap(([file, resource]) => {
    const [one, other] = [official, validator].map(by => told(errors(file, resource, by)).join('; '))
    return one === other ? [] : [`${file}: by UK Core's own definitions ${one || 'good'}, by ours ${other || 'good'}`]
  })
  return {
    row: [name, `${examples.size}`, `${examples.size - refused.size}`, `${refused.size}`, `${restated.length}`, `${restated.length - different.length}`],
    problems: [...broken.filter(problem => !problem.endsWith('kept as they are shipped')).map(problem => `${name}: ${problem}`), ...problemsOf(refused, reasons[name] ?? []), ...different],
  }
}

export const ukcoreExamples: JudgedSet = {
  name: 'ukcore-examples',
  missing: existsSync(UKCORE) ? undefined : '../shared/ukcore is not here',
  run() {
    const lines = [stu2(), stu3()].map(judge)
    return {
      section: `${table(['UK Core', 'examples', 'accepted', 'refused', 'of a profile restated here', 'judged the same by it'], lines.map(({ row }) => row))}
${reasonsTable([...new Set(Object.values(reasons).flat())])}`,
      problems: lines.flatMap(({ problems }) => problems),
    }
  },
}
