import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openRegistry } from '../../src/access/clients.ts'

let folder: string, registry: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'client-script-'))
  registry = join(folder, 'clients.json')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

interface Ended { readonly status: number; readonly out: string; readonly err: string }

const run = (script: 'client' | 'token', ...args: string[]): Promise<Ended> => new Promise(resolve => {
  const path = fileURLToPath(new URL(`../../scripts/${script}.ts`, import.meta.url))
  execFile(process.execPath, [path, ...args], { env: { CLIENTS: registry } }, (error, out, err) =>
    resolve({ status: error === null ? 0 : Number(error.code), out, err }))
})

describe('npm run client', () => {
  it('adds, lists and removes a client with its key', async () => {
    const added = await run('client', 'add', 'crew', '--role', 'referrer', '--ods', 'rx7', '--kind', 'ambulance', '--scope', 'system/*.read', '--scope', 'system/Task.write', '--alg', 'RS384')
    expect(added).toMatchObject({ status: 0, err: '' })
    const key = join(folder, 'keys', 'crew.json')
    expect(added.out).toContain(key)
    expect(statSync(key).mode & 0o777).toBe(0o600)
    expect(openRegistry(registry, error => { throw error }).find('crew'))
      .toMatchObject({ organisation: 'RX7', referrerKind: 'ambulance', scopes: ['system/*.read', 'system/Task.write'], keys: [{ algorithm: 'RS384' }] })
    expect((await run('client', 'list')).out).toBe('crew\treferrer\tRX7\tsystem/*.read system/Task.write\n')
    expect((await run('client', 'remove', 'crew')).status).toBe(0)
    expect(existsSync(key)).toBe(false)
    expect((await run('client', 'list')).out).toContain('no clients')
  })

  it.each<[string, string[], RegExp]>([
    ['nothing', [], /say what to do/],
    ['an unknown role', ['add', 'x', '--role', 'king', '--ods', 'RX7'], /--role must be one of: referrer, hub, service, integrator, administrator/],
    ['no organisation', ['add', 'x', '--role', 'hub'], /--ods/],
    ['an unknown option', ['add', 'x', '--rule', 'hub'], /--rule/],
    ['a name that is a path', ['add', '../x', '--role', 'hub', '--ods', 'RX7'], /clients\.0\.id/],
    ['a client that is not there', ['remove', 'x'], /no client "x"/],
  ])('refuses %s and writes nothing', async (_what, args, message) => {
    const { status, err } = await run('client', ...args)
    expect(status).toBe(1)
    expect(err).toMatch(message)
    expect(err).not.toMatch(/\n\s+at /)
    expect(existsSync(registry)).toBe(false)
  })
})

describe('npm run token', () => {
  it('says how to make the key that is not there', async () =>
    expect(await run('token', '--client', 'gp')).toMatchObject({ status: 1, out: '', err: expect.stringContaining('npm run client -- add gp') as string }))
  it('says when no hub answers', async () => {
    await run('client', 'add', 'gp', '--role', 'referrer', '--ods', 'P81001')
    const { status, err } = await run('token', '--client', 'gp', '--url', 'http://127.0.0.1:9')
    expect(status).toBe(1)
    expect(err).toContain('no hub answers at http://127.0.0.1:9/token')
  })
  it('says when what answers has no token to give', async () => {
    await run('client', 'add', 'gp', '--role', 'referrer', '--ods', 'P81001')
    const starting = createServer((_request, response) => { response.writeHead(503).end('{"resourceType":"OperationOutcome"}') }).listen(0, '127.0.0.1')
    await once(starting, 'listening')
    const { port } = starting.address() as AddressInfo
    expect(await run('token', '--client', 'gp', '--url', `http://127.0.0.1:${port}`))
      .toMatchObject({ status: 1, out: '', err: expect.stringMatching(/answered 503.*ready\?\n$/) as string })
    starting.close()
  })
})
