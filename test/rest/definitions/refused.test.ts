/** Broken definitions are refused, with the rule, the element at fault and what to send instead; by $validate as by a write. */
import { startTestHub, type TestHub } from '../../hub.ts'
import { asking, basic, canonical, codeSystem, profile, requiring, valueSet, type Asking, type Elements } from './asking.ts'

const UK_PATIENT = 'https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient'
const importing = (name: string, ...imports: readonly string[]) =>
  valueSet(name, { compose: { include: [{ valueSet: imports.map(set => canonical(set, 'ValueSet')) }] } })

describe('a definition is refused', () => {
  let hub: TestHub
  let ask: Asking
  beforeAll(async () => {
    hub = await startTestHub()
    ask = await asking(hub)
  })
  afterAll(() => hub.stop())

  it.each<[string, object, string, RegExp]>([
    ['that derives from what is not known', requiring('orphan', 'subject', { baseDefinition: canonical('nobody') }),
      'definition-base at StructureDefinition.baseDefinition', /not known here; put it on the server first/],
    ['that mistypes its base', requiring('mistyped', 'subject', { baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Basics' }),
      'definition-base at StructureDefinition.baseDefinition', /did you mean "http:\/\/hl7.org\/fhir\/StructureDefinition\/Basic"/],
    ['that derives from another version', requiring('other-version', 'subject', { baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Basic|5.0.0' }),
      'definition-base at StructureDefinition.baseDefinition', /known here in version 4.0.1, not 5.0.0/],
    ['that derives from itself', requiring('narcissus', 'subject', { baseDefinition: canonical('narcissus') }),
      'definition-circular at StructureDefinition.baseDefinition', /derives from itself/],
    ['of another type than its base', requiring('other-type', 'subject', { baseDefinition: UK_PATIENT }),
      'definition-type at StructureDefinition.type', /is of Patient; make them the same/],
    ['of a type that is none', profile('no-type', [{ path: 'Basik.subject', min: 1 }], { type: 'Basik' }),
      'definition-type at StructureDefinition.type', /did you mean "Basic"/],
    ['of a new type', profile('new-type', [{ path: 'Basic' }], { derivation: 'specialization' }),
      'definition-type at StructureDefinition.derivation', /only R4 itself/],
    ['whose differential names an element that is not there', profile('no-element', [{ path: 'Basic.code' }, { path: 'Basic.subjekt', min: 1 }]),
      'definition-snapshot at StructureDefinition.differential.element[1]', /there is no "subjekt" in Basic; did you mean "subject"\?/],
    ['that asks for more than may be there', profile('too-many', [{ path: 'Basic.code' }, { path: 'Basic.subject', min: 2 }]),
      'definition-snapshot at StructureDefinition.differential.element[1]', /Basic.subject is needed 2 times, and may be there once only; correct min or max/],
    ['that leaves out what its base asks for', profile('left-out', [{ path: 'Basic.code', max: '0' }]),
      'definition-snapshot at StructureDefinition.differential.element[0]', /Basic.code is needed once, and may be there never/],
    ['that allows more than its base', profile('wider', [{ path: 'Basic.subject', max: '*' }]),
      'definition-snapshot at StructureDefinition.differential.element[0]', /Basic.subject has a maximum of \*, where its base has 1; a profile may only narrow/],
    ['that requires less than its base', profile('laxer', [{ path: 'Basic.author' }, { path: 'Basic.code', min: 0 }]),
      'definition-snapshot at StructureDefinition.differential.element[1]', /a minimum of 0, where its base has 1/],
    ['that gives an element another type', profile('retyped', [{ path: 'Basic.created', type: [{ code: 'dateTime' }] }]),
      'definition-snapshot at StructureDefinition.differential.element[0]', /of the type dateTime, and of date by its base/],
    ['with slices and no discriminator', profile('untold', [
      { path: 'Basic.identifier', slicing: { rules: 'open', description: 'somehow' } },
      { id: 'Basic.identifier:mine', path: 'Basic.identifier', sliceName: 'mine', min: 1 },
    ]), 'definition-slicing at StructureDefinition.differential.element[1]', /discriminator/],
    ['with a discriminator that tells nothing', profile('nothing-told', [
      { path: 'Basic.identifier', slicing: { rules: 'open', discriminator: [{ type: 'value', path: 'system' }] } },
      { id: 'Basic.identifier:mine', path: 'Basic.identifier', sliceName: 'mine', min: 1 },
    ]), 'definition-slicing at StructureDefinition.differential.element[1]', /fixed value/],
    ['whose constraint is no FHIRPath', constrained('no-fhirpath', 'subject.exists('),
      'definition-constraint at StructureDefinition.differential.element[0].constraint[0].expression', /x-1.* is no FHIRPath: .* at column/],
    ['whose constraint asks for a function that does not exist', constrained('no-function', 'identifier.all(system.exits())'),
      'definition-constraint at StructureDefinition.differential.element[0].constraint[0].expression', /exits\(\).*did you mean exists\(\)/],
    ['whose constraint asks for a variable that does not exist', constrained('no-variable', '%patient.exists()'),
      'definition-constraint at StructureDefinition.differential.element[0].constraint[0].expression', /%patient, which is not defined/],
    ['with the url of one of R4', { ...requiring('basic', 'subject'), url: 'http://hl7.org/fhir/StructureDefinition/Basic' },
      'definition-shipped at StructureDefinition.url', /give yours a url of its own, and derive it from that one/],
    ['with the url of one of UK Core', { ...requiring('uk', 'subject'), url: UK_PATIENT }, 'definition-shipped at StructureDefinition.url', /UK Core/],
    ['with the url of a value set of R4', { ...valueSet('gender', {}), url: 'http://hl7.org/fhir/ValueSet/administrative-gender' },
      'definition-shipped at ValueSet.url', /administrative-gender/],
    ['with the url of a code system of the hub', { ...codeSystem('need', ['x']), url: 'https://care-connexions.example/fhir/CodeSystem/need' },
      'definition-shipped at CodeSystem.url', /CodeSystem\/need/],
    ['with a url that is no canonical', { ...valueSet('barred', {}), url: `${canonical('barred', 'ValueSet')}|1` }, 'definition-url at ValueSet.url', /the version in "version"/],
    ['that imports itself', importing('ring', 'ring'), 'definition-circular at ValueSet.compose.include[0].valueSet[0]', /refers to itself/],
    ['whose pattern is none', valueSet('no-pattern', { compose: { include: [{ system: canonical('x', 'CodeSystem'), filter: [{ property: 'code', op: 'regex', value: '(a' }] }] } }),
      'definition-filter at ValueSet.compose.include[0].filter[0].value', /no regular expression/],
    ['that supplements itself', codeSystem('self', ['x'], { content: 'supplement', supplements: canonical('self', 'CodeSystem') }),
      'definition-circular at CodeSystem.supplements', /supplements itself/],
  ])('%s', async (_what, resource, rule, text) => {
    const answers = [await ask.put(resource), await ask.validate(resource)]
    expect(answers.map(({ status }) => status)).toEqual([422, 200])
    for (const answer of answers) {
      expect(answer.errors).toEqual([rule])
      expect(answer.text).toMatch(text)
    }
  })

  it('when another of the same canonical says something else, and not when it says the same', async () => {
    await ask.put(requiring('twice', 'subject'))
    expect(await ask.put({ ...requiring('twice', 'subject'), id: 'twice-again', text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' } }))
      .toMatchObject({ status: 201 })
    const other = await ask.put({ ...requiring('twice', 'author'), id: 'twice-otherwise' })
    expect(other).toMatchObject({ status: 422, errors: ['definition-duplicate at StructureDefinition.url'] })
    expect(await ask.put({ ...requiring('twice', 'author', { version: '2' }), id: 'twice-otherwise' })).toMatchObject({ status: 201 })
  })

  it('by its entry in a transaction, of which nothing is written', async () => {
    const answer = await ask.transaction(requiring('in-order', 'subject'), importing('round', 'about'), importing('about', 'round'))
    expect(answer).toMatchObject({ status: 422, errors: ['definition-circular at Bundle.entry[1].resource.compose.include[0].valueSet[0]'] })
    expect((await ask.validate(basic([canonical('in-order')]))).errors).toEqual(['profile-unknown at Basic.meta.profile[0]'])
  })

  it('when it goes while another is made from it, unless that goes too', async () => {
    await ask.put(requiring('needed', 'subject'))
    await ask.put(requiring('needing', 'author', { baseDefinition: canonical('needed') }))
    const told = { errors: ['definition-in-use at StructureDefinition'], text: expect.stringContaining('StructureDefinition/needing') as string }
    expect(await ask.remove('StructureDefinition', 'needed')).toMatchObject({ status: 409, ...told })
    expect(await ask.put(requiring('needed', 'subject', { status: 'retired' }))).toMatchObject({ status: 422, ...told })
    expect(await ask.put({ ...requiring('needed', 'subject'), url: canonical('elsewhere') })).toMatchObject({ status: 422, ...told })
    expect(await ask.transaction(requiring('needed', 'subject', { status: 'retired' }), requiring('needing', 'author', { status: 'retired' })))
      .toMatchObject({ status: 200 })
  })

  it('not while it is retired: what has no effect may be broken', async () => {
    expect(await ask.put(requiring('broken', 'subject', { status: 'retired', baseDefinition: canonical('nobody') }))).toMatchObject({ status: 201 })
    expect(await ask.put(requiring('broken', 'subject', { baseDefinition: canonical('nobody') }))).toMatchObject({ status: 422 })
  })

  it('when its slices of slices grow beyond measure', async () => {
    const item = Array.from({ length: 24 }, (_, i) => `Questionnaire${'.item'.repeat(24 - i)}`)
    const elements = item.flatMap((path): Elements => [
      { id: path, path, slicing: { rules: 'open', discriminator: [{ type: 'value', path: 'linkId' }] } },
      { id: `${path}:s`, path, sliceName: 's' },
    ])
    const bomb = profile('bomb', elements, { type: 'Questionnaire', baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Questionnaire' })
    const answer = await ask.put(bomb)
    expect(answer.status).toBe(422)
    expect(answer.errors[0]).toMatch(/^definition-snapshot at StructureDefinition\.differential\.element\[\d+\]$/)
    expect(answer.text).toContain('more than 10000 elements')
  })
})

function constrained(name: string, expression: string) {
  return profile(name, [{ path: 'Basic', constraint: [{ key: 'x-1', severity: 'error', human: 'Something holds', expression }] }])
}
