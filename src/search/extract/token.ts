/** Token entries: codes, codings, identifiers, contact points, booleans. R4: https://hl7.org/fhir/R4/search.html#token */
import type { Definitions } from '../../definitions/definitions.ts'
import { fold } from '../fold.ts'
import { codeWithoutCase, ofTypeParam, phoneDigits } from '../token-forms.ts'
import { fields, list } from '../walk.ts'
import { kept, type Add, type Emitter } from './emitter.ts'

/** R4: "the implicit system for boolean values is http://terminology.hl7.org/CodeSystem/special-values". */
const BOOLEANS = 'http://terminology.hl7.org/CodeSystem/special-values'

/** `binding`: the required value set of a `code` element, which gives its codes their system. */
export const tokenEmitter = (
  definitions: Definitions, param: string, type: string, binding: string | undefined,
): Emitter | undefined => {
  switch (type) {
    case 'code': {
      const systemOf = implicitSystem(definitions, binding)
      return (value, add) => token(add, param, typeof value === 'string' ? systemOf(value) : '', value)
    }
    case 'Coding': return (value, add) => coding(definitions, add, param, value)
    case 'CodeableConcept':
      return (value, add) => {
        for (const item of list(fields(value)['coding'])) coding(definitions, add, param, item)
        text(add, param, fields(value)['text'])
      }
    case 'Identifier': return (value, add) => identifier(add, param, value)
    case 'ContactPoint':
      return (value, add) => {
        const { system, value: address } = fields(value)
        token(add, param, system, typeof address === 'string' ? phoneDigits(address) : undefined)
      }
    case 'boolean': return (value, add) => token(add, param, BOOLEANS, typeof value === 'boolean' ? String(value) : undefined)
    case 'string':
    case 'markdown':
    case 'id':
    case 'uri':
    case 'url':
    case 'canonical':
    case 'oid':
    case 'uuid': return (value, add) => token(add, param, '', value)
    default: return undefined
  }
}

const token = (add: Add, param: string, system: unknown, code: unknown): void => {
  const known = kept(code)
  if (known !== undefined) add({ kind: 'token', param, system: kept(system) ?? '', code: known })
}

const text = (add: Add, param: string, display: unknown): void => {
  const known = kept(display)
  if (known !== undefined) add({ kind: 'text', param, text: fold(known) })
}

const coding = (definitions: Definitions, add: Add, param: string, value: unknown): void => {
  const { system, code, display } = fields(value)
  if (code === undefined && typeof system === 'string') add({ kind: 'token', param, system: kept(system) ?? '', code: '' })
  token(add, param, system, code)
  if (typeof code === 'string') token(add, param, system, codeWithoutCase(definitions, typeof system === 'string' ? system : undefined, code))
  text(add, param, display)
}

const identifier = (add: Add, param: string, value: unknown): void => {
  const { system, value: number, type } = fields(value)
  token(add, param, system, number)
  text(add, param, fields(type)['text'])
  for (const kind of list(fields(type)['coding'])) {
    const { system: typeSystem, code } = fields(kind)
    if (typeof code === 'string' && typeof number === 'string') token(add, ofTypeParam(param), typeSystem, `${code}|${number}`)
  }
}

/** The system of each code of a required value set; '' where the set is unknown or a code is in no system of it. */
const implicitSystem = (definitions: Definitions, binding: string | undefined): (code: string) => string => {
  const valueSet = binding === undefined ? undefined : definitions.valueSet(binding)
  if (valueSet?.kind === 'by-form') {
    const only = valueSet.systems.length === 1 ? valueSet.systems[0]! : ''
    return () => only
  }
  if (valueSet?.kind !== 'expanded') return () => ''
  const systems = new Map<string, string>()
  for (const [system, codes] of valueSet.codes) for (const code of codes.keys()) systems.set(code, system)
  return code => systems.get(code) ?? ''
}
