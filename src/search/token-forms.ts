/** Forms of tokens that extraction and parsing must agree on: `:of-type`, telephone numbers, codes without their case. */
import type { Definitions } from '../definitions/definitions.ts'

/**
 * Under this name stand an identifier's type and value together: system of the type, `code|value`, so that
 * `identifier:of-type=system|code|value` is an ordinary token test.
 */
export const ofTypeParam = (param: string): string => `${param}:of-type`

/**
 * A telephone number without what people write between its digits; other addresses stay as they are. R4 leaves it to
 * the server: "token searches on ContactPoint may use special handling, such as ignoring punctuation".
 */
export const phoneDigits = (address: string): string =>
  (/^[+(]?\d[\d\s().-]*$/.test(address) ? address.replace(/[\s().-]/g, '') : address)

/** UCUM tells mega from milli by the case; it is no resource, so no definition says so. */
const UCUM = 'http://unitsofmeasure.org'

/**
 * The code in small letters, where it has others and its system is not known to tell them apart: R4, "when in doubt, servers
 * SHOULD treat tokens in a case-insensitive manner". Identifiers are never in doubt: their values have a case.
 */
export const codeWithoutCase = (definitions: Definitions, system: string | undefined, code: string): string | undefined => {
  const small = code.toLowerCase()
  if (small === code || system === UCUM) return undefined
  return system !== undefined && definitions.codeSystem(system)?.caseSensitive === true ? undefined : small
}
