/** What a SearchParameter of somebody's own is refused for, each at its element, and what is taken. */
import { loadDefinitions } from '../../../src/definitions/load.ts'
import { judgeParameter } from '../../../src/search/custom/judge.ts'
import { parameterIn } from '../../../src/search/custom/definition.ts'
import { withParameters } from '../../../src/search/parameters.ts'

const definitions = loadDefinitions()

const parameter = (changes: object) => ({
  resourceType: 'SearchParameter', url: 'http://x.example/SearchParameter/own', name: 'Own', status: 'active', description: 'Own',
  code: 'own', base: ['Patient'], type: 'string', expression: 'Patient.name.family', ...changes,
})

const judged = (changes: object) => judgeParameter(definitions, parameter(changes)).map(({ expression, text }) => [expression[0], text] as const)

describe('taken are', () => {
  it.each([
    ['a path', 'string', 'Patient.name.family'],
    ['a union', 'string', 'Patient.name.family | Patient.name.given'],
    ['the value of an extension', 'token', 'Patient.extension(\'http://x.example/e\').value.ofType(Coding)'],
    ['an extension inside one, as US Core writes it', 'token', 'Patient.extension.where(url = \'http://x.example/race\').extension.value.code'],
    ['an extension of a primitive', 'date', 'Patient.birthDate.extension(\'http://hl7.org/fhir/StructureDefinition/patient-birthTime\').value'],
    ['a criterion', 'string', 'Patient.telecom.where(system = \'phone\' and use = \'home\').value'],
    ['a criterion in a criterion', 'token', 'Patient.contact.where(relationship.where(coding.exists(code = \'N\')).exists()).telecom'],
    ['the first of several', 'string', 'Patient.name.first().family'],
    ['an index', 'string', 'Patient.name[0].family'],
    ['a question', 'token', 'Patient.photo.exists()'],
    ['a count', 'number', 'Patient.name.count()'],
    ['a reference to one type', 'reference', 'Patient.generalPractitioner.where(resolve() is Organization)'],
    ['a type of a choice', 'date', '(Patient.deceased as dateTime)'],
    ['a choice of which some types fit', 'date', 'Patient.deceased'],
    ['what every resource has', 'uri', 'Resource.meta.profile'],
  ])('%s', (_what, type, expression) => {
    expect(judged({ type, expression })).toEqual([])
  })

  it('several bases, each with a path of its own', () => {
    expect(judged({ base: ['Patient', 'Person'], expression: 'Patient.name.family | Person.name.family' })).toEqual([])
  })
  it('every type at once', () => {
    expect(judged({ base: ['Resource'], type: 'token', expression: 'Resource.language' })).toEqual([])
    expect(judged({ base: ['DomainResource'], type: 'token', expression: 'DomainResource.text.status' })).toEqual([])
  })
  it('a composite of parameters that are there, R4\'s or one\'s own', () => {
    const own = parameterIn(parameter({ code: 'kin', url: 'http://x.example/SearchParameter/kin', type: 'token', expression: 'Patient.contact.relationship' }))
    const composite = parameter({
      type: 'composite', code: 'kin-gender', expression: 'Patient.contact',
      component: [
        { definition: own.url, expression: 'relationship' },
        { definition: 'http://hl7.org/fhir/SearchParameter/individual-gender|4.0.1', expression: 'gender' },
      ],
    })
    expect(judgeParameter(withParameters(definitions, [own]), composite)).toEqual([])
    expect(judgeParameter(definitions, composite).map(({ expression }) => expression[0])).toEqual(['SearchParameter.component[0].definition'])
  })
})

describe('refused, at the element at fault, is', () => {
  it.each([
    ['a code of R4 itself', { code: 'family' }, 'code', /Patient has the search parameter "family" by R4 itself, which cannot be changed/],
    ['a code that every resource has', { code: '_tag' }, 'code', /Patient has the search parameter "_tag" by R4 itself/],
    ['a code as R4 may have one tomorrow', { code: '_mine' }, 'code', /no code to search by/],
    ['a code of R4 on one of the types', { base: ['Resource'], code: 'status', type: 'token', expression: 'Resource.language' }, 'code', /by R4 itself/],
    ['a code that a query would read otherwise', { code: 'a.b' }, 'code', /no code to search by/],
    ['a url of R4 itself', { url: 'http://hl7.org/fhir/SearchParameter/individual-family' }, 'url', /of R4 itself, which cannot be changed/],
    ['a base that is no type', { base: ['Patient', 'Pateint'] }, 'base[1]', /did you mean "Patient"/],
    ['the audit as base', { base: ['AuditEvent'], expression: 'AuditEvent.outcomeDesc' }, 'base[0]', /R4's own parameters alone/],
    ['a type without a meaning', { type: 'special' }, 'type', /"special" has no meaning/],
    ['no expression', { expression: undefined }, 'expression', /needs the FHIRPath expression/],
    ['what is no FHIRPath', { expression: 'Patient.name famly' }, 'expression', /is no FHIRPath: extraneous input 'famly' at column 14/],
    ['a misspelt element', { expression: 'Patient.name.famly' }, 'expression', /HumanName\.famly, which does not exist; did you mean HumanName\.family\?/],
    ['a misspelt element in a criterion', { expression: 'Patient.name.where(usee = \'old\').family' }, 'expression', /did you mean HumanName\.use\?/],
    ['a path from nowhere', { expression: 'name.family' }, 'expression', /begins at "name", which is no resource type; begin at the type, such as Patient\.name/],
    ['a path from another type', { expression: 'Person.name.family' }, 'expression', /says nothing about Patient/],
    ['a base that is forgotten', { base: ['Patient', 'Person'] }, 'expression', /says nothing about Person/],
    ['values that do not fit the type', { type: 'date' }, 'expression', /leads to string in a Patient, which is not searched as date/],
    ['a type that the element never has', { expression: '(Patient.deceased as Quantity)' }, 'expression', /which it never is; it is boolean, dateTime/],
    ['another resource\'s content', { type: 'string', expression: 'Patient.managingOrganization.resolve().name' }, 'expression', /resolves a reference/],
    ['a regular expression', { expression: 'Patient.name.family.where(matches(\'(a+)+b\'))' }, 'expression', /calls matches\(\), which is not indexed here/],
    ['repetition', { expression: 'Patient.repeat(contact).name.family' }, 'expression', /calls repeat\(\)/],
    ['a trace', { expression: 'Patient.name.trace(\'x\').family' }, 'expression', /calls trace\(\)/],
    ['the time', { type: 'date', expression: 'now()' }, 'expression', /calls now\(\)/],
    ['everything below', { expression: 'Patient.descendants()' }, 'expression', /calls descendants\(\)/],
    ['what doubles itself', { expression: 'Patient.name.family.select($this & $this)' }, 'expression', /calls select\(\)/],
    ['a criterion that starts over', { expression: 'Patient.name.where(%resource.active).family' }, 'expression', /uses a %variable/],
    ['a criterion that starts over at the type', { expression: 'Patient.name.where(Patient.active).family' }, 'expression', /does not exist/],
    ['arithmetic', { expression: 'Patient.name.family + \'x\'' }, 'expression', /uses \+/],
    ['an argument that is no literal', { expression: 'Patient.name.family.where(startsWith(%context))' }, 'expression', /something else than a literal/],
    ['an expression without an end', { expression: `Patient.name${'.where(true)'.repeat(100)}` }, 'expression', /longer than 1000 characters/],
    ['brackets without an end', { expression: `${'('.repeat(400)}Patient.name.family` }, 'expression', /brackets more than 8 deep/],
    ['targets of what is no reference', { target: ['Patient'] }, 'target', /leads to no other resource/],
    ['a target that is no type', { type: 'reference', expression: 'Patient.link.other', target: ['Pateint'] }, 'target[0]', /did you mean "Patient"/],
    ['a modifier that is refused in searches', { type: 'date', expression: 'Patient.birthDate', modifier: ['missing', 'exact'] }, 'modifier[1]', /with :missing, not with :exact/],
    ['comparators of what is not compared', { comparator: ['gt'] }, 'comparator', /takes no comparators/],
    ['a composite of one', {
      type: 'composite', expression: 'Patient.contact',
      component: [{ definition: 'http://hl7.org/fhir/SearchParameter/individual-gender', expression: 'gender' }],
    }, 'component', /two components at least/],
  ])('%s', (_what, changes, element, text) => {
    expect(judged(changes)).toEqual([[`SearchParameter.${element}`, expect.stringMatching(text)]])
  })

  it('a component that leads nowhere from the composite\'s element', () => {
    const component = [
      { definition: 'http://hl7.org/fhir/SearchParameter/individual-gender', expression: 'gender' },
      { definition: 'http://hl7.org/fhir/SearchParameter/individual-birthdate', expression: 'birthDate' },
    ]
    expect(judged({ type: 'composite', expression: 'Patient.contact', component }))
      .toEqual([['SearchParameter.component[1].expression', expect.stringMatching(/leads nowhere from Patient\.contact/)]])
  })
})

it('R4\'s own modifiers are those declared under their R4 names', () => {
  expect(judged({ type: 'token', expression: 'Patient.identifier', modifier: ['missing', 'ofType', 'text', 'in', 'not-in', 'not'] })).toEqual([])
  expect(judged({ type: 'reference', expression: 'Patient.link.other', modifier: ['type', 'identifier', 'missing'] })).toEqual([])
})
