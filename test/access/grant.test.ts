import { createHmac } from 'node:crypto'
import { SignJWT } from 'jose'
import { grantToken } from '../../src/access/grant.ts'
import { OAuthError } from '../../src/access/oauth-error.ts'
import { TOKEN_SECONDS } from '../../src/access/tokens.ts'
import { drJones, openAccessHub, strangersKey, TOKEN_ENDPOINT, type AccessHub } from './hub.ts'

let hub: AccessHub
beforeAll(() => {
  hub = openAccessHub()
  hub.add({ id: 'gp-1', role: 'referrer', organisation: 'P81001', referrerKind: 'gp' })
  hub.add({ id: 'crew-1', role: 'referrer', organisation: 'RX7', algorithm: 'RS384', scopes: ['system/*.read', 'system/Task.write'] })
})
afterAll(() => hub.dispose())

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

const form = (assertion: string, given: Record<string, string> = {}): [string, string][] => Object.entries({
  grant_type: 'client_credentials', client_assertion_type: ASSERTION_TYPE, client_assertion: assertion, ...given,
})

const refused = async (pairs: [string, string][]): Promise<OAuthError> => {
  const error = await grantToken(hub.grant, pairs, 'req-1').then(() => undefined, (thrown: unknown) => thrown)
  if (error instanceof OAuthError) return error
  throw error ?? new Error('a token was given')
}

const segment = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

describe('a token for a client that proves itself', () => {
  it.each(['gp-1', 'crew-1'])('is given to %s, short, with all its scopes unless it asks for less', async client => {
    const answer = await grantToken(hub.grant, form(await hub.assertion(client)), 'req-1')
    expect(answer).toMatchObject({ token_type: 'bearer', expires_in: TOKEN_SECONDS, scope: hub.registry.find(client)?.scopes.join(' ') })
    expect(await hub.tokens.verify(answer.access_token)).toMatchObject({ client, role: 'referrer', practitioner: undefined })
  })

  it('carries client, organisation, role, kind and the acting practitioner', async () => {
    const { access_token } = await grantToken(hub.grant, form(await hub.assertion('gp-1', { practitioner: 'PractitionerRole/r1' })), 'req-1')
    expect(await hub.tokens.verify(access_token)).toEqual({
      client: 'gp-1', organisation: 'P81001', role: 'referrer', locality: undefined, referrerKind: 'gp',
      scopes: ['system/*.*'], practitioner: drJones,
    })
  })

  it('has the scopes asked for', async () => {
    const answer = await grantToken(hub.grant, form(await hub.assertion('crew-1'), { scope: 'system/Task.cruds system/Patient.r' }), 'req-1')
    expect(answer.scope).toBe('system/Task.cruds system/Patient.r')
    expect((await hub.tokens.verify(answer.access_token)).scopes).toEqual(['system/Task.cruds', 'system/Patient.r'])
  })

  it('is audited, and so is a refusal to a known client', async () => {
    hub.audited.length = 0
    await grantToken(hub.grant, form(await hub.assertion('gp-1')), 'req-7')
    await refused(form(await hub.assertion('gp-1', { practitioner: 'PractitionerRole/other' })))
    expect(hub.audited).toMatchObject([
      { interaction: 'login', outcome: '0', requestId: 'req-7', caller: { client: 'gp-1' } },
      { interaction: 'login', outcome: '4', caller: { client: 'gp-1', practitioner: undefined } },
    ])
  })

  it('is not given when it cannot be audited', async () => {
    const parts = { ...hub.grant, audit: () => Promise.reject(new Error('disk full')) }
    await expect(grantToken(parts, form(await hub.assertion('gp-1')), 'req-1')).rejects.toThrow('disk full')
  })
})

describe('an assertion is refused as invalid_client', () => {
  it.each<[string, () => Promise<string>, RegExp]>([
    ['expired', () => hub.assertion('gp-1', { exp: hub.time.now - 1 }), /expired/],
    ['without exp', () => hub.assertion('gp-1', { exp: undefined }), /"exp"/],
    ['valid for longer than five minutes', () => hub.assertion('gp-1', { exp: hub.time.now + 360 }), /300 seconds/],
    ['not yet valid', () => hub.assertion('gp-1', { nbf: hub.time.now + 60 }), /"nbf"/],
    ['without jti', () => hub.assertion('gp-1', { jti: undefined }), /"jti"/],
    ['with an empty jti', () => hub.assertion('gp-1', { jti: '' }), /"jti"/],
    ['for another audience', () => hub.assertion('gp-1', { aud: 'https://elsewhere.example/token' }), /address of the token endpoint/],
    ['for the base URL only', () => hub.assertion('gp-1', { aud: TOKEN_ENDPOINT.replace('/token', '') }), /address of the token endpoint/],
    ['without audience', () => hub.assertion('gp-1', { aud: undefined }), /address of the token endpoint/],
    ['by one client in another\'s name', () => hub.assertion('gp-1', { iss: 'crew-1', sub: 'crew-1' }), /not registered, or none/],
    ['whose iss and sub differ', () => hub.assertion('gp-1', { sub: 'crew-1' }), /"iss" and "sub"/],
    ['with an unknown kid', () => hub.assertion('gp-1', {}, { kid: 'other' }), /not registered, or none/],
    ['of a client nobody knows', () => hub.assertion('gp-1', { iss: 'nobody', sub: 'nobody' }), /not registered, or none/],
    ['signed with a key nobody registered', async () => {
      const claims = { iss: 'gp-1', sub: 'gp-1', aud: TOKEN_ENDPOINT, exp: hub.time.now + 60, jti: 'x' }
      return new SignJWT(claims).setProtectedHeader({ alg: 'ES384' }).sign(strangersKey())
    }, /not registered, or none/],
    ['with alg none', async () => {
      const claims = { iss: 'gp-1', sub: 'gp-1', aud: TOKEN_ENDPOINT, exp: hub.time.now + 60, jti: 'n' }
      return `${segment({ alg: 'none' })}.${segment(claims)}.`
    }, /"alg" must be one of/],
    ['signed with the public key as a shared secret', async () => {
      const key = hub.registry.find('crew-1')?.keys[0]?.publicKey.export({ type: 'spki', format: 'pem' }) ?? ''
      const text = `${segment({ alg: 'HS384' })}.${segment({ iss: 'crew-1', sub: 'crew-1', aud: TOKEN_ENDPOINT, exp: hub.time.now + 60, jti: 'h' })}`
      return `${text}.${createHmac('sha384', key).update(text).digest('base64url')}`
    }, /"alg" must be one of/],
    ['that claims the other algorithm', async () => {
      const [, payload, signature] = (await hub.assertion('gp-1')).split('.')
      return [segment({ alg: 'RS384', kid: hub.registry.find('gp-1')?.keys[0]?.kid }), payload, signature].join('.')
    }, /not registered, or none/],
    ['whose content was changed', async () => {
      const [header, , signature] = (await hub.assertion('gp-1')).split('.')
      const claims = { iss: 'gp-1', sub: 'gp-1', aud: TOKEN_ENDPOINT, exp: hub.time.now + 60, jti: 'c', practitioner: 'PractitionerRole/r1' }
      return [header, segment(claims), signature].join('.')
    }, /not registered, or none/],
    ['that is no JWT', async () => 'a.b.c', /not a JWT/],
    ['that is endless', async () => 'a'.repeat(20_000), /longer than/],
  ])('%s', async (_what, make, message) => {
    const error = await refused(form(await make()))
    expect(error).toMatchObject({ error: 'invalid_client', status: 401 })
    expect(error.message).toMatch(message)
  })

  it('used before, also when both come at once', async () => {
    const assertion = await hub.assertion('gp-1')
    const answers = await Promise.allSettled([1, 2, 3].map(() => grantToken(hub.grant, form(assertion), 'req-1')))
    expect(answers.map(answer => answer.status).sort()).toEqual(['fulfilled', 'rejected', 'rejected'])
    expect((await refused(form(assertion))).message).toMatch(/used before/)
  })

  it('whose jti a stranger burnt without a signature is still good', async () => {
    const claims = { iss: 'gp-1', sub: 'gp-1', aud: TOKEN_ENDPOINT, exp: hub.time.now + 60, jti: 'mine' }
    await refused(form(await new SignJWT(claims).setProtectedHeader({ alg: 'ES384' }).sign(strangersKey())))
    await expect(grantToken(hub.grant, form(await hub.assertion('gp-1', { jti: 'mine' })), 'req-1')).resolves.toHaveProperty('access_token')
  })
})

describe('a request for a token is refused', () => {
  it.each<[string, Record<string, string>, string, number]>([
    ['without a grant type', { grant_type: '' }, 'invalid_request', 400],
    ['with another grant type', { grant_type: 'password' }, 'unsupported_grant_type', 400],
    ['without an assertion type', { client_assertion_type: '' }, 'invalid_client', 401],
    ['with another assertion type', { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer' }, 'invalid_client', 401],
    ['without an assertion', { client_assertion: '' }, 'invalid_client', 401],
    ['with another client_id', { client_id: 'crew-1' }, 'invalid_client', 401],
    ['with a scope of another kind', { scope: 'user/*.read' }, 'invalid_scope', 400],
    ['with a blank scope', { scope: ' ' }, 'invalid_scope', 400],
  ])('%s', async (_what, given, code, status) => {
    expect(await refused(form(await hub.assertion('gp-1'), given))).toMatchObject({ error: code, status })
  })

  it('for more than the client is registered for', async () => {
    const error = await refused(form(await hub.assertion('crew-1'), { scope: 'system/Task.write system/Patient.write' }))
    expect(error.error).toBe('invalid_scope')
    expect(error.message).toMatch(/system\/Patient\.write is more than/)
  })

  it('with a parameter twice', async () => {
    expect((await refused([...form(await hub.assertion('gp-1')), ['scope', 'a'], ['scope', 'b']])).error).toBe('invalid_request')
  })

  it.each([['PractitionerRole/r2'], ['Practitioner/'], ['Organization/o1'], ['PractitionerRole/r1/_history/1'], [''], [7], [['PractitionerRole/r1']]])(
    'with the practitioner %j, who is not of the organisation or no practitioner', async practitioner => {
      expect(await refused(form(await hub.assertion('gp-1', { practitioner })))).toMatchObject({ error: 'invalid_grant', status: 400 })
    })

  it('with a practitioner of another organisation', async () => {
    expect((await refused(form(await hub.assertion('crew-1', { practitioner: 'PractitionerRole/r1' })))).message).toMatch(/of RX7/)
  })
})
