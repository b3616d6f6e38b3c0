/**
 * Media types: JSON in, JSON out. XML and Turtle are refused (415, 406) instead of answered in what was not asked for.
 * R4: https://hl7.org/fhir/R4/http.html#mime-type
 */
import { outcomes } from '../fhir/outcomes.ts'

const JSON_TYPES = new Set(['application/fhir+json', 'application/json', 'text/json'])
/** `_format` may carry a bare `+`, which a query string reads as a space. */
const FORMATS = new Set([...JSON_TYPES, 'json', 'application/fhir json'])
const PATCH_TYPES = new Set(['application/json-patch+json'])
const FORM = 'application/x-www-form-urlencoded'

interface MediaType {
  readonly name: string
  readonly parameters: ReadonlyMap<string, string>
}

const parseMediaType = (text: string): MediaType => {
  const [name = '', ...rest] = text.split(';')
  return {
    name: name.trim().toLowerCase(),
    parameters: new Map(rest.map(parameter => {
      const [key = '', value = ''] = parameter.split('=', 2)
      return [key.trim().toLowerCase(), value.trim().replace(/^"(.*)"$/, '$1').toLowerCase()] as const
    })),
  }
}

const isUtf8 = ({ parameters }: MediaType): boolean => ['utf-8', 'utf8', 'us-ascii'].includes(parameters.get('charset') ?? 'utf-8')
const isR4 = ({ parameters }: MediaType): boolean => /^4\.0(\.\d+)?$/.test(parameters.get('fhirversion') ?? '4.0')

/** What a body is, by its Content-Type. Throws `media-type-unsupported` (415). */
export const bodyForm = (contentType: string | undefined, method: string): 'json' | 'form' => {
  const unsupported = () => (method === 'PATCH' ? outcomes.unsupportedPatch : outcomes.unsupportedMediaType)(contentType ?? '')
  if (contentType === undefined) throw unsupported()
  const type = parseMediaType(contentType)
  if (!isUtf8(type) || !isR4(type)) throw unsupported()
  if (type.name === FORM && method === 'POST') return 'form'
  if (JSON_TYPES.has(type.name) || (method === 'PATCH' && PATCH_TYPES.has(type.name))) return 'json'
  throw unsupported()
}

/** Throws `not-acceptable` (406) unless the client takes JSON. `_format` decides where it is given, `Accept` otherwise. */
export const requireJsonAccepted = (accept: string | undefined, formats: readonly string[]): void => {
  const [format] = formats
  if (format !== undefined) {
    const asked = parseMediaType(format)
    if (!FORMATS.has(asked.name) || !isR4(asked)) throw outcomes.notAcceptable(format)
    return
  }
  if (accept !== undefined && accept !== '' && !acceptsJson(accept)) throw outcomes.notAcceptable(accept)
}

/** Partners send the same few headers for ever; more distinct ones than this are decided afresh. */
const MAX_REMEMBERED = 200
const remembered = new Map<string, boolean>()

const acceptsJson = (accept: string): boolean => {
  const known = remembered.get(accept)
  if (known !== undefined) return known
  const decided = decide(accept)
  if (remembered.size < MAX_REMEMBERED && accept.length < 200) remembered.set(accept, decided)
  return decided
}

/** The most specific range that speaks of JSON decides, `q=0` refuses (RFC 9110 section 12.5.1). */
const decide = (accept: string): boolean => {
  let specific = -1
  let taken = false
  for (const range of accept.split(',').map(parseMediaType)) {
    const level = JSON_TYPES.has(range.name) ? 2 : range.name === 'application/*' ? 1 : range.name === '*/*' ? 0 : -1
    const wanted = Number(range.parameters.get('q') ?? 1) > 0 && isR4(range)
    if (level < 0 || level < specific) continue
    taken = level === specific ? taken || wanted : wanted
    specific = level
  }
  return taken
}
