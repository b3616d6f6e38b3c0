/**
 * Text as words, the same for what a resource says and for what is asked: each folded, in order, each once.
 *
 * Whatever is neither letter nor digit parts words (`co-amoxiclav` is two, `120/80` too), but for the apostrophe of a
 * name (`O'Brien`). R4 leaves full-text search to the server: https://hl7.org/fhir/R4/search.html#text
 */
import { fold } from './fold.ts'

/** Longest word kept or asked, in UTF-16 units: what is longer is no word of a language, and finds by its beginning. */
export const MAX_WORD_LENGTH = 40

const FOLDED = /[\p{L}\p{N}]+/gu
const ASCII = /^[\t-~]*$/
const WORD = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:['’][\p{L}\p{M}\p{N}]+)*/gu

/** `"O'Brien's Co-op"` -> `obriens`, `co`, `op`. */
export const addWords = (words: Set<string>, text: string): void => {
  if (ASCII.test(text)) {
    addPlainWords(words, text.toLowerCase())
    return
  }
  for (const [word] of text.matchAll(WORD)) {
    // What a letter or digit decomposes to may part words as well: "1½" is one and a half.
    for (const [part] of fold(word).matchAll(FOLDED)) words.add(part.slice(0, MAX_WORD_LENGTH))
  }
}

export const wordsIn = (text: string): readonly string[] => {
  const words = new Set<string>()
  addWords(words, text)
  return [...words]
}

const APOSTROPHE = 39

const isPlain = (unit: number): boolean => (unit >= 97 && unit <= 122) || (unit >= 48 && unit <= 57)

/** The same for lower-case ASCII, unit by unit: most text is, and a pattern's matches take twice as long. */
const addPlainWords = (words: Set<string>, text: string): void => {
  let start = -1
  let hasApostrophe = false
  for (let at = 0; at <= text.length; at++) {
    const unit = text.charCodeAt(at)
    if (isPlain(unit)) {
      if (start < 0) start = at
    } else if (start >= 0) {
      if (unit === APOSTROPHE && isPlain(text.charCodeAt(at + 1))) {
        hasApostrophe = true
        continue
      }
      const word = text.slice(start, at)
      words.add((hasApostrophe ? word.replaceAll('\'', '') : word).slice(0, MAX_WORD_LENGTH))
      start = -1
      hasApostrophe = false
    }
  }
}
