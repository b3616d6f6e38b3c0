import * as fc from 'fast-check'
import { FhirError } from '../../src/fhir/outcomes.ts'
import { openCursor, sealCursor } from '../../src/search/cursor.ts'

const KEY = new TextEncoder().encode('0123456789abcdef0123456789abcdef')
const cursor = { values: ['requested', 12, null], row: '17', sequence: 99 }
const link = sealCursor(KEY, cursor, 'Task?status=requested')

const opened = (text: string, query = 'Task?status=requested', key = KEY) => {
  try {
    return openCursor(key, text, query)
  } catch (error) {
    if (error instanceof FhirError) return error.status
    throw error
  }
}

describe('a page link', () => {
  it('opens to the cursor it was made of', () => {
    expect(opened(link)).toEqual(cursor)
  })
  it('tells whoever reads it nothing of what the store holds', () => {
    expect(Buffer.from(link, 'base64url').toString('latin1')).not.toMatch(/requested|99/)
    expect(sealCursor(KEY, cursor, 'Task?status=requested')).not.toBe(link)
  })
  it('is fit for an address as it is', () => {
    expect(encodeURIComponent(link)).toBe(link)
  })
  it('belongs to its search and its server', () => {
    expect(opened(link, 'Task?status=accepted')).toBe(400)
    expect(opened(link, 'Task?status=requested', new TextEncoder().encode('another key of thirty-two bytes!'))).toBe(400)
  })
  it('is refused when it is cut, lengthened or altered anywhere', () => {
    for (let at = 0; at < link.length; at++) {
      expect(opened(link.slice(0, at))).toBe(400)
      expect(opened(link.slice(0, at) + (link[at] === 'A' ? 'B' : 'A') + link.slice(at + 1))).toBe(400)
    }
    expect(opened(`${link}A`)).toBe(400)
    expect(opened(`${link}.A`)).toBe(400)
  })
  it('is refused when it is anything else', () => {
    fc.assert(fc.property(fc.string(), text => opened(text) === 400))
    expect(opened('x'.repeat(100_000))).toBe(400)
  })
  it('keeps any sort values', () => {
    fc.assert(fc.property(fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.constant(null))), fc.string(), (values, query) => {
      const made = { values, row: '1', sequence: 1 }
      expect(openCursor(KEY, sealCursor(KEY, made, query), query)).toEqual(made)
    }))
  })
})
