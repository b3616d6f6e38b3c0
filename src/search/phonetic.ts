/**
 * Names by their sound, for R4's `phonetic` parameters: each word as its Metaphone code (Lawrence Philips, "Hanging on the
 * Metaphone", Computer Language 7(12), 1990), in lower case. `Smith` and `Smyth` are both `sm0`, `Catherine` and `Kathryn` `k0rn`.
 *
 * R4 leaves the algorithm to the server. Metaphone is made for words as English speakers say them; three rules are added
 * for names: `gh` at the end is silent (`Leigh`, `Hugh`), `y` after a consonant is a vowel (`Bryan`), `thom` begins with t
 * (`Thomas`). A word that it has nothing for (`李`) stands for itself.
 */
import { wordsIn } from './words.ts'

/** Of Patient, Practitioner, Person, RelatedPerson, Organization and InsurancePlan. */
const DEFINITIONS: ReadonlySet<string> = new Set(['individual-phonetic', 'Organization-phonetic', 'InsurancePlan-phonetic']
  .map(name => `http://hl7.org/fhir/SearchParameter/${name}`))

export const isPhonetic = ({ url }: { readonly url: string }): boolean => DEFINITIONS.has(url)

/** The codes of a text's words, each once. */
export const soundsOf = (text: string): readonly string[] =>
  [...new Set(wordsIn(text).map(word => metaphone(word) || word))]

const VOWEL = /[aeiou]/
const FRONT = /[eiy]/

/** The Metaphone code of one folded word; letters beyond a to z are passed over. */
export const metaphone = (word: string): string => {
  const letters = word.replace(/[^a-z]/g, '')
    .replace(/^(?:ae|gn|kn|pn|wr)/, start => start[1]!).replace(/^x/, 's').replace(/^wh/, 'w')
    .replace(/gg(?=[eiy])/g, 'k').replace(/([^c])\1+/g, '$1')
  let code = ''
  for (let at = 0; at < letters.length; at++) code += soundAt(letters, at)
  return code
}

const soundAt = (letters: string, at: number): string => {
  const letter = letters[at]!, before = letters[at - 1] ?? '', next = letters[at + 1] ?? '', after = letters[at + 2] ?? ''
  switch (letter) {
    case 'a': case 'e': case 'i': case 'o': case 'u': return at === 0 ? letter : ''
    case 'b': return before === 'm' && next === '' ? '' : 'b'
    case 'c':
      if (next === 'h') return before === 's' || (at === 0 && !VOWEL.test(after)) ? 'k' : 'x'
      if (!FRONT.test(next)) return 'k'
      return before === 's' ? '' : next === 'i' && after === 'a' ? 'x' : 's'
    case 'd': return next === 'g' && FRONT.test(after) ? 'j' : 't'
    case 'g':
      if (next === 'h') return VOWEL.test(after) ? 'k' : ''
      if (next === 'n' && (after === '' || letters.slice(at) === 'gned')) return ''
      if (before === 'd' && FRONT.test(next)) return ''
      return FRONT.test(next) ? 'j' : 'k'
    case 'h': return /[cgpst]/.test(before) || (VOWEL.test(before) && !VOWEL.test(next)) ? '' : 'h'
    case 'k': return before === 'c' ? '' : 'k'
    case 'p': return next === 'h' ? 'f' : 'p'
    case 'q': return 'k'
    case 's':
      if (next === 'h' || (next === 'i' && (after === 'o' || after === 'a'))) return 'x'
      return 's'
    case 't':
      if (next === 'h') return after === 'o' && letters[at + 3] === 'm' ? 't' : '0'
      if (next === 'i' && (after === 'o' || after === 'a')) return 'x'
      return next === 'c' && after === 'h' ? '' : 't'
    case 'v': return 'f'
    case 'w': return VOWEL.test(next) || next === 'y' ? 'w' : ''
    case 'y': return VOWEL.test(next) && (at === 0 || VOWEL.test(before)) ? 'y' : ''
    case 'x': return 'ks'
    case 'z': return 's'
    default: return letter
  }
}
