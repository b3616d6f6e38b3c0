/**
 * Published examples sent as referrals, over HTTP, to a real hub: every UK Core Patient with a minimal ServiceRequest,
 * every UK Core ServiceRequest with a minimal Patient, and the national validation request as it is.
 *
 * Each is answered 201 and stored whole but for what this table states, with the reason. Skipped where ../shared is absent.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Bundle, FhirResource, OperationOutcome, Parameters, Patient, Provenance, Resource, ServiceRequest } from 'fhir/r4.js'
import type { Response } from 'supertest'
import { readArchive } from '../definitions/archive.ts'
import { openStory, referralIn, type Story } from '../referral/story.ts'

const UKCORE = new URL('../../../shared/ukcore/', import.meta.url)
const BARS = new URL('../../../shared/bars/examples-api-1.0.0/process_message/request/ValidationRequest-POST.json', import.meta.url)
const whenShared = existsSync(UKCORE) && existsSync(BARS) ? describe : describe.skip

/** An issue of the answer; `fix` when it also stands in the fix-data Task. */
interface Expected {
  readonly code: string
  /** Below the example's resource. */
  readonly at: string
  readonly fix: boolean
  readonly because: string
}

const lost = (...elements: string[]): Expected[] => elements.map(at => (
  { code: 'reference-not-stored', at, fix: true, because: 'the example points to a resource that is not sent with it; its display stays' }))

const unknownExtension: Expected = {
  code: 'extension-unknown', at: '.extension[0]', fix: false, because: 'the extension is of an older line than the definitions held here; it is kept' }

const yearsAgo: Expected = {
  code: 'authored-not-credible', at: '.authoredOn', fix: false, because: 'the example was written years before it is received here' }

const birthPlace: Expected = {
  code: 'hub-postcode', at: '.extension[0].value.ofType(Address).postalCode', fix: false, because: 'the place of birth has no postcode of the national form; it is kept' }

const addressKey: Expected = {
  code: 'hub-paf', at: '.address[0].extension[0].extension[1].value.ofType(string)', fix: false, because: 'the address key is not of the form of the Postcode Address File; it is kept' }

const ORDER = ['.requester', '.performer[0]', '.locationReference[0]']

/** By file, of both lines; a file that is not named is stored just as sent, with no issue and no Task. */
const expectations: Readonly<Record<string, readonly Expected[]>> = {
  'UKCore-Patient-BabyPatient-Example': [
    { code: 'hub-nhs-number', at: '.identifier[0].value', fix: true, because: '9912003890 fails the modulus 11 check: it is kept as words, not as an NHS number' },
    { code: 'patient-mended', at: '', fix: true, because: 'the Patient is stored with that identifier rewritten' },
  ],
  'Extension-UKCore-MedicalApplianceSupplier-Example': [unknownExtension, ...lost('.extension[0].valueReference')],
  'UKCore-Patient-Extension-MedicalApplianceSupplier-Example': [unknownExtension, ...lost('.extension[0].valueReference')],
  'Extension-UKCore-PreferredDispenserOrganization-Example': [unknownExtension, ...lost('.extension[0].valueReference')],
  'UKCore-Patient-Extension-PreferredDispenserOrganization-Example': [unknownExtension, ...lost('.extension[0].valueReference')],
  'Extension-UKCore-OverseasVisitorChargingCategory-Example': [unknownExtension],
  'UKCore-Patient-Extension-OverseasVisitorChargingCategory-Example': [unknownExtension],
  'Extension-UKCore-AdditionalContact-Example': lost('.extension[0].valueReference', '.requester'),
  'UKCore-ServiceRequest-Extension-AdditionalContact-Example': lost('.extension[0].valueReference', '.requester'),
  'Extension-UKCore-PriorityReason-Example': lost('.requester'),
  'UKCore-ServiceRequest-Extension-PriorityReason-Example': lost('.requester'),
  'Extension-UKCore-PriorityReason-SendingAsText-Example': lost('.requester'),
  'UKCore-Extension-PriorityReason-SendingAsText-Example': lost('.requester'),
  'Extension-UKCore-BirthPlace-Example': [birthPlace],
  'UKCore-Patient-Extension-BirthPlace-Example': [birthPlace],
  'Patient-Extension-BirthPlace-Example': [birthPlace],
  'Extension-UKCore-AddressKey-Example': [addressKey],
  'UKCore-Patient-Extension-AddressKey-Example': [addressKey],
  'UKCore-ServiceRequest-CTChestScan-Example': [yearsAgo, ...lost(...ORDER)],
  'UKCore-ServiceRequest-ECG-Example': [yearsAgo, ...lost(...ORDER)],
  'UKCore-ServiceRequest-HipReplacement-Example': [yearsAgo, ...lost(...ORDER)],
  'UKCore-ServiceRequest-ColonoscopyRequest-Example': [yearsAgo, ...lost('.encounter', ...ORDER, '.reasonReference[0]', '.supportingInfo[0]')],
  'UKCore-ServiceRequest-Lab-CReactiveProtein-Example': [yearsAgo, ...lost('.requester', '.performer[0]', '.reasonReference[0]')],
}

interface Example {
  readonly file: string
  readonly resource: FhirResource
}

/** Resources of both published lines, whatever their file is called. */
const everything = (): readonly Example[] => {
  if (!existsSync(UKCORE)) return []
  const folder = new URL('stu3/examples/', UKCORE)
  const stu3 = readdirSync(folder).map(name => ({ file: `STU3 ${name}`, text: readFileSync(new URL(name, folder), 'utf8') }))
  const stu2 = [...readArchive(fileURLToPath(new URL('fhir.r4.ukcore.stu2-2.0.2.tgz', UKCORE)))]
    .filter(({ name }) => /\/examples?\/.*\.json$/.test(name))
    .map(({ name, text }) => ({ file: `STU2 ${name.split('/').at(-1)}`, text }))
  return [...stu3, ...stu2].map(({ file, text }) => ({ file, resource: JSON.parse(text) as FhirResource }))
}
const all = everything()
const examples = (type: string): readonly Example[] => all.filter(({ resource }) => resource.resourceType === type)

/** Jest wants one case at least, also where all are skipped. */
const cases = (type: string): (readonly [string, Example])[] => {
  const found = examples(type).map(example => [example.file, example] as const)
  return found.length > 0 ? found : [['../shared is absent', { file: '', resource: { resourceType: 'Basic', code: {} } }]]
}

let story: Story
beforeAll(async () => { story = await openStory() })
afterAll(() => story.stop())

const collection = (...entries: { fullUrl: string; resource: object }[]): object => ({ resourceType: 'Bundle', type: 'collection', entry: entries })

/** `reference-not-stored Bundle.entry[1].resource.requester`, without "no issues". */
const issuesOf = (outcome: OperationOutcome | undefined): string[] => (outcome?.issue ?? [])
  .filter(({ expression }) => expression !== undefined)
  .map(({ details, expression }) => `${details?.coding?.[0]?.code} ${expression?.[0]}`).sort()

const told = (answer: Response): string[] =>
  issuesOf((answer.body as Parameters).parameter?.find(({ name }) => name === 'outcome')?.resource as OperationOutcome | undefined)

/** Issues of the fix-data Tasks of a referral. */
const toFix = async (referral: string): Promise<string[]> => {
  const tasks = (await story.tasks(story.desk, referral)).filter(({ code }) => code?.coding?.[0]?.code === 'fix-data')
  return tasks.flatMap(({ contained }) => (contained as OperationOutcome[]).flatMap(issuesOf)).sort()
}

const read = async <T extends Resource>(reference: string): Promise<T> => (await story.get(story.gp, reference)).body as T

/** Elements of the sent resource that are stored unchanged, which is all but those named. */
const unchanged = (sent: object, but: readonly string[]): object =>
  Object.fromEntries(Object.entries(sent).filter(([name]) => !['id', 'meta', ...but].includes(name)))

const elementsOf = (expected: readonly Expected[]): string[] =>
  expected.filter(({ code }) => code !== 'extension-unknown' && code !== 'authored-not-credible').flatMap(({ at }) => /^\.([A-Za-z]+)/.exec(at)?.[1] ?? [])

const expectedFor = ({ file }: Example): readonly Expected[] => expectations[file.slice(5).replace('.json', '')] ?? []
const at = (entry: string) => ({ code, at: place }: Expected): string => `${code} ${entry}${place}`

whenShared('a UK Core Patient with a minimal ServiceRequest', () => {
  it.each(cases('Patient'))('%s', async (_file, example) => {
    const answer = await story.submit(collection({ fullUrl: 'urn:uuid:5f1b7c0e-0000-4000-8000-000000000001', resource: example.resource }, {
      fullUrl: 'urn:uuid:5f1b7c0e-0000-4000-8000-000000000002',
      resource: { resourceType: 'ServiceRequest', status: 'active', intent: 'order', subject: { reference: 'urn:uuid:5f1b7c0e-0000-4000-8000-000000000001' } },
    }))
    const expected = expectedFor(example)
    expect([answer.status, told(answer)]).toEqual([201, expected.map(at('Bundle.entry[0].resource')).sort()])
    expect(await toFix(referralIn(answer))).toEqual(expected.filter(({ fix }) => fix).map(at('Bundle.entry[0].resource')).sort())
    const request = await read<ServiceRequest>(`ServiceRequest/${referralIn(answer)}`)
    expect(await read<Patient>(request.subject.reference ?? '')).toMatchObject(unchanged(example.resource, elementsOf(expected)))
  })
})

whenShared('a UK Core ServiceRequest with a minimal Patient', () => {
  it.each(cases('ServiceRequest'))('%s', async (_file, example) => {
    const subject = (example.resource as ServiceRequest).subject.reference ?? ''
    const answer = await story.submit(collection(
      { fullUrl: `https://gp.example/fhir/${subject}`, resource: { resourceType: 'Patient', name: [{ family: 'Hartley' }] } },
      { fullUrl: 'urn:uuid:5f1b7c0e-0000-4000-8000-000000000002', resource: example.resource },
    ), story.gp)
    const expected = expectedFor(example)
    expect([answer.status, told(answer)]).toEqual([201, expected.map(at('Bundle.entry[1].resource')).sort()])
    expect(await toFix(referralIn(answer))).toEqual(expected.filter(({ fix }) => fix).map(at('Bundle.entry[1].resource')).sort())
    const stored = await read<ServiceRequest>(`ServiceRequest/${referralIn(answer)}`)
    expect(stored).toMatchObject(unchanged(example.resource, [...elementsOf(expected), 'subject', 'identifier']))
    expect(stored.identifier).toEqual(expect.arrayContaining((example.resource as ServiceRequest).identifier ?? []))
    expect((await read<Patient>(stored.subject.reference ?? '')).name).toEqual([{ family: 'Hartley' }])
  })
})

/** What is said of the national validation request, entry by entry. */
const national: readonly (Omit<Expected, 'at'> & { readonly entry: number; readonly at: string })[] = [
  { entry: 0, code: 'profile-unknown', at: '.meta.profile[0]', fix: false, because: 'BaRS profiles are not held here' },
  { entry: 0, code: 'extension-unknown', at: '.extension[0]', fix: false, because: 'BaRS extension CDSSExtension; kept' },
  { entry: 1, code: 'profile-unknown', at: '.meta.profile[0]', fix: false, because: 'BaRS profiles are not held here' },
  { entry: 2, code: 'identifier-system', at: '.identifier[0]', fix: false, because: 'http:// dos-service-id' },
  { entry: 3, code: 'reference-not-stored', at: '.episodeOfCare[0]', fix: true, because: 'the EpisodeOfCare (Journey ID) is not among the 19' },
  { entry: 4, code: 'profile-unknown', at: '.meta.profile[0]', fix: false, because: 'UKCore-CarePlan is not restated here' },
  { entry: 5, code: 'verification-status', at: '.identifier[0].extension[0].valueCodeableConcept.coding[0]', fix: false, because: 'retired code system' },
  { entry: 5, code: 'language', at: '.communication[0].language.coding[0]', fix: false, because: 'retired code system UKCore-HumanLanguage' },
  { entry: 5, code: 'binding:Extension.value[x]', at: '.extension[0].value.ofType(CodeableConcept).coding[0]', fix: false, because: 'ethnic category of an older code system; the binding is extensible, it is kept' },
  { entry: 5, code: 'hub-nhs-number', at: '.identifier[0].value', fix: true, because: '3478526985 fails the modulus 11 check' },
  { entry: 5, code: 'patient-mended', at: '', fix: true, because: 'the NHS number is kept as words' },
  { entry: 5, code: 'binding:Patient.contact.relationship', at: '.contact[0].relationship[0].coding[0]', fix: false, because: 'the code names a value set as its system; extensible, kept' },
  { entry: 5, code: 'binding:Patient.contact.relationship', at: '.contact[1].relationship[0].coding[0]', fix: false, because: 'the code names a value set as its system; extensible, kept' },
  { entry: 5, code: 'coding-system', at: '.contact[0].relationship[0].coding[0].system', fix: true, because: 'the code names a value set as its system' },
  { entry: 5, code: 'coding-system', at: '.contact[1].relationship[0].coding[0].system', fix: true, because: 'the code names a value set as its system' },
  { entry: 8, code: 'hub-identifier-form', at: '.identifier[0].value', fix: false, because: 'the identifier has not the form that its system calls for; it is kept' },
  { entry: 14, code: 'hub-identifier-form', at: '.identifier[0].value', fix: false, because: 'the identifier has not the form that its system calls for; it is kept' },
  { entry: 6, code: 'identifier-system', at: '.identifier[0]', fix: false, because: 'ods-organization-code with a lower-case id' },
  { entry: 7, code: 'binding:PractitionerRole.specialty', at: '.specialty[0].coding[0]', fix: false, because: 'a SNOMED CT code beside the value set; extensible, kept' },
  { entry: 10, code: 'identifier-system', at: '.identifier[0]', fix: false, because: 'ods-organization-code with a lower-case id' },
  { entry: 12, code: 'identifier-system', at: '.identifier[0]', fix: false, because: 'ods-organization-code with a lower-case id' },
  { entry: 13, code: 'extension-unknown', at: '.extension[0]', fix: false, because: 'BaRS extension LocationExtension; kept' },
  { entry: 15, code: 'binding:PractitionerRole.specialty', at: '.specialty[0].coding[0]', fix: false, because: 'a SNOMED CT code beside the value set; extensible, kept' },
  { entry: 17, code: 'profile-unknown', at: '.meta.profile[1]', fix: false, because: 'BaRS profiles are not held here' },
  { entry: 18, code: 'binding:Consent.category', at: '.category[0].coding[0]', fix: false, because: 'a BaRS category; extensible, kept' },
  { entry: 18, code: 'binding:Consent.policyRule', at: '.policyRule.coding[0]', fix: false, because: 'a BaRS policy; extensible, kept' },
]

whenShared('the national validation request, 19 resources', () => {
  const TYPES = ['CarePlan', 'Consent', 'Encounter', 'Flag', 'HealthcareService', 'Location', 'MessageHeader', 'Observation', 'Organization',
    'Patient', 'Practitioner', 'PractitionerRole', 'ServiceRequest']
  const counts = async (): Promise<number[]> => Promise.all(TYPES.map(async type => ((await story.get({ client: 'administrator' }, `${type}?_summary=count`)).body as Bundle).total ?? 0))

  it('is stored whole, with the issues and the fix-data Task that the table states', async () => {
    const sent = JSON.parse(readFileSync(BARS, 'utf8')) as Bundle
    const before = await counts()
    const answer = await story.submit(sent)
    const place = ({ entry, code, at: below }: (typeof national)[number]): string => `${code} Bundle.entry[${entry}].resource${below}`
    expect([answer.status, told(answer)]).toEqual([201, national.map(place).sort()])
    const stored = (await counts()).map((count, index) => count - (before[index] ?? 0))
    expect(Object.fromEntries(TYPES.map((type, index) => [type, stored[index]]))).toEqual({
      CarePlan: 1, Consent: 1, Encounter: 1, Flag: 1, HealthcareService: 1, Location: 1, MessageHeader: 1, Observation: 1, Organization: 5,
      Patient: 1, Practitioner: 2, PractitionerRole: 2, ServiceRequest: 1,
    })
    expect(await toFix(referralIn(answer))).toEqual(national.filter(({ fix }) => fix).map(place).sort())
    const request = await read<ServiceRequest>(`ServiceRequest/${referralIn(answer)}`)
    expect(request).toMatchObject({ status: 'active', intent: 'plan' })
    const found = await read<Bundle<Provenance>>(`Provenance?target=${request.subject.reference}`)
    expect(found.entry?.map(({ resource }) => resource?.activity?.text)).toEqual(['Normalised at intake: verification-status, language, mended'])
  })
})

whenShared('the sweep', () => {
  it('is of every example there is: 52 Patients, 18 ServiceRequests', () => {
    expect([examples('Patient').length, examples('ServiceRequest').length]).toEqual([52, 18])
  })
  it('states nothing about files that are not there', () => {
    const files = new Set([...examples('Patient'), ...examples('ServiceRequest')].map(({ file }) => file.slice(5).replace('.json', '')))
    expect(Object.keys(expectations).filter(file => !files.has(file))).toEqual([])
  })
})
