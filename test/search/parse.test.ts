import * as fc from 'fast-check'
import { FhirError } from '../../src/fhir/outcomes.ts'
import { escaped, splitEscaped, unescaped } from '../../src/search/parse/escape.ts'
import { definitions, parse, refusal, where } from './ask.ts'

const token = (param: string, code: string) => ({ kind: 'match', param, test: { kind: 'token', system: undefined, code } })

describe('chains', () => {
  it('test what the target says, by its type', () => {
    expect(where('Task?subject:Patient.gender=female')).toEqual({ kind: 'chain', param: 'subject', types: ['Patient'], where: token('gender', 'female') })
  })
  it('try every type the reference may lead to that has the parameter, alike ones together', () => {
    expect(where('Patient?general-practitioner.active=true')).toEqual({
      kind: 'chain', param: 'general-practitioner', types: ['Practitioner', 'Organization', 'PractitionerRole'], where: token('active', 'true'),
    })
    expect(where('Patient?general-practitioner.family=x')).toMatchObject({ kind: 'chain', types: ['Practitioner'] })
  })
  it('keep apart the types on which a parameter means something else', () => {
    const chain = where('Observation?subject:Patient.organization.partof.name=x')
    expect(chain).toMatchObject({ kind: 'chain', types: ['Patient'], where: { kind: 'chain', param: 'organization', where: { kind: 'chain', param: 'partof' } } })
  })
  it('end in any criterion: modifier, _id, _has', () => {
    expect(where('Task?patient.name:exact=Ann')).toMatchObject({ where: { test: { match: 'exact', exact: 'Ann' } } })
    expect(where('Task?patient._id=1')).toMatchObject({ kind: 'chain', types: ['Patient'], where: { kind: 'ids', ids: ['1'] } })
    expect(where('Task?patient._has:Flag:patient:author=x')).toMatchObject({ kind: 'chain', where: { kind: 'has', type: 'Flag', param: 'patient' } })
  })
  it.each([
    ['Task?focus.status=active', /may refer to \d+ types here; name one, such as focus:/],
    ['Observation?part-of.performer._id=1', /"performer" may refer to 6 types here/],
    ['Task?status.name=x', /"status" of Task is a token parameter/],
    ['Task?patient.nme=x', /did you mean "name"/], ['Task?subject.nme=x', /what "subject" refers to has no search parameter "nme"; did you mean "name"/],
    ['Task?patient:Group.name=x', /never refers to "Group"/],
    ['Observation?subject:Patient.organization.partof.partof.partof.name=x', /more than 4/],
    ['Task?patient.=x', /no search parameter ""/],
  ])('%s is refused: %s', (search, text) => {
    const { status, issues } = refusal(search)
    expect(status).toBe(400)
    expect(issues[0]?.text).toMatch(text)
  })
})

describe('_has and _list', () => {
  it('ask for resources that refer here', () => {
    expect(where('Patient?_has:Observation:patient:code=1234-5')).toEqual({ kind: 'has', type: 'Observation', param: 'patient', where: token('code', '1234-5') })
  })
  it('nest, and chain onwards', () => {
    expect(where('Patient?_has:ServiceRequest:patient:_has:Task:focus:status=requested')).toEqual({
      kind: 'has', type: 'ServiceRequest', param: 'patient', where: { kind: 'has', type: 'Task', param: 'focus', where: token('status', 'requested') },
    })
    expect(where('Patient?_has:Task:patient:owner:Organization.identifier=x')).toMatchObject({ where: { kind: 'chain', param: 'owner', types: ['Organization'] } })
  })
  it('_list asks what a List refers to', () => {
    expect(where('ServiceRequest?_list=42')).toEqual({ kind: 'has', type: 'List', param: 'item', where: { kind: 'ids', ids: ['42'] } })
  })
  it.each([
    ['Patient?_has:Observation:patient=1', /_has:Type:reference:parameter/], ['Patient?_has=1', /_has:Type:reference:parameter/],
    ['Patient?_has:Obsrvation:patient:code=1', /did you mean "Observation"/],
    ['Patient?_has:Observation:patint:code=1', /did you mean "patient"/],
    ['Task?_has:Observation:patient:code=1', /never refers to Task/],
    ['Patient?_has:Observation:code:code=1', /is a token parameter/],
    ['Patient?_list=$current-problems', /functional lists/],
  ])('%s is refused: %s', (search, text) => {
    expect(refusal(search).issues[0]?.text).toMatch(text)
  })
})

describe('_id', () => {
  it('is never missing, nor is _lastUpdated', () => {
    expect(where('Task?_id:missing=false&_lastUpdated:missing=true')).toEqual({ kind: 'all-of', of: [{ kind: 'all-of', of: [] }, { kind: 'any-of', of: [] }] })
  })
  it('is any of the ids, or with :not none of them', () => {
    expect(where('Task?_id=a,b')).toEqual({ kind: 'ids', ids: ['a', 'b'] })
    expect(where('Task?_id:not=a')).toEqual({ kind: 'not', of: { kind: 'ids', ids: ['a'] } })
  })
  it.each(['a/b', 'a b', 'x'.repeat(65), 'é'])('%s is no id', id => {
    expect(refusal(`Task?_id=${id}`).issues[0]?.code).toBe('search-bad-value')
  })
})

describe('result parameters', () => {
  it('order, size and total are part of the plan', () => {
    expect(parse('Task?_sort=status,-authored-on,_lastUpdated&_count=7&_total=accurate').plan).toMatchObject({
      sort: [{ param: 'status', direction: 'ascending' }, { param: 'authored-on', direction: 'descending' }, { param: '_lastUpdated', direction: 'ascending' }],
      count: 7, total: 'accurate',
    })
  })
  it('a count above the most is the most, and none is the default', () => {
    expect(parse('Task?_count=99999').plan.count).toBe(1_000)
    expect(parse('Task?_count=99', { maxCount: 20 }).plan.count).toBe(20)
    expect(parse('Task?').plan).toMatchObject({ count: 50, total: 'none', where: { kind: 'all-of', of: [] } })
  })
  it.each(['Task?_count=0', 'Task?_summary=count'])('%s asks only how many', search => {
    expect(parse(search).plan).toMatchObject({ count: 0, total: 'accurate' })
  })
  it('includes name a reference and may name its target', () => {
    const query = '_include=Task:focus&_include=Task:owner:Organization&_revinclude=Provenance:target'
      + '&_include:iterate=ServiceRequest:subject&_include=*&_revinclude=Provenance:*'
    expect(parse(`Task?${query}`).plan.includes).toEqual([
      { direction: 'include', source: 'Task', param: 'focus', iterate: false },
      { direction: 'include', source: 'Task', param: 'owner', target: 'Organization', iterate: false },
      { direction: 'revinclude', source: 'Provenance', param: 'target', iterate: false },
      { direction: 'include', source: 'ServiceRequest', param: 'subject', iterate: true },
      { direction: 'include', source: '*', param: '*', iterate: false },
      { direction: 'revinclude', source: 'Provenance', param: '*', iterate: false },
    ])
  })
  it('what the answer looks like goes to who shapes it', () => {
    expect(parse('Task?_summary=text&_elements=status,for&_pretty=true&_format=json').result)
      .toEqual({ summary: 'text', elements: ['status', 'for'], pretty: true, format: 'json' })
  })
  it.each([
    ['_count=-1', /whole number/], ['_count=ten', /whole number/], ['_count=1.5', /whole number/], ['_count=5&_count=6', /twice/],
    ['_sort=', /no value; leave the parameter out$/], ['_sort:asc=status', /_sort is of the whole search; it .* takes no modifier/], ['_sort=-', /takes parameter names/], ['_sort=owner', /reference parameter, which has no order/],
    ['_sort=statuz', /did you mean "status"/], ['_sort=_score', /_score/], ['_sort=a,b,c,d,e,f', /no search parameter "a"/],
    ['_sort=status,status,status,status,status,status', /up to 5/],
    ['_total=exact', /none, estimate or accurate/],
    ['_include=focus', /Type:parameter/], ['_include=Task:status', /is a token parameter/], ['_include=Task:focos', /did you mean "focus"/],
    ['_include=Tsk:focus', /did you mean "Task"/], ['_include=ServiceRequest:subject', /_include:iterate/], ['_include:recurse=Task:focus', /only :iterate/],
    ['_include=Task:encounter:Patient', /never refers to Patient/], ['_include=Task:owner:Foo', /not an R4 resource type/],
    ['_revinclude=Observation:patient', /never refers to Task/],
    ['_summary=some', /true, text, data, count or false/], ['_summary=text&_include=Task:focus', /no _include/],
    ['_contained=true', /contained resources/], ['_containedType=container', /contained resources/], ['_pretty=1', /true or false/],
  ])('%s is refused: %s', (query, text) => {
    const { status, issues } = refusal(`Task?${query}`)
    expect(status).toBe(400)
    expect(issues[0]?.text).toMatch(text)
  })
})

describe('what is not known or not supported', () => {
  it.each([
    ['Task?ownr=1', 'search-unknown-parameter', /Task has no search parameter "ownr"; did you mean "owner"/],
    ['Task?_lastupdated=2026', 'search-unknown-parameter', /did you mean "_lastUpdated"/],
    ['Task?_includ=Task:focus', 'search-unknown-parameter', /did you mean "_include"/],
    ['Patient?status=x', 'search-unknown-parameter', /Patient has no search parameter "status"/],
    ['Task?_query=x', 'search-unsupported', /named queries/],
  ])('%s: %s', (search, code, text) => {
    const { status, issues } = refusal(search)
    expect([status, issues[0]?.code]).toEqual([400, code])
    expect(issues[0]?.text).toMatch(text)
  })

  it.each([
    ['Task?_sort=ownr', 'http._sort', /^_sort: Task has no search parameter "ownr"; did you mean "owner"/],
    ['Task?_include=Task:ownr', 'http._include', /^_include: Task has no search parameter "ownr"/],
    ['Task?patient.nme=x', 'http.patient.nme', /^patient\.nme: Patient has no search parameter "nme"; did you mean "name"/],
    ['Task?ownr=x', 'http.ownr', /^Task has no search parameter "ownr"/],
  ])('%s is at fault in %s: %s', (search, expression, text) => {
    expect(refusal(search).issues[0]).toMatchObject({ expression: [expression], text: expect.stringMatching(text) as string })
  })

  it('lenient handling leaves it out, says so, and self shows what was searched', () => {
    const { plan, self, ignored } = parse('Task?ownr=1&status=requested&_contained=true', { strict: false })
    expect(plan.where).toEqual(token('status', 'requested'))
    expect(self).toEqual([['status', 'requested']])
    expect(ignored.map(({ severity, code }) => [severity, code])).toEqual([['warning', 'search-unknown-parameter'], ['warning', 'search-unsupported']])
  })
  it('lenient handling still refuses a value that cannot be read', () => {
    expect(refusal('Task?authored-on=2026-02-30', { strict: false }).status).toBe(400)
  })
})

describe('several types', () => {
  it('tell apart the types on which a parameter means something else, alike ones together', () => {
    const reference = (types: readonly string[]) => ({ kind: 'match', param: 'subject', test: { kind: 'reference', types, id: '1' } })
    expect(where('?_type=Task,ServiceRequest,Flag,Goal&subject=1')).toEqual({
      kind: 'any-of', of: [
        { kind: 'all-of', of: [{ kind: 'of-type', types: ['Task'] }, reference([])] },
        { kind: 'all-of', of: [{ kind: 'of-type', types: ['ServiceRequest'] }, reference(['Group', 'Device', 'Patient', 'Location'])] },
        { kind: 'all-of', of: [{ kind: 'of-type', types: ['Flag'] }, reference(['Practitioner', 'Group', 'Organization', 'Medication', 'Patient', 'PlanDefinition', 'Procedure', 'Location'])] },
        { kind: 'all-of', of: [{ kind: 'of-type', types: ['Goal'] }, reference(['Group', 'Organization', 'Patient'])] },
      ],
    })
    expect(where('?_type=Flag,Condition,Goal&patient=1')).toMatchObject({ kind: 'match', param: 'patient' })
    expect(where('?_type=Task,ServiceRequest&patient.name=x')).toMatchObject({ kind: 'chain', param: 'patient', types: ['Patient'] })
    expect(where('?_type=Patient,Practitioner&active=true&_has:Task:owner:status=draft').kind).toBe('all-of')
  })
  it('are ordered by what they all have', () => {
    expect(parse('?_type=Task,ServiceRequest&_sort=status,-_lastUpdated').plan.sort).toHaveLength(2)
    expect(parse('?_type=Task,ServiceRequest&_include=Task:focus&_revinclude=Provenance:target').plan.includes).toHaveLength(2)
  })
  it('are parsed in bounded time, however many values', () => {
    const values = Array.from({ length: 900 }, (_, index) => `p${index}`).join(',')
    const types = [...definitions.resourceTypes].filter(type => definitions.searchParameters(type).has('patient'))
    expect(types.length).toBeGreaterThan(40)
    expect(where(`?_type=${types.join(',')}&patient=${values}`).kind).toBe('any-of')
  })
  it('take the parameters that mean the same on all of them', () => {
    expect(parse('?_type=Task,ServiceRequest&subject=Patient/1').plan).toMatchObject({ types: ['Task', 'ServiceRequest'], where: { kind: 'match', param: 'subject' } })
    expect(parse('?_lastUpdated=ge2026&_tag=x').plan.types).toHaveLength(146)
  })
  it.each([
    ['?_type=Task,Foo', /"Foo" is not an R4 resource type/], ['Patient?_type=Task', /contradicts/], ['?_type=', /no value/],
    ['?_type=Task,Patient&gender=female', /Task has no search parameter "gender".* it may be asked of Patient/],
    ['?_type=Task,Patient,Flag&gender=female', /^Task, Flag have no search parameter "gender"/],
    ['?status=active', /and \d+ more have no search parameter "status".* name them in _type/],
    ['?_type=Task,ServiceRequest&statuss=x', /none of the types searched \(Task, ServiceRequest\) has the search parameter "statuss"; did you mean "status"/],
    ['?_type=Task,ServiceRequest&_lastupdated=2026', /did you mean "_lastUpdated"/],
    ['?_type=Task,Patient&_sort=birthdate', /Task has no search parameter "birthdate"/],
    ['?_type=Task,Patient&_has:Observation:patient:code=1', /never refers to Task/],
    ['?_type=Task,Patient&_include=Observation:subject', /includes nothing/],
  ])('%s is refused: %s', (search, text) => {
    expect(refusal(search).issues[0]?.text).toMatch(text)
  })
})

describe('bounds', () => {
  const WITH_SUBJECT = [...definitions.resourceTypes].filter(type => definitions.searchParameters(type).has('subject'))
  it.each([
    ['a value of 10,000 characters', `Patient?name=${'x'.repeat(10_000)}`],
    ['2,000 values', `Task?_id=${Array.from({ length: 2_000 }, (_, index) => index).join(',')}`],
    ['200 parameters', `Task?${Array.from({ length: 200 }, () => 'status=requested').join('&')}`],
    ['a name of 10,000 characters', `Task?${'x'.repeat(10_000)}=1`],
    ['a chain without end', `Task?${'patient.'.repeat(100)}name=1`],
    ['_has without end', `Patient?${'_has:Task:patient:'.repeat(100)}status=1`],
    ['values that types and chains multiply', `?_type=${WITH_SUBJECT.join(',')}&subject=${Array.from({ length: 900 }, (_, index) => index).join(',')}`],
    ['a NUL', 'Patient?name=a\0b'],
    ['half a surrogate pair', 'Patient?name=a\ud800b'],
    ['100 includes', `Task?${Array.from({ length: 31 }, () => '_include=Task:focus').join('&')}`],
  ])('%s is a 400', (_what, search) => {
    expect(refusal(search).status).toBe(400)
  })
})

describe('escapes', () => {
  it('let any text stand for itself in any list', () => {
    const texts = fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '\\', ',', '|', '$', ' ') }), { minLength: 1 })
    fc.assert(fc.property(texts, fc.constantFrom<',' | '|' | '$'>(',', '|', '$'), (texts, separator) => {
      const parts = splitEscaped(texts.map(escaped).join(separator), separator)
      expect(parts.map(unescaped)).toEqual(texts)
    }))
  })
  it('of anything else, or of nothing, are no text', () => {
    expect(['a\\', 'a\\b', '\\\\\\', '\\n'].map(unescaped)).toEqual([undefined, undefined, undefined, undefined])
  })
  it('reach the plan undone', () => {
    expect(where('Patient?identifier=a\\|b\\,c\\$d\\\\e')).toEqual(token('identifier', 'a|b,c$d\\e'))
    expect(where('Patient?name:exact=a$b|c')).toMatchObject({ test: { exact: 'a$b|c' } })
  })
})

it('any query is a plan or a 400 that names its parameter', () => {
  const types = ['Task', 'Patient', 'Observation', 'Location']
  const names = [
    ...new Set(types.flatMap(type => [...definitions.searchParameters(type).keys()])),
    '_has:Task:patient:status', 'subject.name', '_sort', '_count', '_include', '_revinclude:iterate', '_total', '_list',
  ]
  const modifiers = ['', ':exact', ':not', ':missing', ':in', ':Patient', ':identifier', ':below', ':', ':of-type', '.name', '.']
  const values = fc.oneof(
    fc.string(), fc.string({ unit: fc.constantFrom(...'\\,|$:.ge2026-0T1Z%') }),
    fc.constantFrom('true', 'ge2026-01', 'a|b', '1$2', 'Task:focus', '2026-02-30', '.*', '$current'),
  )
  const asked = fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...modifiers), values), { maxLength: 4 })
  fc.assert(fc.property(fc.constantFrom(...types), asked, (type, criteria) => {
    const search = `${type}?${criteria.map(([name, modifier, value]) => `${name}${modifier}=${value.replaceAll('&', '')}`).join('&')}`
    try {
      return parse(search).plan.types.length === 1
    } catch (error) {
      return error instanceof FhirError && error.status === 400
        && error.issues.every(({ expression, text }) => expression?.[0]?.startsWith('http.') === true && text.length < 2_500)
    }
  }), { numRuns: 1_500 })
})
