import request from 'supertest'
import { removeClient } from '../../src/access/keys.ts'
import { openApp, type TestApp } from './app.ts'

let test: TestApp
beforeEach(() => { test = openApp() })
afterEach(() => test.hub.dispose())

describe('who may come in', () => {
  it.each(['/fhir/metadata', '/fhir/.well-known/smart-configuration', '/health/live', '/health/ready'])('%s is open', async path =>
    expect((await request(test.app).get(path)).status).toBe(200))

  it.each([['GET', '/fhir/Patient'], ['GET', '/fhir'], ['POST', '/fhir'], ['POST', '/fhir/metadata'], ['GET', '/fhir/metadata/x'], ['POST', '/clock'], ['GET', '/fhir/Patient/1/$everything']])(
    '%s %s is not', async (method, path) => {
      const response = await request(test.app)[method === 'GET' ? 'get' : 'post'](path)
      expect(response.status).toBe(401)
      expect(response.headers['www-authenticate']).toMatch(/^Bearer /)
      expect(response.body).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ code: 'login' }] })
      expect(test.handled).toEqual([])
    })

  it.each(['Basic YTpi', 'Bearer', 'Bearer ', 'Bearer a b', 'bearer', 'Token x', 'Bearer x', 'Bearer ..', 'Bearer ""'])('with %j is not', async header => {
    expect((await request(test.app).get('/fhir/Task').set('authorization', header)).status).toBe(401)
    expect(test.handled).toEqual([])
  })

  it('a token in the query is not', async () => {
    const bearer = await test.bearer()
    expect((await request(test.app).get(`/fhir/Task?access_token=${bearer.slice(7)}`)).status).toBe(401)
  })

  it('a client that was removed is not, at once', async () => {
    const bearer = await test.bearer('referrer')
    expect((await request(test.app).get('/fhir/Task').set('authorization', bearer)).status).toBe(200)
    removeClient(test.hub.registryFile, 'referrer')
    expect((await request(test.app).get('/fhir/Task').set('authorization', bearer)).status).toBe(401)
  })

  it('the CapabilityStatement needs no token, and a bad one does not matter', async () =>
    expect((await request(test.app).get('/fhir/metadata').set('authorization', 'Bearer x')).status).toBe(200))
})

describe('without authentication (AUTH=off)', () => {
  let open: TestApp
  beforeEach(() => { open = openApp({ auth: 'off' }) })
  afterEach(() => open.hub.dispose())

  it('the caller is the local administrator', async () => {
    const callers: unknown[] = []
    const own = openApp({ auth: 'off', handler: async (_request, caller) => { callers.push(caller); return { status: 204, headers: {}, body: undefined } } })
    expect((await request(own.app).get('/fhir/Patient')).status).toBe(204)
    expect(callers).toEqual([expect.objectContaining({ client: 'local-administrator', role: 'administrator', practitioner: undefined })])
    own.hub.dispose()
  })

  it.each([
    ['a forwarded request', { forwarded: 'for=10.0.0.1' }],
    ['a forwarded request', { 'x-forwarded-for': '10.0.0.1' }],
    ['a forwarded request', { 'X-Forwarded-Proto': 'https' }],
    ['a proxied request', { via: '1.1 proxy' }],
    ['another host name', { host: 'evil.example' }],
    ['another host name', { host: 'localhost.evil.example:3000' }],
    ['another host name', { host: '127.0.0.1.evil.example' }],
    ['a web page', { origin: 'https://evil.example' }],
    ['a web page', { origin: 'null' }],
    ['a web page', { origin: 'http://localhost:3000' }],
    ['a web page', { 'sec-fetch-site': 'cross-site' }],
  ])('%s is refused everywhere: %j', async (_what, headers) => {
    for (const path of ['/fhir/Patient', '/fhir/metadata', '/clock', '/health/ready']) {
      expect((await request(open.app).get(path).set(headers as Record<string, string>)).status).toBe(403)
    }
    expect(open.handled).toEqual([])
  })

  it.each(['localhost', 'localhost:3000', 'LOCALHOST:1', '127.0.0.1:3000', '[::1]:3000'])('%s is this machine', async host =>
    expect((await request(open.app).get('/fhir/Patient').set('host', host)).status).toBe(200))
})
