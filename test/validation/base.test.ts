import { altered, check, DECLARED, errorsOf, observation, patient, serviceRequest, told } from './setup.ts'

const errors = (resource: object): string[] => told(errorsOf(check(resource, DECLARED)))

describe('what is right passes without a word', () => {
  it.each([['Patient', patient], ['ServiceRequest', serviceRequest], ['Observation', observation]])('%s', (_type, resource) => {
    expect(told(check(resource))).toEqual([])
  })

  it.each<[string, object]>([
    ['a birth date without day', { birthDate: '1942-05' }],
    ['a leap day', { birthDate: '1944-02-29' }],
    ['a primitive with an extension and no value', { _birthDate: { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }] } }],
    ['a null that holds the place of an extension', { name: [{ given: ['Ada', null], _given: [null, { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'masked' }] }] }] }],
    ['an element id', { name: [{ id: 'n1', text: 'x' }] }],
    ['a narrative', { text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml"><p>Edith &amp; co<br/></p></div>' } }],
    ['a reference inside the resource', { contained: [{ resourceType: 'Organization', id: 'o', name: 'x' }], managingOrganization: { reference: '#o' } }],
    ['a reference by identifier', { managingOrganization: { type: 'Organization', identifier: { value: 'x' } } }],
    ['a reference to another server', { managingOrganization: { reference: 'https://example.org/fhir/Organization/1/_history/2' } }],
    ['a logical URN', { managingOrganization: { reference: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520' } }],
  ])('%s', (_name, members) => {
    expect(errors({ resourceType: 'Patient', ...members })).toEqual([])
  })
})

describe('structure', () => {
  it.each<[string, object, string]>([
    ['an unknown element', { birthdate: '1942-05-01' }, 'element-unknown at Patient.birthdate'],
    ['an unknown element deep down', { name: [{ familyName: 'Frost' }] }, 'element-unknown at Patient.name[0].familyName'],
    ['a shadow of nothing', { _surname: { id: 'x' } }, 'element-unknown at Patient._surname'],
    ['an object for an array', { name: { family: 'Frost' } }, 'json-array at Patient.name'],
    ['an array for a single value', { birthDate: ['1942-05-01'] }, 'json-array at Patient.birthDate'],
    ['a string for an object', { name: ['Frost'] }, 'json-type:HumanName at Patient.name[0]'],
    ['an object for a string', { name: [{ family: { text: 'Frost' } }] }, 'json-type:string at Patient.name[0].family'],
    ['a number for a string', { name: [{ family: 7 }] }, 'json-type:string at Patient.name[0].family'],
    ['a string for a boolean', { active: 'true' }, 'json-type:boolean at Patient.active'],
    ['a string for a number', { multipleBirthInteger: '2' }, 'json-type:integer at Patient.multipleBirth.ofType(integer)'],
    ['null', { active: null }, 'json-type:boolean at Patient.active'],
    ['null in an array', { name: [null] }, 'json-type:HumanName at Patient.name[0]'],
    ['an empty array', { name: [] }, 'array-empty at Patient.name'],
    ['an empty object', { name: [{}] }, 'ele-1 at Patient.name[0]'],
    ['an object with an id only', { name: [{ id: 'x' }] }, 'ele-1 at Patient.name[0]'],
    ['an empty string', { name: [{ family: '' }] }, 'primitive:string at Patient.name[0].family'],
    ['two values of a choice', { deceasedBoolean: true, deceasedDateTime: '2026-01-01' }, 'choice:Patient.deceased[x] at Patient.deceased'],
    ['a choice in a type it has not', { deceasedString: 'yes' }, 'element-unknown at Patient.deceasedString'],
    ['a shadow that is no object', { birthDate: '1942', _birthDate: 'x' }, 'json-type:Element at Patient.birthDate'],
    ['something in a shadow that is none', { _birthDate: { value: 'x' } }, 'element-unknown at Patient.birthDate.value'],
  ])('%s', (_name, members, issue) => {
    expect(errors({ resourceType: 'Patient', ...members })).toContain(issue)
  })

  it('says the nearest name of an unknown element', () => {
    expect(check({ resourceType: 'Patient', birthdate: '1942-05-01' })[0]?.text).toBe('Patient has no element "birthdate"; did you mean "birthDate"?')
  })

  it('finds a missing element where it is missing', () => {
    expect(errors({ resourceType: 'ServiceRequest', intent: 'order', subject: { display: 'x' } })).toEqual(['min:ServiceRequest.status at ServiceRequest'])
    expect(errors({ resourceType: 'Patient', link: [{ type: 'refer' }, { other: { display: 'x' } }] }))
      .toEqual(['min:Patient.link.other at Patient.link[0]', 'min:Patient.link.type at Patient.link[1]'])
  })

  it.each<[string, unknown, string]>([
    ['no resourceType', {}, 'resource-type at Resource'],
    ['a resourceType that is none', { resourceType: 'Pateint' }, 'resource-type at Pateint'],
    ['a resourceType that is no name', { resourceType: '' }, 'resource-type at Resource'],
    ['a type without instances', { resourceType: 'DomainResource' }, 'resource-type at DomainResource'],
    ['an array', [], 'json-type:Resource at Resource'],
    ['null', null, 'json-type:Resource at Resource'],
    ['text', 'Patient', 'json-type:Resource at Resource'],
  ])('%s is no resource', (_name, value, issue) => {
    expect(errors(value as object)).toEqual([issue])
  })
})

describe('primitives', () => {
  it.each<[string, object, string]>([
    ['a day that does not exist', { birthDate: '2026-02-30' }, 'primitive:date at Patient.birthDate'],
    ['a leap day in another year', { birthDate: '1900-02-29' }, 'primitive:date at Patient.birthDate'],
    ['a month that does not exist', { birthDate: '2026-13-01' }, 'primitive:date at Patient.birthDate'],
    ['a British date', { birthDate: '01/05/1942' }, 'primitive:date at Patient.birthDate'],
    ['a time on a date', { birthDate: '1942-05-01T00:00:00Z' }, 'primitive:date at Patient.birthDate'],
    ['a time without a zone', { deceasedDateTime: '2026-01-01T10:00:00' }, 'primitive:dateTime at Patient.deceased.ofType(dateTime)'],
    ['hour 25', { deceasedDateTime: '2026-01-01T25:00:00Z' }, 'primitive:dateTime at Patient.deceased.ofType(dateTime)'],
    ['an instant without a time', { meta: { lastUpdated: '2026-01-01' } }, 'primitive:instant at Patient.meta.lastUpdated'],
    ['a fraction for an integer', { multipleBirthInteger: 1.5 }, 'primitive:integer at Patient.multipleBirth.ofType(integer)'],
    ['an integer beyond 32 bits', { multipleBirthInteger: 2147483648 }, 'primitive:integer at Patient.multipleBirth.ofType(integer)'],
    ['zero for a positive integer', { telecom: [{ rank: 0 }] }, 'primitive:positiveInt at Patient.telecom[0].rank'],
    ['a code with blanks around', { gender: ' female' }, 'primitive:code at Patient.gender'],
    ['a URI with a blank', { identifier: [{ system: 'https://x y' }] }, 'primitive:uri at Patient.identifier[0].system'],
    ['an id with a slash', { id: 'a/b' }, 'primitive:id at Patient.id'],
    ['an id of 65 characters', { id: 'x'.repeat(65) }, 'primitive:id at Patient.id'],
    ['base64 that is none', { photo: [{ contentType: 'image/png', data: '%%%' }] }, 'primitive:base64Binary at Patient.photo[0].data'],
    ['base64 cut short', { photo: [{ contentType: 'image/png', data: 'QUI' }] }, 'primitive:base64Binary at Patient.photo[0].data'],
  ])('%s', (_name, members, issue) => {
    expect(errors({ resourceType: 'Patient', ...members })).toEqual([issue])
  })

  it('refuses a number beyond what the hub can count with', () => {
    expect(errors({ ...observation, valueQuantity: { value: Infinity } })).toEqual(['primitive:decimal at Observation.value.ofType(Quantity).value'])
  })

  it('says what to send', () => {
    expect(check({ resourceType: 'Patient', deceasedDateTime: '2026-02-30' })[0]?.text)
      .toBe('"2026-02-30" is not a valid dateTime; send a date that exists, as 2026-02-28, or with a time and zone as 2026-02-28T14:30:00Z')
  })

  it.each<[string, object]>([
    ['a name', { name: ['Edith Frost'] }],
    ['a date of birth', { birthDate: '1942-05-32' }],
    ['a NHS number in a reference', { managingOrganization: { reference: 'Pateint/900-000-0009' } }],
    ['a NHS number in a code', { gender: '900 000 0009', maritalStatus: { coding: [{ system: ' ', code: 'x' }] } }],
  ])('does not repeat %s in an outcome', (_what, members) => {
    const texts = errorsOf(check({ resourceType: 'Patient', ...members })).map(({ text }) => text).join()
    expect(texts).not.toBe('')
    expect(texts).not.toMatch(/Edith|Frost|1942|900 000|900-000/)
  })

  it('does not repeat free text in an outcome', () => {
    const issue = check({ resourceType: 'Patient', name: [{ text: 'Edith\u0007Frost' }] })[0]
    expect(issue?.code).toBe('primitive:string')
    expect(issue?.text).not.toContain('Edith')
  })
})

describe('what a data type means', () => {
  const identifier = (members: object) => ({ identifier: [{ value: 'x', ...members }] })
  const photo = (members: object) => ({ photo: [{ contentType: 'image/png', ...members }] })
  const nationality = (url: string) => ({ extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/patient-nationality', extension: [{ url, valueCodeableConcept: { text: 'x' } }] }] })
  const status = (...coding: object[]) => ({ maritalStatus: { coding } })

  it.each<[string, object, string[]]>([
    ['an OID that is none', identifier({ system: 'urn:oid:1.2.x' }), ['uri-form at Patient.identifier[0].system']],
    ['an OID', identifier({ system: 'urn:oid:1.2.840' }), []],
    ['a UUID that is none', identifier({ system: 'urn:uuid:XYZ' }), ['uri-form at Patient.identifier[0].system']],
    ['an OID without urn:', identifier({ system: 'oid:1.2.840' }), ['uri-form at Patient.identifier[0].system']],
    ['a system that is not absolute', identifier({ system: 'nhs-number' }), ['identifier-system at Patient.identifier[0].system']],
    ['a value that must be a URI', identifier({ system: 'urn:ietf:rfc:3986', value: '1.2.3' }), ['identifier-uri at Patient.identifier[0].value']],
    ['a value that is a URI', identifier({ system: 'urn:ietf:rfc:3986', value: 'urn:oid:1.2.3' }), []],
    ['a code system that is not absolute', status({ system: 'snomed', code: '1' }), ['coding-system at Patient.maritalStatus.coding[0].system']],
    ['an edition for a code system', status({ system: 'http://snomed.info/sct/999000031000000106/version/20260401', code: '1' }), ['coding-system at Patient.maritalStatus.coding[0].system']],
    ['a value set for a code system', status({ system: 'http://hl7.org/fhir/ValueSet/marital-status', code: 'M' }), ['coding-system at Patient.maritalStatus.coding[0].system']],
    ['a size that is not the data\'s', photo({ data: 'QUJD', size: 4 }), ['attachment-size at Patient.photo[0].size']],
    ['the size of the data', photo({ data: 'QUI=', size: 2 }), []],
    ['a hash that is not the data\'s', photo({ data: 'QUI=', hash: 'LEZwlbCg5nvlH2vQD4DLIRiEbdw=' }), ['attachment-hash at Patient.photo[0].hash']],
    ['the hash of the data', photo({ data: 'QU JD', hash: 'PAG9uybzWLqyfyZ5JKosmgP8/bg=' }), []],
    ['an element\'s id with a blank', { name: [{ id: 'a b', text: 'x' }] }, ['element-id at Patient.name[0].id']],
    ['a part that an extension does not have', nationality('cod'), ['extension-part at Patient.extension[0].extension[0].url']],
    ['a part that an extension has', nationality('code'), []],
    ['an extension whose url is not absolute', { extension: [{ url: 'shoe-size', valueString: '42' }] }, ['extension-url at Patient.extension[0].url']],
    ['a contained resource without an id', { contained: [{ resourceType: 'Organization', name: 'x' }] }, ['dom-3 at Patient', 'contained-id at Patient.contained[0]']],
    ['text for a contained resource', { contained: ['x'] }, ['json-type:Resource at Patient.contained[0]']],
    ['two contained resources with one id', { contained: ['x', 'y'].map(name => ({ resourceType: 'Organization', id: 'o', name })), managingOrganization: { reference: '#o' } }, ['contained-id at Patient.contained[1].id']],
  ])('%s', (_name, members, expected) => {
    expect(errors({ resourceType: 'Patient', ...members })).toEqual(expected)
  })

  it('a canonical of something contained', () => {
    const response = (questionnaire: string, ...contained: object[]) => ({ resourceType: 'QuestionnaireResponse', status: 'completed', questionnaire, ...(contained.length > 0 ? { contained } : {}) })
    const questionnaire = { resourceType: 'Questionnaire', id: 'q', status: 'active', item: [{ linkId: '1', type: 'string' }] }
    expect(errors(response('#q', questionnaire))).toEqual([])
    expect(errors(response('#r', questionnaire))).toContain('canonical-contained at QuestionnaireResponse.questionnaire')
    expect(errors(response('#o', { resourceType: 'Organization', id: 'o', name: 'x' }))).toContain('canonical-contained at QuestionnaireResponse.questionnaire')
  })

  it.each<[string, object, string]>([
    ['a UUID in capitals', identifier({ system: 'urn:uuid:C757873D-EC9A-4326-A141-556F43239520' }), 'uri-form at Patient.identifier[0].system'],
    ['a code system in another spelling', { meta: { tag: [{ system: 'https://snomed.info/sct/', code: '87915002' }] } }, 'coding-system at Patient.meta.tag[0].system'],
    ['a year in which nobody lived', { birthDate: '1042-05-01' }, 'date-unlikely at Patient.birthDate'],
    ['a profile that is not absolute', { meta: { profile: ['Patient'] } }, 'canonical-relative at Patient.meta.profile[0]'],
  ])('%s is a warning', (_name, members, expected) => {
    expect(told(check({ resourceType: 'Patient', ...members }, DECLARED), 'warning')).toEqual([expected])
  })

  it('a period that never ends is none', () => {
    expect(told(check({ resourceType: 'Patient', name: [{ text: 'x', period: { start: '2026', end: '9999-12-31' } }] }, DECLARED))).toEqual([])
  })

  it.each([['mm[Hg]', true], ['/min', true], ['{Breaths}/min', true], ['10*9/L', true], ['mL/min/{1.73_m2}', true], ['mmHg', false], ['beats/min', false], ['foo', false], [`m${'.m'.repeat(500)}`, false]])(
    'of UCUM %s is a unit: %s', (code, isUnit) => {
      const issues = told(check({ ...observation, valueQuantity: { value: 1, system: 'http://unitsofmeasure.org', code } }, DECLARED))
      expect(issues).toEqual(isUnit ? [] : ['quantity-unit at Observation.value.ofType(Quantity).code'])
    })

  it('says which unit was meant', () => {
    expect(check({ ...observation, valueQuantity: { value: 1, system: 'http://unitsofmeasure.org', code: 'mmHg' } })[0]?.text).toBe('UCUM has no unit "mmHg"; did you mean "mm[Hg]"?')
  })

  it('says what is wrong with a narrative, and not what it says', () => {
    const issue = check({ resourceType: 'Patient', text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml"><p onclick="x">Edith</p></div>' } })[0]
    expect(issue).toMatchObject({ code: 'txt-1', expression: ['Patient.text.div'], text: expect.stringContaining('"onclick"') })
    expect(issue?.text).not.toContain('Edith')
  })
})

describe('bindings', () => {
  it('refuses a code outside a required value set and names the nearest', () => {
    const [issue] = check({ resourceType: 'Patient', gender: 'femal' })
    expect(issue).toMatchObject({ severity: 'error', type: 'code-invalid', code: 'binding:Patient.gender', expression: ['Patient.gender'] })
    expect(issue?.text).toContain('did you mean "female"?')
  })

  it('takes codes as they are written, capitals and all', () => {
    expect(errors({ resourceType: 'Patient', gender: 'Female' })).toEqual(['binding:Patient.gender at Patient.gender'])
  })

  it('warns of a code outside an extensible value set, but not of text alone', () => {
    const contact = (relationship: object) => ({ resourceType: 'Patient', contact: [{ name: { text: 'x' }, relationship: [relationship] }] })
    expect(told(check(contact({ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0131', code: 'QQ' }] }), DECLARED), 'warning'))
      .toContain('binding:Patient.contact.relationship at Patient.contact[0].relationship[0].coding[0]')
    expect(told(check(contact({ text: 'daughter' }), DECLARED))).toEqual([])
  })

  it.each([['en', true], ['en-GB', true], ['zh-Hant-TW', true], ['british english', false]])('language %s', (code, isMember) => {
    const issues = check({ resourceType: 'Patient', communication: [{ language: { coding: [{ system: 'urn:ietf:bcp:47', code }] } }] })
    expect(errorsOf(issues).length === 0).toBe(isMember)
  })

  it('tells of a preferred binding where that is wanted', () => {
    const reaction = (code: string) => ({ resourceType: 'Encounter', status: 'planned', class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
      hospitalization: { dietPreference: [{ text: 'x' }], specialCourtesy: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-EncounterSpecialCourtesy', code }] }] } })
    const advice = (code: string, preferred: boolean) => told(check(reaction(code), { ...DECLARED, preferred }), 'information')
    const issue = 'binding:Encounter.hospitalization.specialCourtesy at Encounter.hospitalization.specialCourtesy[0].coding[0]'
    expect(advice('VIP', true)).toEqual([])
    expect(advice('QQQ', true)).toContain(issue)
    expect(advice('QQQ', false)).toEqual([])
  })

  it('takes FHIRPath\'s own types for types of elements', () => {
    const structure = (code: string) => ({ resourceType: 'StructureDefinition', url: 'https://example.org/x', name: 'X', status: 'draft', kind: 'resource', abstract: false, type: 'Patient',
      baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient', derivation: 'constraint', differential: { element: [{ id: 'Patient.id', path: 'Patient.id', type: [{ code }] }] } })
    expect(told(check(structure('http://hl7.org/fhirpath/System.String')), 'warning')).toEqual([])
    expect(told(check(structure('http://hl7.org/fhirpath/String')), 'warning')).toEqual(['binding:ElementDefinition.type.code at StructureDefinition.differential.element[0].type[0].code'])
  })

  it('lets a preferred binding go elsewhere, but not outside its maximum value set', () => {
    expect(told(check({ ...patient, language: 'cy' }))).toEqual([])
    expect(errors({ ...patient, language: 'welsh language' })).toEqual(['binding-max:Patient.language at Patient.language'])
  })

  it('says once that a value set cannot be checked, and never calls its codes right', () => {
    const reason = { coding: [{ system: 'http://snomed.info/sct', code: '217082002' }] }
    const issues = check({ ...serviceRequest, bodySite: [reason, reason] }, DECLARED)
    expect(errorsOf(issues)).toEqual([])
    expect(issues.filter(({ code }) => code === 'binding-not-checked').length).toBeLessThanOrEqual(1)
  })

  it('warns of a display that is not the code\'s', () => {
    const category = (display: string) => altered(observation, 'category.0.coding.0.display', display)
    expect(told(check(category('Laboratory'))))
      .toEqual(['coding-display at Observation.category[0].coding[0].display'])
    expect(told(check(category('vital signs')))).toEqual([])
  })
})

describe('references', () => {
  it.each<[string, object, string]>([
    ['a type that may not stand there', { managingOrganization: { reference: 'Patient/1' } }, 'target:Patient.managingOrganization at Patient.managingOrganization'],
    ['a type that is none', { managingOrganization: { reference: 'Organisation/1' } }, 'reference-type at Patient.managingOrganization.reference'],
    ['a type other than the reference', { generalPractitioner: [{ reference: 'Organization/1', type: 'Practitioner' }] }, 'reference-type at Patient.generalPractitioner[0].type'],
    ['nothing contained under that id', { managingOrganization: { reference: '#o' } }, 'ref-1 at Patient.managingOrganization'],
    ['a contained resource of the wrong type', { contained: [{ resourceType: 'Practitioner', id: 'o' }], managingOrganization: { reference: '#o' } },
      'target:Patient.managingOrganization at Patient.managingOrganization'],
  ])('%s', (_name, members, issue) => {
    expect(errors({ resourceType: 'Patient', ...members })).toContain(issue)
  })

  it('knows the type of a Bundle entry behind its UUID', () => {
    const uuid = (n: number) => `urn:uuid:00000000-0000-4000-8000-00000000000${n}`
    const bundle = (subject: number) => ({ resourceType: 'Bundle', type: 'collection', entry: [
      { fullUrl: uuid(1), resource: patient },
      { fullUrl: uuid(2), resource: { resourceType: 'Practitioner', name: [{ text: 'x' }] } },
      { fullUrl: uuid(3), resource: { ...serviceRequest, subject: { reference: uuid(subject) } } },
    ] })
    expect(errors(bundle(1))).toEqual([])
    expect(errors(bundle(2))).toEqual(['target:ServiceRequest.subject at Bundle.entry[2].resource.subject'])
  })
})

describe('a reference to nothing', () => {
  const to = (managingOrganization: object) => told(check({ resourceType: 'Patient', managingOrganization }, DECLARED))
  it('is a warning', () => {
    expect(to({ type: 'Organization' })).toEqual(['reference-empty at Patient.managingOrganization'])
    expect(to({ display: 'Preston' })).toEqual([])
    expect(to({ extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }] })).toEqual([])
  })
})

describe('a reference by itself', () => {
  const to = (reference: string) => told(check({ resourceType: 'Patient', managingOrganization: { reference } }, DECLARED))
  const at = 'at Patient.managingOrganization.reference'

  it.each(['9000000009', 'organization/1', 'Organization', 'Organization/a b', ':uuid:43a42f7a-a6f2-42a5-a8f0-fc85abf8c3fa'])('that nobody can follow is a warning: %s', reference => {
    expect(to(reference)).toEqual([`reference-form ${at}`])
  })
  it.each(['Organization/1', 'https://x.example/org', 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520', 'Organization/1/_history/2'])('may be %s', reference => {
    expect(to(reference)).toEqual([])
  })
  it('is no search outside of a transaction', () => expect(to('Organization?name=x')).toEqual([`reference-conditional ${at}`]))
})

describe('the units of a data type', () => {
  const onset = (onsetAge: object) => told(check({ resourceType: 'Condition', subject: { reference: 'Patient/1' }, onsetAge: { value: 80, system: 'http://unitsofmeasure.org', ...onsetAge } }, DECLARED))
  it('are those that it is bound to', () => {
    expect(onset({ code: 'a' })).toEqual([])
    expect(onset({ code: 'cm' })).toEqual(['binding:Age at Condition.onset.ofType(Age)', 'binding-not-checked at Condition.onset.ofType(Age)'])
  })
})

describe('invariants', () => {
  it.each<[string, object, string]>([
    ['pat-1', { resourceType: 'Patient', contact: [{ gender: 'male' }] }, 'pat-1 at Patient.contact[0]'],
    ['per-1', { resourceType: 'Patient', name: [{ text: 'x', period: { start: '2026-02-01', end: '2026-01-01' } }] }, 'per-1 at Patient.name[0].period'],
    ['cpt-2', { resourceType: 'Patient', telecom: [{ value: '1' }] }, 'cpt-2 at Patient.telecom[0]'],
    ['org-1', { resourceType: 'Organization', active: true }, 'org-1 at Organization'],
    ['prr-1', { ...serviceRequest, code: undefined, orderDetail: [{ text: 'x' }] }, 'prr-1 at ServiceRequest'],
    ['tim-1', { ...serviceRequest, occurrenceTiming: { repeat: { duration: 1 } } }, 'tim-1 at ServiceRequest.occurrence.ofType(Timing).repeat'],
    ['dom-2', { resourceType: 'Patient', contained: [{ resourceType: 'Organization', id: 'a', name: 'x', contained: [{ resourceType: 'Organization', id: 'b', name: 'x' }] }], managingOrganization: { reference: '#a' } }, 'dom-2 at Patient'],
    ['dom-3', { resourceType: 'Patient', contained: [{ resourceType: 'Organization', id: 'a', name: 'x' }] }, 'dom-3 at Patient'],
    ['ext-1', { resourceType: 'Patient', extension: [{ url: 'https://example.org/a' }] }, 'ext-1 at Patient.extension[0]'],
    ['bdl-3', { resourceType: 'Bundle', type: 'transaction', entry: [{ resource: patient }] }, 'bdl-3 at Bundle'],
    ['sqty-1', { ...observation, referenceRange: [{ low: { value: 1, comparator: '<' } }] }, 'sqty-1 at Observation.referenceRange[0].low'],
    ['txt-1', { resourceType: 'Patient', text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml"><script>x</script></div>' } }, 'txt-1 at Patient.text.div'],
  ])('%s', (_key, resource, issue) => {
    expect(errors(resource)).toContain(issue)
  })

  it('are asked inside contained resources and Bundle entries, numbered', () => {
    const faulty = { resourceType: 'Patient', contact: [{ gender: 'male' }] }
    expect(errors({ resourceType: 'Bundle', type: 'collection', entry: [{ resource: patient }, { resource: faulty }] }))
      .toEqual(['pat-1 at Bundle.entry[1].resource.contact[0]'])
    expect(errors({ ...serviceRequest, contained: [{ ...faulty, id: 'p' }], subject: { reference: '#p' } }))
      .toEqual(['pat-1 at ServiceRequest.contained[0].contact[0]'])
  })

  it('leaves recommendations about narrative unsaid', () => {
    expect(told(check({ resourceType: 'Organization', name: 'x' }))).toEqual([])
  })
})

describe('extensions', () => {
  const ukcore = (name: string) => `https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-${name}`
  const withExtension = (extension: object) => ({ resourceType: 'Patient', extension: [extension] })

  it('allows an unknown one and says so once', () => {
    const unknown = { url: 'https://example.org/StructureDefinition/shoe-size', valueString: '42' }
    const issues = check({ resourceType: 'Patient', extension: [unknown, unknown] }, DECLARED)
    expect(issues.map(({ severity, code }) => [severity, code])).toEqual([['information', 'extension-unknown']])
  })

  it('refuses an unknown modifier extension', () => {
    expect(errors({ resourceType: 'Patient', modifierExtension: [{ url: 'https://example.org/not', valueBoolean: true }] }))
      .toEqual(['modifier-extension-unknown at Patient.modifierExtension[0]'])
  })

  it('suggests the canonical probably meant', () => {
    expect(check(withExtension({ url: ukcore('BirthSexx'), valueString: 'x' }), DECLARED)[0]?.text).toContain(`did you mean ${ukcore('BirthSex')}?`)
  })

  it.each<[string, object, string]>([
    ['a value of another type', { url: ukcore('BirthSex'), valueString: 'F' }, 'type:Extension.value[x] at Patient.extension[0].value.ofType(string)'],
    ['a code outside its value set', { url: ukcore('BirthSex'), valueCodeableConcept: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-AdministrativeGender', code: 'X' }] } },
      'binding:Extension.value[x] at Patient.extension[0].value.ofType(CodeableConcept).coding[0]'],
    ['a part it must have', { url: ukcore('DeathNotificationStatus'), extension: [{ url: 'systemEffectiveDate', valueDateTime: '2026-01-01' }] },
      'slice-min:Extension.extension:deathNotificationStatus at Patient.extension[0]'],
  ])('holds a known one against its definition: %s', (_name, extension, issue) => {
    expect(errors(withExtension(extension))).toContain(issue)
  })

  it('refuses one where its definition does not allow it', () => {
    const onName = { resourceType: 'Patient', name: [{ text: 'x', extension: [{ url: ukcore('BirthSex'), valueCodeableConcept: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-AdministrativeGender', code: 'F' }] } }] }] }
    expect(errors(onName)).toEqual(['extension-context at Patient.name[0].extension[0]'])
  })
})

describe('Bundles', () => {
  const bundle = (type: string, ...entry: object[]) => ({ resourceType: 'Bundle', type, entry })
  it.each<[string, object, string]>([
    ['a relative fullUrl', bundle('collection', { fullUrl: 'Patient/1', resource: patient }), 'bundle-fullurl at Bundle.entry[0].fullUrl'],
    ['a fullUrl with another id', bundle('collection', { fullUrl: 'https://x.example/fhir/Patient/1', resource: { ...patient, id: '2' } }), 'bundle-fullurl-id at Bundle.entry[0].fullUrl'],
    ['a search result without id', bundle('searchset', { resource: patient }), 'bundle-search-id at Bundle.entry[0].resource'],
    ['an outcome that is none', bundle('searchset', { resource: { ...patient, id: '1' }, search: { mode: 'outcome' } }), 'bundle-search-outcome at Bundle.entry[0].resource'],
    ['the same fullUrl twice', bundle('collection', { fullUrl: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520', resource: patient }, { fullUrl: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520', resource: patient }), 'bdl-7 at Bundle'],
    ['an unknown type in an entry', bundle('collection', { resource: patient }, { resource: { resourceType: 'Foo' } }), 'resource-type at Bundle.entry[1].resource'],
    ['no resource in an entry', bundle('collection', { resource: 'x' }), 'json-type:Resource at Bundle.entry[0].resource'],
  ])('%s', (_name, resource, issue) => {
    expect(errors(resource)).toContain(issue)
  })
})

describe('a choice', () => {
  const nowhere = { extension: [{ url: 'https://example.org/why-not', valueString: 'x' }] }

  it('has one value, also where one of two is only an extension', () => {
    expect(errors({ ...observation, valueQuantity: undefined, valueString: 'a', _valueInteger: nowhere })).toEqual(['choice:Observation.value[x] at Observation.value'])
    expect(errors({ ...observation, valueQuantity: undefined, _valueString: nowhere, _valueInteger: nowhere })).toEqual(['choice:Observation.value[x] at Observation.value'])
    expect(errors({ ...observation, valueQuantity: undefined, valueString: 'a', _valueString: nowhere })).toEqual([])
  })
})
