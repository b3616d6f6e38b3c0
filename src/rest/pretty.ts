/**
 * `_pretty=true`: JSON with line breaks and indents, made from the text itself, so that decimals keep their digits.
 * R4: https://hl7.org/fhir/R4/http.html#pretty
 */
import { outcomes } from '../fhir/outcomes.ts'
import type { FhirRequest } from './request.ts'

/** Throws `search-bad-value` (400) for anything but true and false. */
export const isPretty = ({ query }: FhirRequest): boolean => {
  const asked = query.filter(([name]) => name === '_pretty').map(([, value]) => value)
  if (asked.some(value => value !== 'true' && value !== 'false')) throw outcomes.badParameter('_pretty', '_pretty takes true or false')
  return asked.includes('true')
}

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{[]\s*[}\]]|[{}[\],:]|[^\s"{}[\],:]+/g

/** Compact JSON with two spaces a level; empty objects and arrays stay on their line. */
export const indented = (json: string): string => {
  let depth = 0
  const line = (): string => `\n${'  '.repeat(depth)}`
  return json.replace(TOKEN, token => {
    switch (token) {
      case '{': case '[':
        depth += 1
        return `${token}${line()}`
      case '}': case ']':
        depth -= 1
        return `${line()}${token}`
      case ',': return `,${line()}`
      case ':': return ': '
      default: return token
    }
  })
}
