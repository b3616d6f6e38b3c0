import fc from 'fast-check'
import { applyJsonPatch, readJsonPatch, type JsonPatchOperation } from '../../src/fhir/json-patch.ts'
import { parseJson, stringifyJson } from '../../src/fhir/json.ts'
import { FhirError } from '../../src/fhir/outcomes.ts'

const patched = (document: string, operations: string): string =>
  stringifyJson(applyJsonPatch(parseJson(document) as object, readJsonPatch(operations)))

const refusal = (document: string, operations: string): string | undefined => {
  try {
    return void patched(document, operations)
  } catch (error) {
    return error instanceof FhirError ? error.issues[0]?.code : String(error)
  }
}

describe('the examples of RFC 6902, appendix A', () => {
  it.each([
    ['A.1', '{"foo":"bar"}', '[{"op":"add","path":"/baz","value":"qux"}]', '{"foo":"bar","baz":"qux"}'],
    ['A.2', '{"foo":["bar","baz"]}', '[{"op":"add","path":"/foo/1","value":"qux"}]', '{"foo":["bar","qux","baz"]}'],
    ['A.3', '{"baz":"qux","foo":"bar"}', '[{"op":"remove","path":"/baz"}]', '{"foo":"bar"}'],
    ['A.4', '{"foo":["bar","qux","baz"]}', '[{"op":"remove","path":"/foo/1"}]', '{"foo":["bar","baz"]}'],
    ['A.5', '{"baz":"qux","foo":"bar"}', '[{"op":"replace","path":"/baz","value":"boo"}]', '{"baz":"boo","foo":"bar"}'],
    ['A.6', '{"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}}', '[{"op":"move","from":"/foo/waldo","path":"/qux/thud"}]',
      '{"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}}'],
    ['A.7', '{"foo":["all","grass","cows","eat"]}', '[{"op":"move","from":"/foo/1","path":"/foo/3"}]', '{"foo":["all","cows","eat","grass"]}'],
    ['A.8', '{"baz":"qux","foo":["a",2,"c"]}', '[{"op":"test","path":"/baz","value":"qux"},{"op":"test","path":"/foo/1","value":2}]', '{"baz":"qux","foo":["a",2,"c"]}'],
    ['A.10', '{"foo":"bar"}', '[{"op":"add","path":"/child","value":{"grandchild":{}}}]', '{"foo":"bar","child":{"grandchild":{}}}'],
    ['A.11', '{"foo":"bar"}', '[{"op":"add","path":"/baz","value":"qux","xyz":123}]', '{"foo":"bar","baz":"qux"}'],
    ['A.14', '{"/":9,"~1":10}', '[{"op":"test","path":"/~01","value":10}]', '{"/":9,"~1":10}'],
    ['A.16', '{"foo":["bar"]}', '[{"op":"add","path":"/foo/-","value":["abc","def"]}]', '{"foo":["bar",["abc","def"]]}'],
  ])('%s', (_name, document, operations, expected) => {
    expect(patched(document, operations)).toBe(expected)
  })

  it.each([
    ['A.9', '{"baz":"qux"}', '[{"op":"test","path":"/baz","value":"bar"}]', 'patch-test-failed'],
    ['A.12', '{"foo":"bar"}', '[{"op":"add","path":"/baz/bat","value":"qux"}]', 'patch-not-applicable'],
    ['A.13', '{"foo":"bar"}', '[{"op":"add","path":"/baz","value":"qux","op":"remove"}]', 'json-malformed'],
    ['A.15', '{"/":9,"~1":10}', '[{"op":"test","path":"/~01","value":"10"}]', 'patch-test-failed'],
  ])('%s is refused', (_name, document, operations, code) => {
    expect(refusal(document, operations)).toBe(code)
  })
})

it('digits move, are copied and are forgotten with their number', () => {
  const document = '{"a":{"value":1.50},"b":{"value":2.0}}'
  expect(patched(document, '[{"op":"move","from":"/a/value","path":"/b/value"}]')).toBe('{"b":{"value":1.50}}')
  expect(patched(document, '[{"op":"copy","from":"/a","path":"/c"}]')).toBe('{"a":{"value":1.50},"b":{"value":2.0},"c":{"value":1.50}}')
  expect(patched(document, '[{"op":"replace","path":"/a/value","value":1.5}]')).toBe('{"a":{"value":1.5},"b":{"value":2.0}}')
  expect(patched(document, '[{"op":"replace","path":"/a","value":{"value":0.10}}]')).toBe('{"a":{"value":0.10},"b":{"value":2.0}}')
})

it('one operation may empty a list and the next fill it; what stays empty goes, what came empty stays', () => {
  expect(patched('{"a":[1],"b":2}', '[{"op":"remove","path":"/a/0"},{"op":"add","path":"/a/-","value":3}]')).toBe('{"a":[3],"b":2}')
  expect(patched('{"a":{"c":[1]},"b":2}', '[{"op":"remove","path":"/a/c/0"}]')).toBe('{"b":2}')
  expect(patched('{"a":[1],"b":2}', '[{"op":"remove","path":"/a/0"},{"op":"add","path":"/c","value":[]}]')).toBe('{"b":2,"c":[]}')
})

it('leaves the document it is given as it is', () => {
  const document = parseJson('{"a":[{"b":1}]}') as object
  applyJsonPatch(document, readJsonPatch('[{"op":"replace","path":"/a/0/b","value":2},{"op":"remove","path":"/a/0"}]'))
  expect(stringifyJson(document)).toBe('{"a":[{"b":1}]}')
})

describe('whatever is sent', () => {
  const pointer = fc.array(fc.constantFrom('a', 'b', '0', '1', '-', '', 'length', 'toString', '~0'), { maxLength: 4 }).map(tokens => tokens.map(token => `/${token}`).join(''))
  const value = fc.jsonValue({ maxDepth: 3 })
  const operation = fc.oneof(
    fc.record({ op: fc.constantFrom('add', 'replace', 'test'), path: pointer, value }),
    fc.record({ op: fc.constant('remove'), path: pointer }),
    fc.record({ op: fc.constantFrom('move', 'copy'), from: pointer, path: pointer }),
  )

  it('a patch applies or is refused with its reason, and never breaks', () => {
    fc.assert(fc.property(fc.dictionary(fc.constantFrom('a', 'b'), value), fc.array(operation, { maxLength: 8 }), (document, operations) => {
      const known = JSON.stringify(document)
      try {
        const read: readonly JsonPatchOperation[] = readJsonPatch(JSON.stringify(operations))
        const after = applyJsonPatch(document, read)
        if (operations.length === 0) expect(after).toEqual(document)
      } catch (error) {
        expect(error).toBeInstanceOf(FhirError)
        expect([400, 413, 422]).toContain((error as FhirError).status)
      }
      expect(JSON.stringify(document)).toBe(known)
    }), { numRuns: 2_000 })
  })

  it('a body is read or refused', () => {
    fc.assert(fc.property(fc.oneof(fc.json(), fc.string(), fc.array(value).map(list => JSON.stringify(list))), body => {
      try {
        expect(Array.isArray(readJsonPatch(body))).toBe(true)
      } catch (error) {
        expect((error as FhirError).status).toBe(400)
      }
    }), { numRuns: 1_000 })
  })
})
