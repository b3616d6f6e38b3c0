/** Uri entries, and positions for `near`. R4: https://hl7.org/fhir/R4/search.html#uri and location.html#positional */
import { parseCanonical } from '../../fhir/reference.ts'
import { isOnEarth } from '../positions.ts'
import { fields } from '../walk.ts'
import { kept, type Emitter } from './emitter.ts'

export const uriEmitter = (param: string, type: string): Emitter | undefined => {
  switch (type) {
    case 'canonical':
      return (value, add) => {
        const uri = kept(value)
        if (uri === undefined) return
        add({ kind: 'uri', param, uri })
        const { url } = parseCanonical(uri)
        if (url !== uri && url !== '') add({ kind: 'uri', param, uri: url })
      }
    case 'uri':
    case 'url':
    case 'oid':
    case 'uuid':
    case 'string':
      return (value, add) => {
        const uri = kept(value)
        if (uri !== undefined) add({ kind: 'uri', param, uri })
      }
    default: return undefined
  }
}

/** `Location.near`: the only special parameter of R4 that has an expression. */
export const positionEmitter = (param: string): Emitter => (value, add) => {
  const { latitude, longitude } = fields(value)
  if (typeof latitude !== 'number' || typeof longitude !== 'number' || !isOnEarth({ latitude, longitude })) return
  add({ kind: 'position', param, latitude, longitude })
}
