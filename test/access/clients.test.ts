import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { openRegistry, readClients } from '../../src/access/clients.ts'
import { addClient, keyFile, listClients, readPrivateKey, removeClient } from '../../src/access/keys.ts'

let folder: string, registry: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clients-'))
  registry = join(folder, 'clients.json')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const refuseProblems = (error: Error): never => { throw error }
const gp = { id: 'gp-1', role: 'referrer', organisation: 'p81001' } as const

const jwk = (type: 'P-256' | 'P-384' | 'rsa-1024' | 'rsa-2048') => {
  const { publicKey, privateKey } = type.startsWith('rsa')
    ? generateKeyPairSync('rsa', { modulusLength: Number(type.slice(4)) })
    : generateKeyPairSync('ec', { namedCurve: type })
  return { open: { ...publicKey.export({ format: 'jwk' }), kid: 'k' }, secret: { ...privateKey.export({ format: 'jwk' }), kid: 'k' } }
}

const file = (...clients: object[]): string => JSON.stringify({ clients })
const entry = (given: object = {}): object => ({
  id: 'gp-1', organisation: 'P81001', role: 'referrer', scopes: ['system/*.read'], jwks: { keys: [jwk('P-384').open] }, ...given,
})

describe('the registry of clients', () => {
  it.each(['ES384', 'RS384'] as const)('takes what addClient makes with %s, the private key readable by its owner only', algorithm => {
    const path = addClient(registry, { ...gp, locality: 'central-lancashire', referrerKind: 'gp', algorithm })
    expect(path).toBe(keyFile(registry, 'gp-1'))
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readPrivateKey(registry, 'gp-1')).toMatchObject({ alg: algorithm, d: expect.any(String) as string })
    expect(readFileSync(registry, 'utf8')).not.toContain('"d"')
    const client = openRegistry(registry, refuseProblems).find('gp-1')
    expect(client).toMatchObject({ organisation: 'P81001', role: 'referrer', locality: 'central-lancashire', referrerKind: 'gp', scopes: ['system/*.*'] })
    expect(client?.keys).toEqual([expect.objectContaining({ algorithm })])
  })

  it('gives an integrator read scopes unless told otherwise', () => {
    addClient(registry, { ...gp, role: 'integrator' })
    expect(listClients(registry)[0]?.scopes).toEqual(['system/*.read'])
  })

  it('sees by the next turn of the event loop a client that is added, changed or removed', async () => {
    const open = openRegistry(registry, refuseProblems)
    expect(open.size).toBe(0)
    addClient(registry, gp)
    await nextTurn()
    const before = open.find('gp-1')?.fingerprint
    expect(before).toBeDefined()
    writeFileSync(registry, readFileSync(registry, 'utf8').replace('P81001', 'RX7'))
    await nextTurn()
    expect(open.find('gp-1')?.organisation).toBe('RX7')
    expect(open.find('gp-1')?.fingerprint).not.toBe(before)
    expect(removeClient(registry, 'gp-1')).toBe(true)
    await nextTurn()
    expect(open.find('gp-1')).toBeUndefined()
    expect(removeClient(registry, 'gp-1')).toBe(false)
  })

  it('keeps the last good registry when the file breaks, and says so', () => {
    addClient(registry, gp)
    const heard: string[] = []
    const open = openRegistry(registry, error => heard.push(error.message))
    writeFileSync(registry, '{"clients": [')
    expect(open.find('gp-1')).toBeDefined()
    expect(open.find('gp-1')).toBeDefined()
    expect(heard).toEqual([expect.stringContaining('is not JSON')])
  })

  it('writes nothing for a client that is not valid or is there already', () => {
    addClient(registry, gp)
    const before = readFileSync(registry, 'utf8')
    expect(() => addClient(registry, gp)).toThrow('there is a client "gp-1" already')
    expect(() => addClient(registry, { ...gp, id: '../gp-2' })).toThrow('clients.1.id')
    expect(() => addClient(registry, { ...gp, id: 'gp-2', organisation: 'not ods' })).toThrow('ODS code')
    expect(() => addClient(registry, { ...gp, id: 'gp-2', scopes: ['system/*.everything'] })).toThrow('SMART system scope')
    expect(readFileSync(registry, 'utf8')).toBe(before)
  })

  it.each<[string, () => string, RegExp]>([
    ['two clients of one id', () => file(entry(), entry()), /"gp-1" is there twice/],
    ['a private key', () => file(entry({ jwks: { keys: [jwk('P-384').secret] } })), /private or shared key/],
    ['a shared key', () => file(entry({ jwks: { keys: [{ kty: 'oct', k: 'c2VjcmV0', kid: 'k' }] } })), /private or shared key/],
    ['a curve that is not P-384', () => file(entry({ jwks: { keys: [jwk('P-256').open] } })), /P-384/],
    ['a short RSA key', () => file(entry({ jwks: { keys: [jwk('rsa-1024').open] } })), /at least 2048 bits/],
    ['a key without kid', () => file(entry({ jwks: { keys: [{ ...jwk('P-384').open, kid: undefined }] } })), /jwks\.keys\.0\.kid/],
    ['no keys', () => file(entry({ jwks: { keys: [] } })), /jwks\.keys/],
    ['an unknown role', () => file(entry({ role: 'root' })), /role/],
    ['a name that is no member', () => file(entry({ organization: 'P81001' })), /organization/],
    ['an unknown scope', () => file(entry({ scopes: ['user/*.read'] })), /scopes\.0/],
    ['something else', () => '[]', /not a registry/],
  ])('refuses %s, saying where', (_what, text, message) => expect(() => readClients(text(), 'clients.json')).toThrow(message))
})
