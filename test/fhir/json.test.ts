import { FhirError } from '../../src/fhir/outcomes.ts'
import { cloneJson, digitsOf, MAX_BODY_BYTES, MAX_DEPTH, parseJson, parseStoredJson, stringifyJson } from '../../src/fhir/json.ts'

const refusal = (text: string) => {
  try {
    parseJson(text)
  } catch (error) {
    if (error instanceof FhirError) return { status: error.status, ...error.issues[0]! }
    throw error
  }
  throw new Error('was read')
}
const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)

describe('reading a JSON body', () => {
  it.each([
    ['an object', '{"resourceType":"Patient","active":true,"name":[{"given":["Ada"]}],"x":null}'],
    ['pretty-printed', '{\r\n\t"a" : [ 1 , -2.5 , false , {} , [] ]\n}\n'],
    ['escapes', '{"a":"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9 \\ud83d\\ude00 😀"}'],
    ['an empty string as a name', '{"":1}'],
    ['a scalar', '"text"'],
    ['numbers that JavaScript writes otherwise', '[1.50, 1e400, -0, 12345678901234567890, 1E2, 0.10]'],
    ['the deepest allowed', nested(MAX_DEPTH)],
  ])('means what JSON.parse means: %s', (_name, text) => {
    expect(JSON.stringify(parseJson(text))).toBe(JSON.stringify(JSON.parse(text)))
  })

  it('ignores a byte order mark', () => {
    expect(parseJson('\ufeff{"a":1}')).toEqual({ a: 1 })
  })

  it.each([
    ['an empty body', '', 'empty', undefined],
    ['blanks only', ' \n ', 'empty', undefined],
    ['a missing quote', '{"resourceType":"Patient","name":[{"family":"Frost}]}', 'not closed', 'Patient.name[0].family'],
    ['a missing comma', '{"resourceType":"Patient"\n "id":"a"}', 'expected "," or "}" but found "\\""', 'Patient.resourceType'],
    ['a trailing comma', '{"resourceType":"Patient","name":[{"family":"Frost"},]}', 'expected a value', 'Patient.name[1]'],
    ['single quotes', "{'a':1}", 'property name in double quotes', 'Resource'],
    ['cut short', '{"resourceType":"Patient","name":[{"family"', 'the body ends', 'Patient.name[0].family'],
    ['a leading zero', '{"a":01}', '"01" is not a number', 'Resource.a'],
    ['a bare point', '{"a":1.}', 'is not a number', 'Resource.a'],
    ['an unknown word', '{"a":nul}', 'expected a value', 'Resource.a'],
    ['not a number', '{"a":NaN}', 'expected a value', 'Resource.a'],
    ['two documents', '{} {}', 'more text after the end', undefined],
    ['a duplicate key', '{"resourceType":"Patient","name":[{"family":"A","family":"B"}]}', '"family" is there twice', 'Patient.name[0].family'],
    ['a duplicate key written as an escape', '{"a":1,"\\u0061":2}', '"a" is there twice', 'Resource.a'],
    ['__proto__', '{"resourceType":"Patient","__proto__":{"active":true}}', '"__proto__" is not taken', 'Patient.__proto__'],
    ['__proto__ written as an escape', '{"__pr\\u006fto__":{}}', '"__proto__" is not taken', 'Resource.__proto__'],
    ['constructor', '{"a":[{"constructor":{}}]}', '"constructor" is not taken', 'Resource.a[0].constructor'],
    ['prototype', '{"prototype":{}}', '"prototype" is not taken', 'Resource.prototype'],
    ['a raw NUL', '{"a":"x\0y"}', 'NUL', 'Resource.a'],
    ['an escaped NUL', '{"a":"x\\u0000y"}', 'NUL', 'Resource.a'],
    ['a raw line feed in a string', '{"a":"x\ny"}', 'control character', 'Resource.a'],
    ['half a surrogate pair', '{"a":"\ud83d"}', 'surrogate', 'Resource.a'],
    ['half a surrogate pair, escaped', '{"a":"\\ud83d"}', 'surrogate', 'Resource.a'],
    ['surrogates the wrong way round', '{"a":"\\ude00\\ud83d"}', 'surrogate', 'Resource.a'],
    ['an escape JSON lacks', '{"a":"\\x41"}', 'escape', 'Resource.a'],
    ['one level too deep', nested(MAX_DEPTH + 1), 'nested more than 100 deep', expect.stringContaining('Resource[0][0]')],
    ['a hundred thousand levels', nested(100_000), 'nested more than 100 deep', expect.stringContaining('Resource[0][0]')],
  ])('refuses %s and says where', (_name, text, problem, place) => {
    const issue = refusal(text)
    expect(issue).toMatchObject({ status: 400, code: 'json-malformed', type: 'structure' })
    expect(issue.text).toContain(problem)
    expect(issue.expression).toEqual(place === undefined ? undefined : [place])
  })

  it('counts lines and columns from one', () => {
    expect(refusal('{\n  "a": 1,\n  "b": ?\n}').text).toMatch(/^line 3, column 8 \(Resource\.b\): expected a value but found "\?"; /)
  })

  it('leaves Object.prototype alone', () => {
    expect(() => parseJson('{"__proto__":{"polluted":1}}')).toThrow(FhirError)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  it('refuses a body over the limit as 413', () => {
    expect(refusal(`"${'x'.repeat(MAX_BODY_BYTES)}"`)).toMatchObject({ status: 413, code: 'too-large' })
  })

  it('reads what was stored of any size, as strictly', () => {
    const text = `"${'x'.repeat(MAX_BODY_BYTES)}"`
    expect(parseStoredJson(text)).toHaveLength(MAX_BODY_BYTES)
    expect(() => parseStoredJson('{"a":1,"a":2}')).toThrow(FhirError)
  })

  it('reads a value of five megabytes', () => {
    const text = `{"data":"${'QUJD'.repeat(1_250_000)}"}`
    expect((parseJson(text) as { data: string }).data).toHaveLength(5_000_000)
  })
})

describe('writing JSON', () => {
  it.each(['1.50', '1e400', '-0', '12345678901234567890', '0.10', '1E2', '3.0', '100000000000000000000000', '0.1e1'])(
    'gives %s back digit by digit, in an object and in an array', digits => {
      const text = `{"valueQuantity":{"value":${digits}},"list":[1,${digits}]}`
      expect(stringifyJson(parseJson(text))).toBe(text)
    })

  it('keeps the digits through object spread', () => {
    const quantity = parseJson('{"value":1.50,"unit":"kg"}') as object
    expect(stringifyJson({ valueQuantity: { ...quantity, unit: 'g' } })).toBe('{"valueQuantity":{"value":1.50,"unit":"g"}}')
  })

  it('keeps the digits through a copy, which shares nothing', () => {
    const sent = parseJson('{"valueQuantity":{"value":1.50},"list":[2.0]}') as { valueQuantity: { value: number } }
    const copy = cloneJson(sent)
    expect(stringifyJson(copy)).toBe('{"valueQuantity":{"value":1.50},"list":[2.0]}')
    copy.valueQuantity.value = 3
    expect(sent.valueQuantity.value).toBe(1.5)
  })

  it('forgets the digits of a number that was changed', () => {
    const quantity = parseJson('{"value":1.50}') as { value: number }
    quantity.value = 2
    expect(stringifyJson(quantity)).toBe('{"value":2}')
  })

  it('does not show its memory among the elements', () => {
    expect(Object.keys(parseJson('{"value":1.50}') as object)).toEqual(['value'])
  })

  it('knows the digits of one number', () => {
    const quantity = parseJson('{"value":1.50,"other":7}') as { value: number; other: number }
    expect(digitsOf(quantity, 'value', quantity.value)).toBe('1.50')
    expect(digitsOf(quantity, 'other', quantity.other)).toBe('7')
    expect(digitsOf(quantity, 'value', 2)).toBe('2')
  })
})
