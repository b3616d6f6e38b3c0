/**
 * Rules of R4's text on data types that are no invariants: identifiers name their system in full, an
 * attachment is as long as it says, contained resources can be told apart. https://hl7.org/fhir/R4/datatypes.html
 */
import { createHash } from 'node:crypto'
import type { Definitions } from '../definitions/definitions.ts'
import { isObject } from '../fhir/json.ts'
import type { Bindings } from './bindings.ts'
import type { Findings } from './findings.ts'
import { ABSOLUTE } from './meaning.ts'
import { checkAddress } from './policy/addresses.ts'
import { checkIdentifier } from './policy/identifiers.ts'
import { shown } from './shown.ts'
import { checkSystem } from './systems.ts'
import { checkUnit } from './units.ts'

type Json = Readonly<Record<string, unknown>>

/** The system of identifiers that are themselves URIs (https://hl7.org/fhir/R4/datatypes.html#identifier). */
const URIS = 'urn:ietf:rfc:3986'

/** Checks a value of a complex type, by R4's text and by hub policy; `path` is its place. */
export const checkDatatype = (
  type: string, value: Json, path: string, { definitions, bindings }: { definitions: Definitions; bindings: Bindings }, findings: Findings,
): void => {
  switch (type) {
    case 'Identifier':
      checkIdentity(value, path, findings)
      checkIdentifier(value, path, findings)
      break
    case 'Coding':
      checkSystem(value['system'], `${path}.system`, definitions, findings)
      bindings.checkCoding(value, path, findings)
      break
    case 'Attachment': return checkAttachment(value, path, findings)
    case 'Address': return checkAddress(value, path, findings)
    case 'Quantity':
    case 'Age':
    case 'Duration':
    case 'Distance':
    case 'Count':
      checkSystem(value['system'], `${path}.system`, definitions, findings)
      checkUnit(value, path, findings)
  }
}

const checkIdentity = ({ system, value }: Json, path: string, findings: Findings): void => {
  if (typeof system !== 'string') return
  if (!ABSOLUTE.test(system)) {
    findings.add(`${path}.system`, { severity: 'error', type: 'value', code: 'identifier-system',
      text: `${shown(system)} is not absolute; send the URI of the system, or the name of the organisation in "assigner"` })
  } else if (system === URIS && typeof value === 'string' && !ABSOLUTE.test(value)) {
    findings.add(`${path}.value`, { severity: 'error', type: 'value', code: 'identifier-uri',
      text: `with the system ${URIS} the value is a URI with its scheme, as urn:uuid:… or https://…; send it so, or the system it is from` })
  }
}

const checkAttachment = ({ data, size, hash }: Json, path: string, findings: Findings): void => {
  if (typeof data !== 'string') return
  if (typeof size === 'number') checkSize(data, size, path, findings)
  if (typeof hash === 'string' && createHash('sha1').update(data, 'base64').digest('base64') !== hash.replace(/\s/g, '')) {
    findings.add(`${path}.hash`, { severity: 'error', type: 'value', code: 'attachment-hash',
      text: 'hash is not that of the data; send the SHA-1 of the bytes before they are written in base64, itself in base64, or leave "hash" out' })
  }
}

/** `size` counts the bytes before they were written in base64. */
const checkSize = (data: string, size: number, path: string, findings: Findings): void => {
  const characters = data.replace(/[ \t\r\n=]/g, '').length
  const bytes = Math.floor(characters * 3 / 4)
  if (bytes === size) return
  findings.add(`${path}.size`, { severity: 'error', type: 'value', code: 'attachment-size',
    text: `size is ${size}, but the data has ${bytes} bytes; send that number, or leave "size" out` })
}

/** Every contained resource has an id of its own, by which it is referred to. */
export const checkContained = (contained: unknown, path: string, findings: Findings): void => {
  if (!Array.isArray(contained)) return
  const ids = new Set<unknown>()
  contained.forEach((resource: unknown, i) => {
    if (!isObject(resource)) return
    const { id } = resource
    if (id === undefined) {
      findings.add(`${path}.contained[${i}]`, { severity: 'error', type: 'required', code: 'contained-id',
        text: 'a contained resource needs an id, by which the resource around refers to it; add "id", and a reference to "#" with it' })
    } else if (ids.has(id)) {
      findings.add(`${path}.contained[${i}].id`, { severity: 'error', type: 'duplicate', code: 'contained-id',
        text: `another contained resource has the id ${shown(id)}; give each its own` })
    }
    ids.add(id)
  })
}
