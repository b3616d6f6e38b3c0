/**
 * R4's own examples (hl7.fhir.r4.examples, without its definitions and the Bundles of them) against base R4:
 * an error only where the example is wrong.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { check, DECLARED, errorsOf } from './setup.ts'

const FOLDER = new URL('../../node_modules/hl7.fhir.r4.examples/', import.meta.url)
const DEFINITIONS = /^(?:Bundle|SearchParameter|CodeSystem|ValueSet|StructureDefinition|ConceptMap|OperationDefinition|package|ig)[-.]/

/** What is wrong, by example: each was looked at. */
const wrong: Readonly<Record<string, readonly string[]>> = {
  // the narrative is an empty div
  'ActivityDefinition-blood-tubes-supply': ['txt-2'],
  'ActivityDefinition-heart-valve-replacement': ['txt-2'],
  'EventDefinition-example': ['txt-2'],
  'Questionnaire-zika-virus-exposure-assessment': ['txt-2'],
  // made-up modifier extensions ("do-not-use"), which nobody can understand
  'Basic-referral': ['modifier-extension-unknown'],
  // references to types that the element does not allow
  'DeviceMetric-example': ['target:DeviceMetric.parent'],
  'DeviceUseStatement-example': ['target:DeviceUseStatement.reasonReference'],
  'MedicationRequest-medrx0301': ['target:MedicationRequest.dispenseRequest.performer'],
  'Observation-clinical-gender': ['target:Observation.performer'],
  // mandatory elements left out
  'ImplementationGuide-fhir': ['min:ImplementationGuide.name', 'min:ImplementationGuide.status'],
  'Questionnaire-qs1': ['min:Questionnaire.item.linkId'],
  // enableWhen asks whether an answer exists, and compares with a code
  'Questionnaire-bb': ['que-7'],
}

describe('the examples of R4', () => {
  it('are refused only where they are wrong', () => {
    const files = readdirSync(FOLDER).filter(file => file.endsWith('.json') && !DEFINITIONS.test(file))
    expect(files.length).toBeGreaterThan(690)
    const refused = files.flatMap(file => {
      const resource = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as object
      const codes = [...new Set(errorsOf(check(resource, { ...DECLARED, unknownProfile: 'warning' })).map(({ code }) => code))]
      return codes.length > 0 ? [[file.replace('.json', ''), codes] as const] : []
    })
    expect(Object.fromEntries(refused)).toEqual(wrong)
  })
})
