import { request as rawRequest, type IncomingMessage } from 'node:http'
import { gzipSync } from 'node:zlib'
import { pino } from 'pino'
import request, { type Test } from 'supertest'
import { MAX_BODY_BYTES } from '../../src/fhir/json.ts'
import { outcomes } from '../../src/fhir/outcomes.ts'
import { listen, type Listening } from '../../src/http/server.ts'
import { openApp, type TestApp } from './app.ts'

let test: TestApp, listening: Listening, token: string
beforeAll(async () => {
  test = openApp()
  listening = await listen(test.app, { host: '127.0.0.1', port: 0 })
  token = await test.bearer()
})
afterAll(async () => {
  await listening.close(0)
  test.hub.dispose()
})
beforeEach(() => { test.handled.length = 0 })

const get = (path: string): Test => request(listening.server).get(path).set('authorization', token)
const post = (path: string, body: string | Buffer, type = 'application/fhir+json'): Test =>
  request(listening.server).post(path).set('authorization', token).set('content-type', type)
    .serialize(sent => sent as string).send(body)
const issueOf = (body: unknown): { code: string; details: { text: string; coding: [{ code: string }] } } => (body as { issue: [never] }).issue[0]

/** Sends a path exactly as written; supertest's URL parser would tidy it. */
const getRaw = (path: string, headers: Record<string, string> = {}): Promise<{ status: number | undefined; body: string }> =>
  new Promise((resolve, reject) => {
    rawRequest({ host: '127.0.0.1', port: listening.port, path, headers: { authorization: token, ...headers } }, (response: IncomingMessage) => {
      let body = ''
      response.setEncoding('utf8').on('data', (chunk: string) => { body += chunk }).on('end', () => resolve({ status: response.statusCode, body }))
    }).on('error', reject).end()
  })

describe('a request reaches FHIR as it was sent', () => {
  it('with decoded path, ordered query with repeats, base, ids and body', async () => {
    const body = '{"resourceType":"Patient","name":[{"family":"Ó Dálaigh"}]}'
    await post('/fhir/Patient/a%2Db?date=ge2026&date=le2027&name=a%20b+c&empty=&flag', body).set('x-request-id', 'r-1').set('x-correlation-id', 'c-1')
    expect(test.handled).toEqual([expect.objectContaining({
      method: 'POST', path: ['Patient', 'a-b'], body, requestId: 'r-1', correlationId: 'c-1', base: `http://127.0.0.1:${listening.port}/fhir`,
      query: [['date', 'ge2026'], ['date', 'le2027'], ['name', 'a b c'], ['empty', ''], ['flag', '']],
    })])
  })

  it('with a search by form joined to the query', async () => {
    await post('/fhir/Patient/_search?_count=5', 'family=Smith&identifier=https%3A%2F%2Ffhir.nhs.uk%2FId%2Fnhs-number%7C9000000009', 'application/x-www-form-urlencoded')
    expect(test.handled[0]).toMatchObject({
      path: ['Patient', '_search'], body: '', query: [['_count', '5'], ['family', 'Smith'], ['identifier', 'https://fhir.nhs.uk/Id/nhs-number|9000000009']],
    })
  })

  it('with the root, and one slash at the end forgiven', async () => {
    await post('/fhir', '{}')
    await post('/fhir/', '{}')
    await get('/fhir/Patient/')
    expect(test.handled.map(({ path }) => path)).toEqual([[], [], ['Patient']])
  })

  it('with HEAD as GET, answered without body', async () => {
    const response = await request(listening.server).head('/fhir/Patient/1').set('authorization', token)
    expect(test.handled[0]?.method).toBe('GET')
    expect(response.headers).toMatchObject({ etag: 'W/"1"', 'content-length': '24' })
    expect(response.text).toBeUndefined()
  })

  it('without _format, which is decided here', async () => {
    await get('/fhir/Patient?_format=json&name=x')
    expect(test.handled[0]?.query).toEqual([['name', 'x']])
  })

  it('under BASE_URL where it is set, whatever the Host', async () => {
    const own = openApp({ addresses: { root: () => 'https://hub.example.nhs.uk', audiences: () => [], tokenEndpoint: () => '' } })
    await request(own.app).get('/fhir/metadata').set('host', 'evil.example')
    expect(own.handled[0]?.base).toBe('https://hub.example.nhs.uk/fhir')
    own.hub.dispose()
  })
})

describe('every answer', () => {
  it('is application/fhir+json with the ids echoed and nothing about what runs here', async () => {
    const response = await get('/fhir/Patient/1').set('x-request-id', '7e4b1c9e-0001-4000-8000-000000000001')
    expect(response.headers).toMatchObject({
      'content-type': 'application/fhir+json; charset=utf-8', 'x-request-id': '7e4b1c9e-0001-4000-8000-000000000001',
      'x-correlation-id': '7e4b1c9e-0001-4000-8000-000000000001', 'x-content-type-options': 'nosniff', 'cache-control': 'no-store',
    })
    expect(response.headers).not.toHaveProperty('x-powered-by')
    expect(response.headers).not.toHaveProperty('server')
  })

  it.each(['', 'a b', 'x'.repeat(200), '<script>', 'a,b', '-', '{"$gt":1}', 'é'])('has a fresh request id where %j came', async sent => {
    const response = await get('/fhir/Patient/1').set('x-request-id', sent)
    expect(response.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
    expect(test.handled[0]?.requestId).toBe(response.headers['x-request-id'])
  })
})

describe('what cannot be a request is refused, with the place and the remedy, and goes no further', () => {
  it.each<[string, () => Test | Promise<{ status: number | undefined; body: unknown }>, number, string]>([
    ['XML', () => post('/fhir/Patient', '<Patient/>', 'application/fhir+xml'), 415, 'media-type-unsupported'],
    ['plain text', () => post('/fhir/Patient', '{}', 'text/plain'), 415, 'media-type-unsupported'],
    ['another charset', () => post('/fhir/Patient', '{}', 'application/fhir+json; charset=iso-8859-1'), 415, 'media-type-unsupported'],
    ['another FHIR version', () => post('/fhir/Patient', '{}', 'application/fhir+json; fhirVersion=3.0'), 415, 'media-type-unsupported'],
    ['a form where a resource belongs', () => post('/fhir/Patient', 'a=b', 'application/x-www-form-urlencoded'), 415, 'media-type-unsupported'],
    ['a compressed body', () => post('/fhir/Patient', gzipSync('{}')).set('content-encoding', 'gzip'), 415, 'media-type-unsupported'],
    ['a body that is not UTF-8', () => post('/fhir/Patient', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])), 400, 'not-utf8'],
    ['an encoded lone surrogate', () => post('/fhir/Patient', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])), 400, 'not-utf8'],
    ['a body over the limit', () => post('/fhir/Patient', Buffer.alloc(MAX_BODY_BYTES + 1, 0x20)), 413, 'too-large'],
    ['an answer in XML', () => get('/fhir/Patient/1').set('accept', 'application/fhir+xml'), 406, 'not-acceptable'],
    ['an answer in another FHIR version by _format', () => get('/fhir/Patient/1?_format=application/fhir%2Bjson;fhirVersion=5.0'), 406, 'not-acceptable'],
    ['an answer in Turtle by _format', () => get('/fhir/Patient/1?_format=ttl'), 406, 'not-acceptable'],
    ['JSON with q=0', () => get('/fhir/Patient/1').set('accept', 'application/fhir+json;q=0, */*'), 406, 'not-acceptable'],
    ['percent signs that encode nothing', () => getRaw('/fhir/Patient?name=100%'), 400, 'bad-encoding'],
    ['percent encoding that is not UTF-8', () => getRaw('/fhir/Patient?name=%ff%fe'), 400, 'bad-encoding'],
    ['overlong percent encoding', () => getRaw('/fhir/Patient/%c0%ae%c0%ae'), 400, 'bad-encoding'],
    ['NUL in a query', () => getRaw('/fhir/Patient?name=a%00b'), 400, 'bad-encoding'],
    ['NUL in a path', () => getRaw('/fhir/Patient/a%00'), 400, 'bad-encoding'],
    ['a path that climbs', () => getRaw('/fhir/Patient/../../etc/passwd'), 400, 'bad-path'],
    ['a path that climbs encoded', () => getRaw('/fhir/%2e%2e/token'), 400, 'bad-path'],
    ['a slash inside a segment', () => getRaw('/fhir/Patient/a%2fb'), 400, 'bad-path'],
    ['an empty segment', () => getRaw('/fhir//Patient'), 400, 'bad-path'],
    ['a line break inside a segment', () => getRaw('/fhir/Patient/a%0d%0aSet-Cookie:x'), 400, 'bad-path'],
    ['more parameters than any search has', () => post('/fhir/Patient/_search', 'a=b&'.repeat(1_001), 'application/x-www-form-urlencoded'), 413, 'too-large'],
    ['a method FHIR has not', () => request(listening.server).options('/fhir/Patient').set('authorization', token), 405, 'method-not-allowed'],
    ['an address outside /fhir', () => getRaw('/admin'), 404, 'route-unknown'],
    ['/FHIR', () => getRaw('/FHIR/Patient'), 404, 'route-unknown'],
  ])('%s', async (_what, send, status, code) => {
    const response = await send()
    const body = typeof response.body === 'string' ? JSON.parse(response.body) as unknown : response.body
    expect({ status: response.status, type: (body as { resourceType: string }).resourceType, code: issueOf(body).details.coding[0].code })
      .toEqual({ status, type: 'OperationOutcome', code })
    expect(test.handled).toEqual([])
  })

  it('a body without a Content-Type', async () => {
    const response = await fetch(`http://127.0.0.1:${listening.port}/fhir/Patient`, { method: 'POST', headers: { authorization: token }, body: Buffer.from('{}') })
    expect(response.status).toBe(415)
  })

  it('a body announced beyond all bearing, without waiting for it', async () => {
    const status = await new Promise(resolve => {
      const upload = rawRequest({
        host: '127.0.0.1', port: listening.port, path: '/fhir/Patient', method: 'POST',
        headers: { authorization: token, 'content-type': 'application/fhir+json', 'content-length': String(1024 ** 3) },
      }, response => resolve([response.statusCode, response.headers.connection]))
      upload.on('error', () => {})
      upload.flushHeaders()
    })
    expect(status).toEqual([413, 'close'])
  })

  it.each(['application/fhir+json', 'application/json', '*/*', 'application/*;q=0.5', 'text/html, application/xml;q=0.9, */*;q=0.8', 'application/fhir+json; fhirVersion=4.0'])(
    'but Accept: %s is fine', async accept => expect((await get('/fhir/Patient/1').set('accept', accept)).status).toBe(200))
  it.each(['json', 'application/json', 'application/fhir%2Bjson', 'application/fhir+json'])(
    'but _format=%s is fine, whatever Accept says', async format =>
      expect((await get(`/fhir/Patient/1?_format=${format}`).set('accept', 'application/fhir+xml')).status).toBe(200))
  it.each(['application/json', 'application/fhir+json; charset=UTF-8', 'application/fhir+json;fhirVersion="4.0"'])(
    'but Content-Type: %s is fine', async type => expect((await post('/fhir/Patient', '{}', type)).status).toBe(200))
  it('but a body of exactly the limit is fine', async () => {
    expect((await post('/fhir/Patient', Buffer.alloc(MAX_BODY_BYTES, 0x20))).status).toBe(200)
    expect(test.handled[0]?.body).toHaveLength(MAX_BODY_BYTES)
  })
})

describe('what goes wrong behind', () => {
  it('is an OperationOutcome with status and headers when it is known', async () => {
    const own = openApp({ handler: async () => { throw outcomes.versionConflict('Task/1', 4) } })
    const response = await request(own.app).get('/fhir/Task/1').set('authorization', await own.bearer())
    expect(response.status).toBe(412)
    expect(response.headers.etag).toBe('W/"4"')
    expect(issueOf(response.body).code).toBe('conflict')
    own.hub.dispose()
  })

  it('is a 500 with a reference and nothing else when it is not, and the log has the reference and no message', async () => {
    const own = openApp({ handler: async () => { throw new TypeError('cannot read 9000000009 of Ada Smith in SELECT *') } })
    const response = await request(own.app).get('/fhir/Task/1').set('authorization', await own.bearer())
    expect(response.status).toBe(500)
    const reference = /quote ([0-9a-f-]{36})/.exec(issueOf(response.body).details.text)?.[1]
    expect(response.text).not.toMatch(/Ada|SELECT|TypeError|\.ts/)
    const line = own.logged.find(found => found.reference === reference)
    expect(line).toMatchObject({ error: 'TypeError', frames: expect.arrayContaining([expect.stringContaining('fhir-endpoint.test.ts')]) as string[] })
    expect(JSON.stringify(own.logged)).not.toContain('Ada')
    own.hub.dispose()
  })

  it('cannot break the answer by a header it makes', async () => {
    const own = openApp({ handler: async () => ({ status: 200, headers: { location: 'a\r\nSet-Cookie: x', 'X-Odd': '☃' }, body: '{}' }) })
    const response = await request(own.app).get('/fhir/Task/1').set('authorization', await own.bearer())
    expect(response.headers).toMatchObject({ location: 'a??Set-Cookie: x', 'x-odd': '?' })
    expect(response.headers).not.toHaveProperty('set-cookie')
    own.hub.dispose()
  })
})

describe('the log', () => {
  it('calls a request that the client gave up aborted, and nothing a failure', async () => {
    const lines: unknown[] = []
    let noticed: () => void = () => {}
    const logged = new Promise<void>(resolve => { noticed = resolve })
    const own = openApp({ logger: pino({}, { write: (line: string) => { lines.push(JSON.parse(line)); noticed() } }) })
    const { server, port, close } = await listen(own.app, { host: '127.0.0.1', port: 0 })
    const upload = rawRequest({
      host: '127.0.0.1', port, path: '/fhir/Patient', method: 'POST',
      headers: { authorization: await own.bearer(), 'content-type': 'application/fhir+json', 'content-length': '100' },
    }).on('error', () => {})
    server.once('request', (message: IncomingMessage) => message.once('data', () => upload.destroy()))
    upload.write('{"resourceType":')
    await logged
    expect(lines).toEqual([expect.objectContaining({ msg: 'request', status: 'aborted', path: '/fhir/Patient' })])
    await close(0)
    own.hub.dispose()
  })

  it('has one line per request: ids, client, method, path, status, duration; no query, no body', async () => {
    const own = openApp()
    await request(own.app).post('/fhir/Patient/_search?family=Secret').set('authorization', await own.bearer('referrer'))
      .set('content-type', 'application/x-www-form-urlencoded').set('x-request-id', 'r-9').send('given=Hidden')
    expect(own.logged).toEqual([expect.objectContaining({
      requestId: 'r-9', client: 'referrer', method: 'POST', path: '/fhir/Patient/_search', status: 200, ms: expect.any(Number) as number,
    })])
    expect(JSON.stringify(own.logged)).not.toMatch(/Secret|Hidden|Bearer/)
    own.hub.dispose()
  })
})
