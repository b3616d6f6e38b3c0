/**
 * The ceiling: an Express handler that does nothing but take a request's body as JSON and send an answer of the bytes
 * it was given last. A process of its own, told what to send by its parent; it says its port when it listens.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'

/** As much as the hub takes. */
const BODY_LIMIT = '5mb'

let answer = Buffer.from('{}')
process.on('message', (text: string) => {
  answer = Buffer.from(text)
  process.send?.('set')
})

const app = express()
app.disable('x-powered-by').disable('etag')
app.use(express.json({ type: 'application/fhir+json', limit: BODY_LIMIT }))
app.use((_request, response) => {
  response.setHeader('content-type', 'application/fhir+json; charset=utf-8')
  response.send(answer)
})

const server = createServer(app)
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
