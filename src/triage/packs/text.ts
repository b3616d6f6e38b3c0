/**
 * JSON with places: what a file says, and in which line and column each value stands, so that whoever edits a rule pack
 * by hand is sent to the very word. Places are looked up by JSON pointer (RFC 6901).
 *
 * `JSON.parse` says what a text means; the walk beside it says where, and what is wrong where it means nothing.
 */

/** A place in a file, both from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** Something wrong at a JSON pointer (empty for the whole file), before its place is looked up. */
export interface Unplaced {
  readonly pointer: string
  readonly text: string
}

export type ParsedText =
  | { readonly kind: 'value'; readonly value: unknown; readonly repeated: readonly string[]; readonly positionOf: (pointer: string) => Position }
  | { readonly kind: 'broken'; readonly position: Position; readonly text: string }

/** `repeated` are pointers of names that stand twice in one object, of which JSON would keep the last and say nothing. */
export const parseText = (text: string): ParsedText => {
  const offsets = new Map<string, number>()
  const repeated: string[] = []
  try {
    walk(text, offsets, repeated)
  } catch (error) {
    if (!(error instanceof Broken)) throw error
    return { kind: 'broken', position: positionAt(text, error.at), text: error.message }
  }
  return { kind: 'value', value: JSON.parse(text), repeated, positionOf: pointer => positionAt(text, offsetOf(offsets, pointer)) }
}

/** A name as one step of a pointer. */
export const step = (name: string | number): string => `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`

class Broken extends Error {
  readonly at: number

  constructor(at: number, expected: string, found: string) {
    super(`is no JSON: expected ${expected}, found ${found === '' ? 'the end' : found.slice(0, 40)}`)
    this.at = at
  }
}

/** Where a pointer leads nowhere (an element that is missing), the nearest that stands around it. */
const offsetOf = (offsets: ReadonlyMap<string, number>, pointer: string): number => {
  for (let nearest = pointer; nearest !== ''; nearest = nearest.slice(0, nearest.lastIndexOf('/'))) {
    const offset = offsets.get(nearest)
    if (offset !== undefined) return offset
  }
  return offsets.get('') ?? 0
}

const positionAt = (text: string, offset: number): Position => {
  const before = text.slice(0, offset)
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') }
}

interface Token {
  readonly word: string
  readonly at: number
}

/** Control characters end a word, which is then no string: JSON has none inside one. */
const TOKEN = /[\t\n\r ]*([{}[\],:]|"(?:[^"\\\u0000-\u001F]|\\.)*"|[^\t\n\r {}[\],:"]+|")/y
const LITERAL = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/
const STRING = /^"(?:[^"\\]|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4}))*"$/

const walk = (text: string, offsets: Map<string, number>, repeated: string[]): void => {
  const token = new RegExp(TOKEN)
  const next = (): Token => {
    const from = token.lastIndex
    const found = token.exec(text)
    if (found === null) return { word: '', at: text.slice(from).search(/\S|$/) + from }
    const word = found[1] ?? ''
    return { word, at: token.lastIndex - word.length }
  }
  const expect = (right: boolean, what: string, { word, at }: Token): void => {
    if (!right) throw new Broken(at, what, word)
  }
  /** Answers whether another follows. */
  const separated = (end: ']' | '}'): boolean => {
    const mark = next()
    expect(mark.word === ',' || mark.word === end, `a comma or ${end}`, mark)
    return mark.word === ','
  }
  const items = (pointer: string): void => {
    let item = next()
    if (item.word === ']') return
    for (let index = 0; ; index++) {
      value(pointer + step(index), item)
      if (!separated(']')) return
      item = next()
    }
  }
  const members = (pointer: string): void => {
    let name = next()
    if (name.word === '}') return
    for (;;) {
      expect(STRING.test(name.word), 'a name in quotation marks', name)
      const inner = pointer + step(JSON.parse(name.word) as string)
      if (offsets.has(inner)) repeated.push(inner)
      const colon = next()
      expect(colon.word === ':', 'a colon', colon)
      value(inner, next())
      if (!separated('}')) return
      name = next()
    }
  }
  const value = (pointer: string, first: Token): void => {
    offsets.set(pointer, first.at)
    if (first.word === '[') items(pointer)
    else if (first.word === '{') members(pointer)
    else expect(LITERAL.test(first.word) || STRING.test(first.word), 'a value', first)
  }
  value('', next())
  const rest = next()
  expect(rest.word === '', 'nothing more', rest)
}
