/**
 * What is computed from definitions, kept together with every answer it was given: it stands for all later sets of
 * definitions that answer the same, so that a profile nobody touched is not made again when another is put on the server.
 */
import type { CodeSystem, Definitions, StructureDefinition, ValueSet } from './definitions.ts'

/** The questions whose answers may differ between two sets of definitions. */
export type Lookups = Pick<Definitions, 'fingerprint' | 'structure' | 'valueSet' | 'codeSystem'>

type Kind = 'structure' | 'valueSet' | 'codeSystem'

interface Asked {
  readonly kind: Kind
  readonly canonical: string
  readonly answer: StructureDefinition | ValueSet | CodeSystem | undefined
}

interface Kept<Value> {
  readonly value: Value
  readonly asked: readonly Asked[]
  /** Of the definitions for which it was last found to stand. */
  fingerprint: string
}

/**
 * @param make computes the value for a key; it may ask of definitions only what it is given
 * @returns the value for a key and some definitions, made anew only where one of its answers has changed
 */
export const keeping = <Key extends object, Value>(make: (key: Key, from: Lookups) => Value): ((key: Key, from: Lookups) => Value) => {
  const known = new WeakMap<Key, Kept<Value>>()
  return (key, from) => {
    const earlier = known.get(key)
    if (earlier !== undefined) {
      if (earlier.fingerprint === from.fingerprint) return earlier.value
      if (earlier.asked.every(({ kind, canonical, answer }) => from[kind](canonical) === answer)) {
        earlier.fingerprint = from.fingerprint
        return earlier.value
      }
    }
    const asked: Asked[] = []
    let isMade = false
    const note = <Answer extends Asked['answer']>(kind: Kind, ask: (canonical: string) => Answer) => (canonical: string): Answer => {
      const answer = ask(canonical)
      // what a value asks later, it asks anew each time
      if (!isMade) asked.push({ kind, canonical, answer })
      return answer
    }
    const value = make(key, {
      fingerprint: from.fingerprint,
      structure: note('structure', canonical => from.structure(canonical)),
      valueSet: note('valueSet', canonical => from.valueSet(canonical)),
      codeSystem: note('codeSystem', canonical => from.codeSystem(canonical)),
    })
    isMade = true
    known.set(key, { value, asked, fingerprint: from.fingerprint })
    return value
  }
}
