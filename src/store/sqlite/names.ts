/**
 * One dictionary of small integers for every word that repeats in keys: types, parameters, code systems, labels.
 *
 * A parameter's word is `Type.code`; its modifiers that have entries of their own are `Type.code:text` and
 * `Type.code:identifier`. A word once numbered keeps its number for the life of the file.
 */
import type { Connection } from './connection.ts'

/** Words of partners (code systems) could fill the memory: beyond this many the cache starts again. */
const CACHED = 20_000
/** No word has this number: a search for it finds nothing. */
export const UNKNOWN = -1

export interface Names {
  /** Number of a word, UNKNOWN when it was never written. */
  find(text: string): number
  /** The word of a number that stands in the file. */
  text(id: number): string
  /** Numbers of the parameters of a type (all types: undefined). */
  parameters(type: string | undefined): readonly number[]
}

export interface WritableNames extends Names {
  /** Number of a word, given now when it is new. */
  intern(text: string): number
  /** Forgets what a rolled back transaction may have numbered. */
  forget(): void
}

export const createNames = (connection: Connection): WritableNames => {
  const ids = new Map<string, number>()
  const texts = new Map<number, string>()

  const keep = (id: number, text: string): number => {
    if (ids.size >= CACHED) forget()
    ids.set(text, id)
    texts.set(id, text)
    return id
  }
  const forget = (): void => {
    ids.clear()
    texts.clear()
  }
  const find = (text: string): number => {
    const known = ids.get(text)
    if (known !== undefined) return known
    const row = connection.get('SELECT id FROM name WHERE text = ?', [text])
    return row === undefined ? UNKNOWN : keep(row['id'] as number, text)
  }

  return {
    find,
    forget,
    text(id) {
      const known = texts.get(id)
      if (known !== undefined) return known
      const row = connection.get('SELECT text FROM name WHERE id = ?', [id])
      if (row === undefined) throw new Error(`the store has no name ${id}`)
      keep(id, row['text'] as string)
      return row['text'] as string
    },
    parameters: type =>
      connection.all('SELECT id FROM name WHERE text GLOB ?', [type === undefined ? '[A-Z]*.*' : `${type}.*`])
        .map(row => row['id'] as number),
    intern(text) {
      const known = find(text)
      if (known !== UNKNOWN) return known
      return keep(Number(connection.run('INSERT INTO name (text) VALUES (?)', [text])), text)
    },
  }
}
