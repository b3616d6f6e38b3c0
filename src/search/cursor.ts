/**
 * Page links: where a page ended, sealed so that nobody can read or write it, good only for the search it was made for.
 *
 * A link is AES-256-GCM over the cursor, with the query as what must be the same, in base64url. A cursor that could be
 * read would tell how much others have written, for it holds the store's own numbers.
 * R4 paging: https://hl7.org/fhir/R4/http.html#paging
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { outcomes } from '../fhir/outcomes.ts'
import type { Cursor } from './plan.ts'

/** Longest link read, in characters; sort values are cut by the store long before. */
const MAX_LENGTH = 8_192

const PARAMETER = '_page'

const CIPHER = 'aes-256-gcm'
/** Bytes, as NIST SP 800-38D has them: a nonce by chance, then the tag, then the cursor. */
const NONCE = 12
const TAG = 16

/** `query` is the text of the search the cursor belongs to: path and parameters as they were understood. `key`: 32 bytes. */
export const sealCursor = (key: Uint8Array, cursor: Cursor, query: string): string => {
  const nonce = randomBytes(NONCE)
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(query))
  const sealed = [cipher.update(JSON.stringify([cursor.values, cursor.row, cursor.sequence])), cipher.final()]
  return Buffer.concat([nonce, cipher.getAuthTag(), ...sealed]).toString('base64url')
}

/** The cursor in a link; throws `search-bad-value` (400) when it is cut, altered, or of another search. */
export const openCursor = (key: Uint8Array, link: string, query: string): Cursor => {
  const text = link.length > MAX_LENGTH ? undefined : opened(key, link, query)
  if (text === undefined) {
    throw outcomes.badParameter(PARAMETER,
      'this is not a page link of this search; follow the "next" link of a Bundle as it is, or search again from the first page')
  }
  const [values, row, sequence] = JSON.parse(text) as [Cursor['values'], string, number]
  return { values, row, sequence }
}

const opened = (key: Uint8Array, link: string, query: string): string | undefined => {
  const bytes = Buffer.from(link, 'base64url')
  if (bytes.length <= NONCE + TAG || bytes.toString('base64url') !== link) return undefined
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE), { authTagLength: TAG })
    .setAAD(Buffer.from(query)).setAuthTag(bytes.subarray(NONCE, NONCE + TAG))
  try {
    return decipher.update(bytes.subarray(NONCE + TAG), undefined, 'utf8') + decipher.final('utf8')
  } catch {
    return undefined
  }
}
