/**
 * Words for full-text search: `_text` those of the narrative, `_content` all that a person would read in a resource.
 *
 * Elements are told apart by their R4 type, compiled per type when the first resource of it comes: strings, markdown and
 * XHTML are text; codes, ids, references, addresses of any kind and base64 data are not.
 * R4: https://hl7.org/fhir/R4/search.html#text and #content
 */
import type { Definitions } from '../../definitions/definitions.ts'
import type { Resource } from '../../fhir/resource.ts'
import type { IndexEntry } from '../entries.ts'
import { MAX_CONTENT_DEPTH, MAX_WORDS } from '../limits.ts'
import { fields, type Fields } from '../walk.ts'
import { addWords } from '../words.ts'

type WordsEntry = Extract<IndexEntry, { kind: 'words' }>

/** What stands under a JSON property: text of its own, or an element that may hold some. */
type Content = 'text' | 'xhtml' | 'resource' | (() => Shape)
type Shape = ReadonlyMap<string, Content>

/** A Binary's data is not for words; an AuditEvent is written with every request and says nothing in words. */
const WORDLESS: ReadonlySet<string> = new Set(['Binary', 'AuditEvent'])

/** Of type string by R4, and not for people: an address, the samples of a curve, ids of questions. */
const NOT_TEXT: ReadonlySet<string> = new Set([
  'Reference.reference', 'SampledData.data', 'Questionnaire.item.linkId', 'QuestionnaireResponse.item.linkId',
])

/** The function that makes the `words` entries of a resource: none, one or two. */
export const wordsExtractor = (definitions: Definitions): ((resource: Resource) => readonly WordsEntry[]) => {
  const shapes = new Map<string, Shape>()

  /** Text-bearing properties of an element: of a type (`HumanName`) or inside one (`Patient.contact`). */
  const shapeOf = (type: string, path = type): Shape => {
    const known = shapes.get(path)
    if (known !== undefined) return known
    const found: Record<string, Content> = {}
    for (const element of definitions.type(type)?.elements ?? []) {
      const name = element.path.slice(path.length + 1)
      if (!element.path.startsWith(`${path}.`) || name.includes('.')) continue
      if (element.contentReference !== undefined) {
        const target = element.contentReference
        found[name] = once(() => shapeOf(type, target))
        continue
      }
      for (const { code } of element.types ?? []) {
        const content = contentOf(type, element.path, code)
        const property = name.endsWith('[x]') ? name.slice(0, -3) + code[0]!.toUpperCase() + code.slice(1) : name
        if (content !== undefined) found[property] = content
      }
    }
    // By way of an object, whose keys are interned: a Map of cut strings compares them letter by letter.
    const shape = new Map(Object.entries(found))
    shapes.set(path, shape)
    return shape
  }

  const contentOf = (type: string, path: string, code: string): Content | undefined => {
    if (code === 'string' || code === 'markdown') return NOT_TEXT.has(path) ? undefined : 'text'
    if (code === 'xhtml') return 'xhtml'
    // A resource's own narrative is read before the rest of it.
    if (code === 'Narrative' && path === `${type}.text`) return undefined
    if (code === 'BackboneElement' || code === 'Element') return once(() => shapeOf(type, path))
    if (definitions.type(code)?.kind === 'complex-type') return once(() => shapeOf(code))
    return code === 'Resource' || definitions.resourceTypes.has(code) ? 'resource' : undefined
  }

  const read = (value: unknown, content: Content, words: Set<string>, depth: number): void => {
    if (words.size >= MAX_WORDS) return
    if (Array.isArray(value)) {
      for (const item of value) read(item, content, words, depth)
    } else if (typeof value === 'string') {
      if (content === 'text') addWords(words, isAddress(value) ? '' : value)
      else if (content === 'xhtml') addWords(words, plainText(value))
    } else if (typeof value === 'object' && value !== null && content !== 'text' && content !== 'xhtml' && depth > 0) {
      if (content === 'resource') readResource(fields(value), words, depth - 1)
      else readAll(value, content(), words, depth - 1)
    }
  }

  const readResource = (resource: Fields, words: Set<string>, depth: number): void => {
    const type = resource['resourceType']
    if (typeof type !== 'string' || !definitions.resourceTypes.has(type)) return
    read(fields(resource['text'])['div'], 'xhtml', words, depth)
    readAll(resource, shapeOf(type), words, depth)
  }

  const readAll = (value: object, shape: Shape, words: Set<string>, depth: number): void => {
    // Not `for in`: reading by its keys was deoptimized again and again, and took 20 µs of 33.
    for (const [property, inner] of Object.entries(value)) {
      const content = shape.get(property)
      if (content !== undefined) read(inner, content, words, depth)
    }
  }

  return resource => {
    const { resourceType: type } = resource
    if (WORDLESS.has(type) || !definitions.resourceTypes.has(type)) return []
    const entries: WordsEntry[] = []
    const words = new Set<string>()
    read(fields(resource['text'])['div'], 'xhtml', words, MAX_CONTENT_DEPTH)
    if (words.size > 0) entries.push({ kind: 'words', param: '_text', words: bounded(words) })
    readAll(resource, shapeOf(type), words, MAX_CONTENT_DEPTH)
    if (words.size > 0) entries.push({ kind: 'words', param: '_content', words: bounded(words) })
    return entries
  }
}

/** Shapes lead to one another in circles, so each is made when it is first entered. */
const once = (make: () => Shape): (() => Shape) => {
  let made: Shape | undefined
  return () => made ??= make()
}

const bounded = (words: ReadonlySet<string>): readonly string[] =>
  (words.size > MAX_WORDS ? [...words].slice(0, MAX_WORDS) : [...words])

/** URLs, urns and UUIDs in strings: identifiers' values, expressions' names. */
const isAddress = (text: string): boolean => (text.includes(':') || text.length === 36) && /^[a-z][a-z0-9+.-]*:\S+$|^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i.test(text)

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: '\'', nbsp: ' ' }

/** Tags and comments part words. One pass, whatever is left open: a pattern begins anew at each `<` that nothing closes. */
const untagged = (xhtml: string): string => {
  let text = ''
  let at = 0
  for (;;) {
    const tag = xhtml.indexOf('<', at)
    if (tag < 0) return text + xhtml.slice(at)
    const close = xhtml.startsWith('<!--', tag) ? '-->' : '>'
    const end = xhtml.indexOf(close, tag)
    if (end < 0) return text + xhtml.slice(at, tag)
    text += `${xhtml.slice(at, tag)} `
    at = end + close.length
  }
}

/** What a narrative says to its reader: entities are what they stand for. */
const plainText = (xhtml: string): string => {
  const text = untagged(xhtml)
  if (!text.includes('&')) return text
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{1,10}));/gi, (_whole, decimal?: string, hexadecimal?: string, name?: string) => {
    if (name !== undefined) return ENTITIES[name] ?? ' '
    const point = decimal === undefined ? parseInt(hexadecimal!, 16) : Number(decimal)
    return point <= 0x10FFFF ? String.fromCodePoint(point) : ' '
  })
}
