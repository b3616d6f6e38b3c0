/** Questionnaires, and responses against them. https://hl7.org/fhir/R4/questionnaireresponse.html#notes */
import { check, DECLARED, errorsOf, told } from './setup.ts'

const coding = (code: string) => ({ system: 'urn:c', code })

const questionnaire = (...item: object[]) => ({ resourceType: 'Questionnaire', id: 'q', url: 'https://example.org/Questionnaire/falls', status: 'active', item })
const falls = questionnaire(
  { linkId: 'fell', type: 'boolean', required: true },
  { linkId: 'where', type: 'choice', enableWhen: [{ question: 'fell', operator: '=', answerBoolean: true }], required: true, answerOption: ['home', 'street'].map(code => ({ valueCoding: coding(code) })) },
  { linkId: 'more', type: 'group', item: [
    { linkId: 'note', type: 'text', maxLength: 5, repeats: true },
    { linkId: 'gender', type: 'choice', answerValueSet: 'http://hl7.org/fhir/ValueSet/administrative-gender' },
    { linkId: 'pain', type: 'integer', item: [{ linkId: 'site', type: 'open-choice', answerOption: [{ valueCoding: coding('hip') }] }] },
    { linkId: 'info', type: 'display', text: 'x' }] },
)
const response = (item: readonly object[], more: object = {}) =>
  ({ resourceType: 'QuestionnaireResponse', contained: [falls], questionnaire: '#q', status: 'completed', item, ...more })
const answered = (linkId: string, ...answer: object[]) => ({ linkId, answer })
const no = answered('fell', { valueBoolean: false })
const more = (...item: object[]) => ({ linkId: 'more', item })
const errors = (resource: object): string[] => told(errorsOf(check(resource, DECLARED)))

describe('a QuestionnaireResponse', () => {
  it.each<[string, readonly object[], string[]]>([
    ['that answers what is asked', [no], []],
    ['with all kinds of answers', [answered('fell', { valueBoolean: true }), answered('where', { valueCoding: coding('home') }),
      more(answered('note', { valueString: 'a' }, { valueString: 'b' }), answered('gender', { valueCoding: { system: 'http://hl7.org/fhir/administrative-gender', code: 'male' } }),
        answered('pain', { valueInteger: 3, item: [answered('site', { valueString: 'knee' })] }))], []],
    ['with an item that is not asked', [no, answered('fel', { valueBoolean: false })], ['response-link at QuestionnaireResponse.item[1].linkId']],
    ['with an item elsewhere', [no, answered('note', { valueString: 'a' })], ['response-structure at QuestionnaireResponse.item[1].linkId']],
    ['in another order', [more(answered('note', { valueString: 'a' })), no], ['response-order at QuestionnaireResponse.item[1]']],
    ['without what is required', [], ['response-required at QuestionnaireResponse']],
    ['with an item and no answer', [{ linkId: 'fell' }], ['response-required at QuestionnaireResponse.item[0]']],
    ['without what an answer makes required', [answered('fell', { valueBoolean: true })], ['response-required at QuestionnaireResponse']],
    ['with what is not enabled', [no, answered('where', { valueCoding: coding('home') })], ['response-enabled at QuestionnaireResponse.item[1]']],
    ['of another type', [answered('fell', { valueString: 'no' })], ['response-type at QuestionnaireResponse.item[0].answer[0].value.ofType(string)']],
    ['with two answers', [answered('fell', { valueBoolean: false }, { valueBoolean: false })], ['response-repeats at QuestionnaireResponse.item[0].answer[1]']],
    ['with an item twice', [no, no], ['response-repeats at QuestionnaireResponse.item[1]']],
    ['with another option', [answered('fell', { valueBoolean: true }), answered('where', { valueCoding: coding('moon') })], ['response-option at QuestionnaireResponse.item[1].answer[0].value.ofType(Coding)']],
    ['with a code outside the value set', [no, more(answered('gender', { valueCoding: { system: 'http://hl7.org/fhir/administrative-gender', code: 'x' } }))],
      ['response-option at QuestionnaireResponse.item[1].item[0].answer[0].value.ofType(Coding)',
        'coding-unknown at QuestionnaireResponse.item[1].item[0].answer[0].value.ofType(Coding).code']],
    ['that is too long', [no, more(answered('note', { valueString: 'longer' }))], ['response-length at QuestionnaireResponse.item[1].item[0].answer[0].value.ofType(string)']],
    ['with an answer to a display', [no, more(answered('info', { valueString: 'x' }))], ['response-structure at QuestionnaireResponse.item[1].item[0].answer']],
    ['with items beside an answer', [no, more({ linkId: 'pain', item: [answered('site', { valueString: 'knee' })] })], ['response-structure at QuestionnaireResponse.item[1].item[0].item']],
  ])('%s', (_name, item, expected) => {
    const { item: _, ...rest } = response([])
    expect(errors(item.length > 0 ? response(item) : rest)).toEqual(expected)
  })

  it('may lack what is required while it is in progress', () => {
    expect(errors(response([more(answered('note', { valueString: 'a' }))], { status: 'in-progress' }))).toEqual([])
  })

  it('finds its Questionnaire in the Bundle around', () => {
    const bundle = (canonical: string) => ({ resourceType: 'Bundle', type: 'collection', entry: [
      { fullUrl: 'urn:uuid:00000000-0000-4000-8000-000000000001', resource: { ...falls, version: '2' } },
      { fullUrl: 'urn:uuid:00000000-0000-4000-8000-000000000002', resource: { resourceType: 'QuestionnaireResponse', status: 'completed', questionnaire: canonical, item: [answered('x', { valueBoolean: true })] } }] })
    expect(errors(bundle(falls.url))).toContain('response-link at Bundle.entry[1].resource.item[0].linkId')
    expect(errors(bundle(`${falls.url}|2`))).toContain('response-link at Bundle.entry[1].resource.item[0].linkId')
    expect(told(check(bundle(`${falls.url}|1`), DECLARED))).toEqual(['not-checked:questionnaire at Bundle.entry[1].resource.questionnaire'])
  })

  it('names the link that was meant, and repeats no answer', () => {
    const issues = check(response([answered('fel', { valueString: 'Edith Frost' })], { status: 'in-progress' }), DECLARED)
    expect(issues[0]?.text).toContain('did you mean "fell"?')
    expect(issues.map(({ text }) => text).join()).not.toContain('Edith')
  })
})

describe('enableWhen of a Questionnaire', () => {
  const when = (question: string, more: object = {}) => ({ enableWhen: [{ question, operator: 'exists', answerBoolean: true }], ...more })
  it.each<[string, object, string[]]>([
    ['asks a question before it', questionnaire({ linkId: 'a', type: 'string' }, { linkId: 'b', type: 'string', ...when('a') }), []],
    ['asks one that is not there', questionnaire({ linkId: 'b', type: 'string', ...when('a') }), ['questionnaire-enable-when at Questionnaire.item[0].enableWhen[0].question']],
    ['asks itself', questionnaire({ linkId: 'b', type: 'string', ...when('b') }), ['questionnaire-enable-when at Questionnaire.item[0].enableWhen[0].question']],
    ['asks what is inside it', questionnaire({ linkId: 'b', type: 'group', ...when('c'), item: [{ linkId: 'c', type: 'string' }] }), ['questionnaire-enable-when at Questionnaire.item[0].enableWhen[0].question']],
  ])('%s', (_name, resource, expected) => {
    expect(errors(resource)).toEqual(expected)
  })

  it('warns of a question that comes later', () => {
    expect(told(check(questionnaire({ linkId: 'b', type: 'string', ...when('c') }, { linkId: 'c', type: 'string' }), DECLARED), 'warning'))
      .toEqual(['questionnaire-enable-when at Questionnaire.item[0].enableWhen[0].question'])
  })
})
