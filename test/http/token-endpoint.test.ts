import request, { type Test } from 'supertest'
import { grantToken } from '../../src/access/grant.ts'
import { addClient, readPrivateKey, removeClient } from '../../src/access/keys.ts'
import { requestToken } from '../../src/access/token-request.ts'
import { createAddresses, type Addresses } from '../../src/http/addresses.ts'
import { createRateLimit } from '../../src/http/rate.ts'
import { listen, type Listening } from '../../src/http/server.ts'
import { TOKEN_ENDPOINT } from '../access/hub.ts'
import { openApp, type TestApp } from './app.ts'

let test: TestApp, listening: Listening
beforeAll(async () => {
  test = openApp()
  listening = await listen(test.app, { host: '127.0.0.1', port: 0 })
})
afterAll(async () => {
  await listening.close(0)
  test.hub.dispose()
})

const ask = async (given: Record<string, string> = {}): Promise<Awaited<Test>> => request(listening.server).post('/token').type('form').send({
  grant_type: 'client_credentials', client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  client_assertion: await test.hub.assertion('referrer', { practitioner: 'PractitionerRole/r1' }), ...given,
})

describe('POST /token', () => {
  it('gives a bearer token that opens /fhir, and no cache keeps it', async () => {
    const response = await ask()
    expect(response.status).toBe(200)
    expect(response.headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', pragma: 'no-cache' })
    expect(response.body).toMatchObject({ token_type: 'bearer', expires_in: 600, scope: 'system/*.*' })
    const { access_token: token } = response.body as { access_token: string }
    expect((await request(listening.server).get('/fhir/Task').set('authorization', `Bearer ${token}`)).status).toBe(200)
  })

  it.each<[string, Record<string, string>, number, string]>([
    ['a bad assertion', { client_assertion: 'x' }, 401, 'invalid_client'],
    ['another grant', { grant_type: 'authorization_code' }, 400, 'unsupported_grant_type'],
    ['too wide a scope', { scope: 'user/*.*' }, 400, 'invalid_scope'],
  ])('answers %s in OAuth JSON', async (_what, given, status, error) => {
    const response = await ask(given)
    expect({ status: response.status, error: (response.body as { error: string }).error }).toEqual({ status, error })
    expect((response.body as { error_description: string }).error_description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
  })

  it.each<[string, () => Test, number]>([
    ['GET', () => request(listening.server).get('/token'), 405],
    ['JSON', () => request(listening.server).post('/token').send({ grant_type: 'client_credentials' }), 400],
    ['a form that is not percent-encoded UTF-8', () => request(listening.server).post('/token').type('form').send('grant_type=%ff'), 400],
    ['a form without end', () => request(listening.server).post('/token').type('form').send(`scope=${'a'.repeat(70_000)}`), 413],
  ])('refuses %s', async (_what, send, status) => {
    const response = await send()
    expect(response.status).toBe(status)
    expect((response.body as { error: string }).error).toBe('invalid_request')
  })

  it('does not log what was sent', async () => {
    test.logged.length = 0
    await ask({ client_assertion: 'not-a-jwt-but-a-secret' })
    expect(JSON.stringify(test.logged)).not.toContain('not-a-jwt-but-a-secret')
  })

  it('bounds how often one address may ask', async () => {
    const own = openApp()
    const flooded = await listen(own.app, { host: '127.0.0.1', port: 0 })
    const answers = await Promise.all(Array.from({ length: 200 }, () => request(flooded.server).post('/token')))
    const refused = answers.filter(({ status }) => status === 429)
    expect(answers.filter(({ status }) => status === 400).length).toBeGreaterThanOrEqual(100)
    expect(refused.length).toBeGreaterThan(0)
    expect(Number(refused[0]?.headers['retry-after'])).toBeGreaterThan(0)
    await flooded.close(0)
    own.hub.dispose()
  })
})

describe('a rate limit', () => {
  it('lets a burst pass, then as many as are refilled, each address for itself', () => {
    const rate = createRateLimit({ burst: 3, perSecond: 2 })
    expect([0, 0, 0, 0].map(() => rate.take('a', 1_000))).toEqual([0, 0, 0, 1])
    expect(rate.take('b', 1_000)).toBe(0)
    expect([0, 0].map(() => rate.take('a', 1_500))).toEqual([0, 1])
    expect([0, 0, 0, 0].map(() => rate.take('a', 60_000))).toEqual([0, 0, 0, 1])
  })

  it('watches a bounded number of addresses', () => {
    const rate = createRateLimit({ burst: 1, perSecond: 1 })
    for (let i = 0; i < 10_001; i += 1) rate.take(`address-${i}`, 1_000)
    expect(rate.take('address-10000', 1_000)).toBe(1)
    expect(rate.take('address-0', 1_000)).toBe(0)
  })
})

describe('npm run token', () => {
  it('gets a token with the key made by npm run client, until the client is removed', async () => {
    const { registryFile, grant, tokens } = test.hub
    let port = 0
    const addresses = createAddresses({ baseUrl: undefined, host: '127.0.0.1' }, () => port)
    const app = openApp({ addresses, grant: (form, id) => grantToken({ ...grant, audiences: addresses.audiences }, form, id) })
    const served = await listen(app.app, { host: '127.0.0.1', port })
    port = served.port
    addClient(registryFile, { id: 'gp', role: 'referrer', organisation: 'P81001' })
    const asked = { client: 'gp', key: readPrivateKey(registryFile, 'gp'), tokenEndpoint: `http://localhost:${port}/token` }
    expect(await tokens.verify(await requestToken({ ...asked, practitioner: 'PractitionerRole/r1' })))
      .toMatchObject({ client: 'gp', practitioner: { name: 'Dr Ada Jones' } })
    removeClient(registryFile, 'gp')
    await expect(requestToken(asked)).rejects.toThrow('invalid_client')
    await served.close(0)
    app.hub.dispose()
  })
})

describe('smart-configuration', () => {
  it('tells a client without a token how to get one', async () => {
    const response = await request(listening.server).get('/fhir/.well-known/smart-configuration').set('host', 'localhost:3000')
    expect(response.status).toBe(200)
    expect(response.headers['content-type']).toMatch(/^application\/json/)
    expect(response.body).toMatchObject({
      token_endpoint: 'http://localhost:3000/token', token_endpoint_auth_methods_supported: ['private_key_jwt'],
      token_endpoint_auth_signing_alg_values_supported: ['ES384', 'RS384'], grant_types_supported: ['client_credentials'],
    })
  })

  it.each(['evil.example', 'evil.example:3000', 'a b', ''])('never sends a client to the host %j', async host => {
    const response = await request(listening.server).get('/fhir/.well-known/smart-configuration').set('host', host)
    expect((response.body as { token_endpoint?: string }).token_endpoint ?? TOKEN_ENDPOINT).toBe(TOKEN_ENDPOINT)
  })
})

describe('addresses', () => {
  const at = (baseUrl: string | undefined, host = '127.0.0.1'): Addresses => createAddresses({ baseUrl, host }, () => 3000)

  it('follow BASE_URL alone where it is set', () => {
    expect(at('https://hub.example').root('evil.example')).toBe('https://hub.example')
    expect(at('https://hub.example').audiences()).toEqual(['https://hub.example/token'])
    expect(at('https://hub.example').tokenEndpoint('evil.example')).toBe('https://hub.example/token')
  })
  it('accept assertions for this machine\'s own names otherwise, never for the request\'s Host', () =>
    expect(at(undefined).audiences()).toEqual(['http://127.0.0.1:3000/token', 'http://localhost:3000/token', 'http://[::1]:3000/token']))
  it('make links by the Host, when it can be one', () => {
    expect(at(undefined).root('hub.local:8080')).toBe('http://hub.local:8080')
    for (const host of ['a/b', 'a@b', 'a"b', undefined, '', '[::1']) expect(at(undefined).root(host)).toBe('http://127.0.0.1:3000')
  })
})
