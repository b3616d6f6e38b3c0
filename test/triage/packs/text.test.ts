/** JSON with places: the same values as `JSON.parse`, the same refusals, and each value where it stands. */
import fc from 'fast-check'
import { parseText, step } from '../../../src/triage/packs/text.ts'

const placeOf = (text: string, pointer: string): string => {
  const parsed = parseText(text)
  if (parsed.kind === 'broken') throw new Error(parsed.text)
  const { line, column } = parsed.positionOf(pointer)
  return (text.split('\n')[line - 1] ?? '').slice(column - 1)
}

/** What `JSON.parse` makes of it; undefined where it refuses. */
const parsedByTheEngine = (text: string): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return undefined
  }
}

const agrees = (text: string): void => {
  const parsed = parseText(text)
  expect(parsed.kind === 'value' ? { value: parsed.value } : undefined).toEqual(parsedByTheEngine(text))
}

describe('text with places', () => {
  it('means what JSON.parse says it means', () => {
    fc.assert(fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, '\t'), (value, space) => agrees(JSON.stringify(value, undefined, space))), { numRuns: 300, seed: 1 })
    expect(parseText('  "x" ').kind).toBe('value')
  })

  it('is refused where JSON.parse refuses it, whatever one character is changed', () => {
    const text = JSON.stringify({ 'a "b"': [1, -0.5e3, true, null, { c: 'd\n\\' }], 'e': {} }, undefined, 1)
    fc.assert(fc.property(fc.nat(text.length), fc.constantFrom('', '"', ',', ':', '{', '}', '[', ']', '\\', 'x', '0', '-', '.', '\n', '\u0001'), fc.boolean(),
      (at, character, isInserted) => agrees(text.slice(0, at) + character + text.slice(isInserted ? at : at + 1))), { numRuns: 2_000, seed: 1 })
  })

  it('knows where each value stands', () => {
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.array(fc.integer(), { minLength: 1 }), { minKeys: 1 }), value => {
      const text = JSON.stringify(value, undefined, 2)
      const { __proto__: _inherited, ...own } = value
      for (const [name, numbers] of Object.entries(own)) {
        numbers.forEach((number, index) => { expect(placeOf(text, step(name) + step(index)).startsWith(String(number))).toBe(true) })
      }
    }), { numRuns: 200, seed: 1 })
  })

  it('points to what is around where a pointer leads nowhere', () => {
    expect(placeOf('{\n  "rules": [\n    { "id": 1 }\n  ]\n}', '/rules/0/source')).toBe('{ "id": 1 }')
  })

  it('names what stands twice in one object', () => {
    const parsed = parseText('{ "a": { "b": 1, "b": 2 }, "c": { "b": 3 } }')
    expect(parsed.kind === 'value' && parsed.repeated).toEqual(['/a/b'])
  })

  it('says where it stops being JSON, and what was expected there', () => {
    expect(parseText('{\n  "a": [1,, 2]\n}')).toEqual({ kind: 'broken', position: { line: 2, column: 11 }, text: 'is no JSON: expected a value, found ,' })
    expect(parseText('{ "a": 1')).toMatchObject({ kind: 'broken', text: 'is no JSON: expected a comma or }, found the end' })
  })
})
