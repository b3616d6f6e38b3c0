/**
 * Query strings, forms and paths, decoded exactly: order and repeats kept, nothing guessed. What cannot be decoded is
 * refused (400), so that two readers never see two different requests.
 */
import { outcomes } from '../fhir/outcomes.ts'

export type Pairs = readonly (readonly [string, string])[]

/** A search by form may be long; no search of R4 needs more parameters than this. */
const MAX_PAIRS = 1_000

/** Pairs of `a=b&c=d` (application/x-www-form-urlencoded: `+` is a space). */
export const decodePairs = (text: string): Pairs => {
  if (text === '') return []
  const parts = text.split('&', MAX_PAIRS + 1)
  if (parts.length > MAX_PAIRS) throw outcomes.tooLarge(`${MAX_PAIRS} parameters`)
  return parts.filter(part => part !== '').map(part => {
    const equals = part.indexOf('=')
    return equals < 0 ? [decode(part), ''] as const : [decode(part.slice(0, equals)), decode(part.slice(equals + 1))] as const
  })
}

const decode = (text: string): string => decodePercent(text.replaceAll('+', ' '), 'the query')

const decodePercent = (text: string, where: string): string => {
  let decoded: string
  try {
    decoded = text.includes('%') ? decodeURIComponent(text) : text
  } catch {
    throw outcomes.badRequest('bad-encoding', `${where} is not percent-encoded UTF-8; send a literal % as %25`)
  }
  if (decoded.includes('\0')) throw outcomes.badRequest('bad-encoding', `${where} contains a NUL character; leave it out`)
  return decoded
}

/**
 * Decoded segments of a path below the base; one slash at the end is forgiven. A segment that contains a slash, or
 * that a file system or proxy would walk by, is never an address here: 400.
 */
export const decodePath = (path: string): readonly string[] => {
  if (path === '' || path === '/') return []
  const segments = path.slice(1).split('/')
  if (segments.at(-1) === '') segments.pop()
  return segments.map(segment => {
    const decoded = decodePercent(segment, 'the path')
    if (decoded === '' || decoded === '.' || decoded === '..' || /[/\\\p{Cc}]/u.test(decoded)) {
      throw outcomes.badRequest('bad-path', 'the path has an empty or relative segment; send /fhir/Type/id')
    }
    return decoded
  })
}
