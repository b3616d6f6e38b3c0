import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { SignJWT } from 'jose'
import type { Client } from '../../src/access/clients.ts'
import { removeClient } from '../../src/access/keys.ts'
import { createTokens, loadTokenKey, TOKEN_SECONDS } from '../../src/access/tokens.ts'
import { drJones, openAccessHub, type AccessHub } from './hub.ts'

let hub: AccessHub
let client: Client
beforeEach(() => {
  hub = openAccessHub()
  hub.add({ id: 'hub-1', role: 'hub', organisation: 'RXN', locality: 'central-lancashire' })
  const found = hub.registry.find('hub-1')
  if (found === undefined) throw new Error('no client')
  client = found
})
afterEach(() => hub.dispose())

const issue = async (): Promise<string> => (await hub.tokens.issue(client, client.scopes, drJones)).token
const refusal = (token: string): Promise<unknown> => hub.tokens.verify(token).then(caller => caller, (error: unknown) => error)

describe('bearer tokens', () => {
  it('make the same caller each time, whose identity caches hang on', async () => {
    const token = await issue()
    const caller = await hub.tokens.verify(token)
    expect(caller).toMatchObject({ client: 'hub-1', organisation: 'RXN', role: 'hub', locality: 'central-lancashire', practitioner: drJones })
    expect(await hub.tokens.verify(token)).toBe(caller)
  })

  it('end after ten minutes, known or not', async () => {
    const [known, unknown] = [await issue(), await issue()]
    await hub.tokens.verify(known)
    hub.time.now += TOKEN_SECONDS - 1
    expect(await refusal(known)).toMatchObject({ client: 'hub-1' })
    hub.time.now += 1
    for (const token of [known, unknown]) expect(await refusal(token)).toMatchObject({ status: 401, message: expect.stringContaining('expired') as string })
  })

  it('end with their client, at the next request', async () => {
    const [known, unknown] = [await issue(), await issue()]
    await hub.tokens.verify(known)
    removeClient(hub.registryFile, 'hub-1')
    await nextTurn()
    for (const token of [known, unknown]) expect(await refusal(token)).toMatchObject({ status: 401 })
  })

  it('end when the client is registered otherwise, under the same id', async () => {
    const token = await issue()
    removeClient(hub.registryFile, 'hub-1')
    hub.add({ id: 'hub-1', role: 'integrator', organisation: 'RXN' })
    expect(await refusal(token)).toMatchObject({ status: 401 })
  })

  it('survive a restart of the hub, whose key only its owner can read', async () => {
    const token = await issue()
    const file = join(hub.folder, 'keys', 'hub-tokens.json')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const restarted = createTokens({ key: loadTokenKey(file), registry: hub.registry, now: () => hub.time.now })
    expect(await restarted.verify(token)).toMatchObject({ client: 'hub-1' })
  })

  it('are refused when another hub, or nobody, signed them', async () => {
    const other = openAccessHub()
    other.add({ id: 'hub-1', role: 'administrator', organisation: 'RXN' })
    const stranger = other.registry.find('hub-1')
    if (stranger === undefined) throw new Error('no client')
    const { token } = await other.tokens.issue(stranger, ['system/*.*'], undefined)
    other.dispose()
    const [header, payload] = (await issue()).split('.')
    const assertion = await hub.assertion('hub-1')
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`
    const elsewhere = await new SignJWT({ sub: 'hub-1' }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('5m').sign(Buffer.alloc(32))
    for (const forged of [token, `${header}.${payload}.AAAA`, unsigned, assertion, elsewhere, 'x', 'a.b.c', 'a'.repeat(9_000)]) {
      expect(await refusal(forged)).toMatchObject({ status: 401, message: 'the token was not issued by this hub' })
    }
  })

  it.each(['{"kty":"oct","k":"c2VjcmV0', '{"kty":"oct","k":"c2VjcmV0"}', ''])('are not signed with a key that is broken or short, which is not told', text => {
    const file = join(hub.folder, 'broken.json')
    writeFileSync(file, text)
    const load = (): unknown => loadTokenKey(file)
    expect(load).toThrow(/holds no signing key/)
    expect(load).not.toThrow(/c2VjcmV0/)
  })

  it('say to the client which error it is', async () => {
    expect(await refusal('x')).toMatchObject({ headers: { 'www-authenticate': expect.stringContaining('error="invalid_token"') as string } })
  })
})
