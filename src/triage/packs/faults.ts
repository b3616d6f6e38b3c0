/**
 * What is wrong with a rule pack, each fault with its place: the form (`pack.schema.json`), in words of our own, and the
 * names (`names.ts`). A pack with a fault is refused whole, with all of them.
 */
import { readFileSync } from 'node:fs'
import { Ajv, type ErrorObject } from 'ajv'
import type { Locality } from '../../directory/load.ts'
import { nearest } from '../../fhir/nearest.ts'
import type { RulePack } from '../pack.ts'
import { unknownNames } from './names.ts'
import { parseText, step, type Position, type Unplaced } from './text.ts'

export type PackFault = Unplaced & Position

export type ReadPack =
  | { readonly kind: 'read'; readonly pack: RulePack; readonly place: (fault: Unplaced) => PackFault }
  | { readonly kind: 'faulty'; readonly faults: readonly PackFault[] }

/** Thrown for a pack with faults; the message names the file, and of each fault line, column and pointer. */
export class PackRefused extends Error {
  readonly faults: readonly PackFault[]

  constructor(file: string, faults: readonly PackFault[]) {
    super(faults.map(fault => faultText(file, fault)).join('\n'))
    this.name = 'PackRefused'
    this.faults = faults
  }
}

/** `localities/x/pack.json:12:15 /needs/3/services/0/code: …` */
export const faultText = (file: string, { line, column, pointer, text }: PackFault): string =>
  `${file}:${line}:${column} ${pointer || '/'}: ${text}`

const schema = JSON.parse(readFileSync(new URL('../pack.schema.json', import.meta.url), 'utf8')) as object
const validate = new Ajv({ allErrors: true, verbose: true, allowUnionTypes: true }).compile<RulePack>(schema)

/** Reads the text of a pack as that of a locality. The names are looked at once the form is right. */
export const readPack = (text: string, locality: Pick<Locality, 'coverage'>): ReadPack => {
  const parsed = parseText(text)
  if (parsed.kind === 'broken') return { kind: 'faulty', faults: [{ pointer: '', text: parsed.text, ...parsed.position }] }
  const place = ({ pointer, text: words }: Unplaced): PackFault => ({ pointer, text: words, ...parsed.positionOf(pointer) })
  const { value } = parsed
  const twice = parsed.repeated.map(pointer => ({ pointer, text: 'stands twice; only the last would count' }))
  const wrong = [...twice, ...validate(value) ? unknownNames(value, locality) : schemaFaults(validate.errors ?? [])]
  if (wrong.length === 0) return { kind: 'read', pack: value as RulePack, place }
  return { kind: 'faulty', faults: wrong.map(place).sort((a, b) => a.line - b.line || a.column - b.column) }
}

/** The branches of a condition are told apart by `if`, which says nothing itself. */
const schemaFaults = (errors: readonly ErrorObject[]): readonly Unplaced[] =>
  errors.filter(({ keyword }) => keyword !== 'if').map(inWords)

const inWords = (error: ErrorObject): Unplaced => {
  const { instancePath: pointer, keyword, data } = error
  const params = error.params as Readonly<Record<string, unknown>>
  const is = (text: string): Unplaced => ({ pointer, text })
  switch (keyword) {
    case 'required': return is(`has no "${String(params['missingProperty'])}"`)
    case 'additionalProperties': {
      const name = String(params['additionalProperty'])
      const meant = nearest(name, Object.keys((error.parentSchema?.['properties'] ?? {}) as object))
      return { pointer: pointer + step(name), text: `"${name}" is not known here${meant === undefined ? '' : `; did you mean "${meant}"?`}` }
    }
    case 'type': {
      const kinds = [params['type']].flat().map(name => KINDS[String(name)] ?? String(name))
      return is(`is ${kindOf(data)}, and should be ${kinds.join(' or ')}`)
    }
    case 'enum': return is(`is ${shown(data)}, and should be one of ${(params['allowedValues'] as readonly unknown[]).map(String).join(', ')}`)
    case 'const': return is(`is ${shown(data)}, and should be ${shown(params['allowedValue'])}, or not be there`)
    case 'pattern': return is(`is ${shown(data)}, which has not the form ${String(params['pattern'])}`)
    case 'minProperties': return is(`says too little: ${CONDITION}; an outcome says at least one thing`)
    case 'maxProperties': return is(`says too much: ${CONDITION}`)
    case 'minItems': return is('is empty')
    case 'minLength': return is('is empty')
    default: return is(error.message ?? keyword)
  }
}

const CONDITION = 'a condition is a fact with one comparison, or one of all, any, not'

const KINDS: Readonly<Record<string, string>> = {
  string: 'text', number: 'a number', integer: 'a whole number', boolean: 'true or false', object: 'an object', array: 'a list', null: 'null',
}

const kindOf = (value: unknown): string => {
  const kind = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
  return KINDS[kind] ?? kind
}

const shown = (value: unknown): string => JSON.stringify(value).slice(0, 80)
