/**
 * The system of a coding: absolute, a code system and no value set, and written as its codes are known by. Under another
 * spelling of http://snomed.info/sct nobody finds the code. https://hl7.org/fhir/R4/terminologies-systems.html
 */
import type { Definitions } from '../definitions/definitions.ts'
import type { Findings } from './findings.ts'
import { ABSOLUTE } from './meaning.ts'
import { shown } from './shown.ts'

/** Systems with editions of their own, whose codes are not held here. */
const TERMINOLOGIES: ReadonlySet<string> = new Set(['http://snomed.info/sct', 'http://loinc.org', 'http://unitsofmeasure.org', 'https://dmd.nhs.uk',
  'http://hl7.org/fhir/sid/icd-10', 'http://www.nlm.nih.gov/research/umls/rxnorm', 'http://www.whocc.no/atc'])

/** What a system is but for its scheme, `www.`, case and slashes at its end. */
const plain = (system: string): string => system.toLowerCase().replace(/^https?:\/\/(?:www\.)?/, '').replace(/\/+$/, '')

const byPlain = new Map([...TERMINOLOGIES].map(system => [plain(system), system]))

/** An edition or version of SNOMED CT, which is no system but a version of one (https://hl7.org/fhir/R4/snomedct.html). */
const EDITION = /^https?:\/\/snomed\.info\/sct\/\d/i

/** Longer ones are no spelling of any of these. */
const LONGEST = 100

/** Checks the system of a Coding or of a Quantity's unit; `path` is its place. */
export const checkSystem = (system: unknown, path: string, definitions: Definitions, findings: Findings): void => {
  if (typeof system !== 'string' || TERMINOLOGIES.has(system)) return
  const wrong = (severity: 'error' | 'warning', text: string): void => findings.add(path, { severity, type: 'code-invalid', code: 'coding-system', text })
  if (!ABSOLUTE.test(system) && !system.startsWith('#')) {
    wrong('error', `${shown(system)} is not absolute; send the URI of the code system (SNOMED CT: http://snomed.info/sct)`)
  } else if (system.includes('/ValueSet/') && definitions.codeSystem(system) === undefined && definitions.valueSet(system) !== undefined) {
    wrong('error', `${shown(system)} is a value set, which has no codes of its own; send the code system that the code is from`)
  } else if (EDITION.test(system)) {
    wrong('error', `${shown(system)} is an edition of SNOMED CT; send the system http://snomed.info/sct, and the edition in "version"`)
  } else {
    const meant = system.length > LONGEST ? undefined : byPlain.get(plain(system))
    if (meant !== undefined && !findings.isFull('warning')) wrong('warning', `${shown(system)} is not how this system is written, so nobody finds the code in it; send ${meant}`)
  }
}
