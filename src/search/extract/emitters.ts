/** Which emitter makes entries of a value: by the parameter's type, then by the value's R4 type. */
import type { Binding, Definitions, SearchParameter } from '../../definitions/definitions.ts'
import { isPhonetic } from '../phonetic.ts'
import { fields } from '../walk.ts'
import { dateEmitter } from './date.ts'
import type { Emitter } from './emitter.ts'
import { numberEmitter, quantityEmitter } from './number.ts'
import { referenceEmitter } from './reference.ts'
import { soundEmitter, stringEmitter } from './string.ts'
import { tokenEmitter } from './token.ts'
import { positionEmitter, uriEmitter } from './uri.ts'

export interface EmitterContext {
  readonly definitions: Definitions
  readonly bases: readonly string[]
}

/** Undefined where R4 gives a parameter of this type no meaning for such values. */
export const emitterFor = (
  context: EmitterContext, parameter: SearchParameter, type: string, binding: Binding | undefined,
): Emitter | undefined => {
  if (type === 'Extension') return extensionEmitter(context, parameter)
  const { code } = parameter
  switch (parameter.type) {
    case 'token':
      return tokenEmitter(context.definitions, code, type, binding?.strength === 'required' ? binding.valueSet : undefined)
    case 'string': return isPhonetic(parameter) ? soundEmitter(code, type) : stringEmitter(code, type)
    case 'date': return dateEmitter(code, type)
    case 'number': return numberEmitter(code, type)
    case 'quantity': return quantityEmitter(code, type)
    case 'reference': return referenceEmitter(code, type, context.bases)
    case 'uri': return uriEmitter(code, type)
    case 'special': return type === 'BackboneElement' ? positionEmitter(code) : undefined
    case 'composite': return undefined
  }
}

/** An extension is searched by its value, whose type its JSON name tells. */
const extensionEmitter = (context: EmitterContext, parameter: SearchParameter): Emitter =>
  (extension, add, resource) => {
    for (const [name, value] of Object.entries(fields(extension))) {
      if (!name.startsWith('value')) continue
      const type = name.slice('value'.length)
      const primitive = type.charAt(0).toLowerCase() + type.slice(1)
      const emit = emitterFor(context, parameter, type, undefined) ?? emitterFor(context, parameter, primitive, undefined)
      emit?.(value, add, resource)
    }
  }
