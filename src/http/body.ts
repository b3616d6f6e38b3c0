/**
 * The body of a request as UTF-8 text, within a limit. Too much is read to its end and thrown away where that is
 * bearable, so that the client reads the refusal instead of a broken connection.
 */
import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { FhirError, outcomes } from '../fhir/outcomes.ts'

/** Bytes read and dropped past the limit before the connection is cut. */
const MAX_DRAINED_BYTES = 20 * 1024 * 1024

/** Throws `too-large` (413), `media-type-unsupported` (415, compressed bodies), or 400 for what is not UTF-8. */
export const readText = async (request: IncomingMessage, maxBytes: number): Promise<string> => {
  const encoding = request.headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') throw outcomes.unsupportedMediaType(`encoding ${encoding}`)
  const tooLarge = () => outcomes.tooLarge(`${maxBytes} bytes`)
  if (Number(request.headers['content-length'] ?? 0) > MAX_DRAINED_BYTES) throw closing(tooLarge())

  const bytes = await readBytes(request, maxBytes, tooLarge)
  if (!isUtf8(bytes)) throw outcomes.badRequest('not-utf8', 'the body is not UTF-8; FHIR JSON always is')
  return bytes.toString('utf8')
}

/** By events: with an async iterator a bare POST of 1.5 kB took 0.051 ms of CPU instead of 0.043 (medians of 12 runs each). */
const readBytes = (
  request: IncomingMessage, maxBytes: number, tooLarge: () => FhirError,
): Promise<Buffer> => new Promise((resolve, reject) => {
  const gone = (): void => reject(new Error('the client has gone before its request was read'))
  if (request.destroyed) return gone()
  const chunks: Buffer[] = []
  let size = 0
  const take = (chunk: Buffer): void => {
    size += chunk.length
    if (size <= maxBytes) chunks.push(chunk)
    else chunks.length = 0
    if (size <= MAX_DRAINED_BYTES) return
    request.off('data', take).pause()
    reject(closing(tooLarge()))
  }
  request.on('data', take).once('error', reject).once('close', gone).once('end', () => {
    request.off('close', gone)
    const [only] = chunks
    if (size > maxBytes) reject(tooLarge())
    else resolve(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks))
  })
})

/** The rest of the body stays unread, so the connection serves no further request. */
const closing = ({ status, issues, headers }: FhirError): FhirError => new FhirError(status, issues, { ...headers, connection: 'close' })

export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
