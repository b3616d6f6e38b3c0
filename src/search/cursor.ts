/**
 * Page links: where a page ended, opaque and sealed, good only for the search it was made for.
 *
 * A link is `payload.mac`, both base64url; the MAC is HMAC-SHA256 over the query it belongs to and the payload, so that
 * nobody can write a cursor or carry one to another search. R4 paging: https://hl7.org/fhir/R4/http.html#paging
 */
import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto'
import { outcomes } from '../fhir/outcomes.ts'
import type { Cursor } from './plan.ts'

/** Longest link read, in characters; sort values are cut by the store long before. */
const MAX_LENGTH = 8_192

const PARAMETER = '_page'

/** `query` is the text of the search the cursor belongs to: path and parameters as they were understood. */
export const sealCursor = (key: KeyObject | string | Uint8Array, cursor: Cursor, query: string): string => {
  const payload = Buffer.from(JSON.stringify([cursor.values, cursor.row, cursor.sequence])).toString('base64url')
  return `${payload}.${mac(key, query, payload).toString('base64url')}`
}

/** The cursor in a link; throws `search-bad-value` (400) when it is cut, altered, or of another search. */
export const openCursor = (key: KeyObject | string | Uint8Array, link: string, query: string): Cursor => {
  const [payload, seal, ...rest] = link.length > MAX_LENGTH ? [] : link.split('.')
  if (payload === undefined || seal === undefined || rest.length > 0 || !isSealed(mac(key, query, payload), seal)) {
    throw outcomes.badParameter(PARAMETER,
      'this is not a page link of this search; follow the "next" link of a Bundle as it is, or search again from the first page')
  }
  const [values, row, sequence] = JSON.parse(Buffer.from(payload, 'base64url').toString()) as [Cursor['values'], string, number]
  return { values, row, sequence }
}

const mac = (key: KeyObject | string | Uint8Array, query: string, payload: string): Buffer =>
  createHmac('sha256', key).update(`${query.length}:${query}:${payload}`).digest()

const isSealed = (expected: Buffer, seal: string): boolean => {
  const found = Buffer.from(seal, 'base64url')
  return found.length === expected.length && timingSafeEqual(found, expected) && expected.toString('base64url') === seal
}
