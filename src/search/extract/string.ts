/** String entries: plain strings and the parts of names and addresses. R4: https://hl7.org/fhir/R4/search.html#string */
import { fold } from '../fold.ts'
import { soundsOf } from '../phonetic.ts'
import { fields, list } from '../walk.ts'
import { kept, type Add, type Emitter } from './emitter.ts'

/** R4: "a search on a HumanName or Address matches any of its string parts". */
const NAME_PARTS = ['family', 'given', 'text', 'prefix', 'suffix']
const ADDRESS_PARTS = ['line', 'city', 'district', 'state', 'postalCode', 'country', 'text']

export const stringEmitter = (param: string, type: string): Emitter | undefined => {
  switch (type) {
    case 'HumanName': return (value, add) => parts(add, param, value, NAME_PARTS)
    case 'Address': return (value, add) => parts(add, param, value, ADDRESS_PARTS)
    case 'CodeableConcept':
      return (value, add) => {
        string(add, param, fields(value)['text'])
        for (const coding of list(fields(value)['coding'])) string(add, param, fields(coding)['display'])
      }
    case 'string':
    case 'markdown':
    case 'code':
    case 'id':
    case 'uri':
    case 'url':
    case 'canonical': return (value, add) => string(add, param, value)
    default: return undefined
  }
}

/** Names by their sound: no titles, which all sound alike. */
export const soundEmitter = (param: string, type: string): Emitter | undefined => {
  switch (type) {
    case 'HumanName':
      return (value, add) => {
        for (const name of ['family', 'given', 'text']) for (const part of list(fields(value)[name])) sounds(add, param, part)
      }
    case 'string': return (value, add) => sounds(add, param, value)
    default: return undefined
  }
}

const sounds = (add: Add, param: string, value: unknown): void => {
  for (const sound of soundsOf(kept(value) ?? '')) add({ kind: 'string', param, folded: sound, exact: sound })
}

const string = (add: Add, param: string, value: unknown): void => {
  const exact = kept(value)
  if (exact !== undefined) add({ kind: 'string', param, folded: fold(exact), exact })
}

const parts = (add: Add, param: string, value: unknown, names: readonly string[]): void => {
  for (const name of names) for (const part of list(fields(value)[name])) string(add, param, part)
}
