/**
 * Every resource of R4's own package (hl7.fhir.r4.examples: examples, definitions, and the Bundles of them) against base R4.
 * The few files over 300 KB take as long as all others together, so they are a set of their own.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { check, DECLARED, errorsOf } from '../setup.ts'
import { problemsOf, reasonsTable, type Reason } from './reasons.ts'
import { table, type Judgement, type JudgedSet } from './set.ts'

const FOLDER = new URL('../../../node_modules/hl7.fhir.r4.examples/', import.meta.url)
const LARGE_BYTES = 300_000

const EMPTY_NARRATIVE = 'its narrative has white space only; narrative.html, txt-2: "The narrative SHALL have some non-whitespace content"'
const FULL_URL = 'the last part of fullUrl is another id than the resource has; bundle.html, Bundle.entry.fullUrl: "The fullUrl SHALL NOT disagree with the id in the resource"'
const COMMENTS = 'the context of valueset-concept-comments is ValueSet.compose.include.concept (extension-valueset-concept-comments.html), and it stands on CodeSystem.concept'
const TRANSLATION = 'the contexts of translation are string, code and markdown (extension-translation.html), and it stands on ValueSet.expansion.contains'
const IDENTIFIER_URI = 'an identifier of the system urn:ietf:rfc:3986 has a value without scheme ("2.16.840.1.113883.19.5", "Local eCMS identifier"); '
  + 'datatypes.html#Identifier: "the system SHALL be urn:ietf:rfc:3986, and the URI is in the value (OIDs and UUIDs using urn:oid: and urn:uuid:)"'
const IMPLEMENTATION_GUIDE = 'ImplementationGuide.name and status are 1..1 (implementationguide.html), and it has neither'

const reasons: readonly Reason[] = [
  { files: ['ActivityDefinition-blood-tubes-supply', 'ActivityDefinition-heart-valve-replacement', 'EventDefinition-example', 'Questionnaire-zika-virus-exposure-assessment'],
    rules: ['txt-2'], because: EMPTY_NARRATIVE },
  { files: ['Basic-referral'], rules: ['modifier-extension-unknown'],
    because: 'its modifier extensions are "http://example.org/do-not-use/…", defined nowhere; extensibility.html#modifierExtension: what is not understood may not be processed as if it were not there' },
  { files: ['Bundle-10bb101f-a121-4264-a920-67be9cb82c74', 'Bundle-3a0707d3-549e-4467-b8b8-5a2ab3800efe', 'Bundle-lri-example'], rules: ['bundle-fullurl-id'], because: FULL_URL },
  { files: ['Bundle-bundle-response'], rules: ['bundle-response-status'],
    because: 'an entry has the status "DELETE"; bundle.html, response.status: "The status SHALL start with a 3 digit HTTP code"' },
  { files: ['Bundle-hla-1'], rules: ['extension-part'],
    because: 'the extension hla-genotyping-results-glstring has the parts "url" and "text" (extension-hla-genotyping-results-glstring.html), and it sends "uri"' },
  { files: ['DeviceMetric-example'], rules: ['target:DeviceMetric.parent'], because: 'DeviceMetric.parent is Reference(Device), and it refers to a DeviceDefinition' },
  { files: ['DeviceUseStatement-example'], rules: ['target:DeviceUseStatement.reasonReference'],
    because: 'reasonReference is Reference(Condition | Observation | DiagnosticReport | DocumentReference | Media), and it refers to a Procedure' },
  { files: ['DiagnosticReport-example-pgx'], rules: ['attachment-hash'],
    because: 'the hash is 40 hexadecimal digits, of other data; datatypes.html#Attachment: "The calculated hash of the data using SHA-1. Represented using base64"' },
  { files: ['Library-zika-virus-intervention-logic'], rules: ['uri-form'], because: 'the canonical "urn:oid:X.Y.Z" is no OID; datatypes.html#oid: urn:oid:[0-2](\\.(0|[1-9][0-9]*))+' },
  { files: ['MedicationRequest-medrx0301'], rules: ['target:MedicationRequest.dispenseRequest.performer'], because: 'dispenseRequest.performer is Reference(Organization), and it refers to a Practitioner' },
  { files: ['Observation-clinical-gender'], rules: ['target:Observation.performer'],
    because: 'Observation.performer is Reference(Practitioner | PractitionerRole | Organization | CareTeam | Patient | RelatedPerson), and it refers to an Encounter' },
  { files: ['Organization-2.16.840.1.113883.19.5', 'StructureDefinition-Consent'], rules: ['identifier-uri'], because: IDENTIFIER_URI },
  { files: ['PlanDefinition-example-cardiology-os'], rules: ['canonical-contained'],
    because: 'the canonicals #CardiologyReferralReasonValues and #amlodipinePrescription name contained resources that are not there; references.html#contained' },
  { files: ['Questionnaire-qs1'], rules: ['min:Questionnaire.item.linkId'], because: 'Questionnaire.item.linkId is 1..1, and 32 items have none' },
  { files: ['author', 'effective', 'end', 'keyword', 'workflow']
    .flatMap(name => [`SearchParameter-codesystem-extensions-CodeSystem-${name}`, `SearchParameter-valueset-extensions-ValueSet-${name}`]).toSorted(),
  rules: ['min:SearchParameter.base'], because: 'SearchParameter.base is 1..*, and they have none' },
  { files: ['SearchParameter-questionnaireresponse-extensions-QuestionnaireResponse-item-subject'], rules: ['primitive:id'],
    because: 'an id has at most 64 characters (datatypes.html#id), this one 70' },
  { files: ['StructureDefinition-Definition', 'StructureDefinition-Event', 'StructureDefinition-FiveWs', 'StructureDefinition-Request'], rules: ['sdf-4'],
    because: 'abstract is false and there is no baseDefinition; sdf-4: "If the structure is not abstract, then there SHALL be a baseDefinition"' },
]

const largeReasons: readonly Reason[] = [
  { files: ['Bundle-dataelements'], rules: ['bdl-7', 'identifier-uri'], because: 'seven entries have the fullUrl of another (http://hl7.org/fhir/StructureDefinition/de-Quantity.value), none a versionId; '
    + 'bdl-7: "FullUrl must be unique in a bundle"; and as StructureDefinition-Consent' },
  { files: ['Bundle-resources'], rules: ['identifier-uri'], because: 'holds StructureDefinition-Consent' },
  { files: ['Bundle-valueset-expansions'], rules: ['extension-context'], because: TRANSLATION },
  { files: ['Bundle-valuesets', 'CodeSystem-dicom-dcim'], rules: ['extension-context'], because: COMMENTS },
  { files: ['ImplementationGuide-fhir', 'ig-r4'], rules: ['min:ImplementationGuide.name', 'min:ImplementationGuide.status'], because: IMPLEMENTATION_GUIDE },
]

const isExample = (file: string): boolean => file.endsWith('.json') && file !== 'package.json'

const judge = (isOfSet: (bytes: number) => boolean, expected: readonly Reason[]): Judgement => {
  const byType = new Map<string, number>()
  const refused = new Map<string, readonly string[]>()
  let count = 0
  for (const file of readdirSync(FOLDER).filter(isExample)) {
    const url = new URL(file, FOLDER)
    if (!isOfSet(statSync(url).size)) continue
    const resource = JSON.parse(readFileSync(url, 'utf8')) as { resourceType: string }
    count++
    byType.set(resource.resourceType, (byType.get(resource.resourceType) ?? 0) + 1)
    // some examples claim profiles of guides that are not R4's
    const rules = [...new Set(errorsOf(check(resource, { ...DECLARED, unknownProfile: 'warning' })).map(({ code }) => code))]
    if (rules.length > 0) refused.set(file.replace('.json', ''), rules)
  }
  return {
    section: `${table(['resources', 'of so many types', 'accepted', 'refused'], [[`${count}`, `${byType.size}`, `${count - refused.size}`, `${refused.size}`]])}
${reasonsTable(expected)}`,
    problems: problemsOf(refused, expected),
  }
}

const exists = statSync(FOLDER, { throwIfNoEntry: false }) !== undefined
const missing = exists ? undefined : 'hl7.fhir.r4.examples is not installed'

export const r4Examples: JudgedSet = { name: 'r4-examples', missing, run: () => judge(bytes => bytes <= LARGE_BYTES, reasons) }

/** Bundles of definitions, and what else is over 300 KB. */
export const r4Collections: JudgedSet = { name: 'r4-collections', missing, run: () => judge(bytes => bytes > LARGE_BYTES, largeReasons) }
