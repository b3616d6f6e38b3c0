import { readFileSync } from 'node:fs'
import { ConfigError, defaults, readConfig } from '../src/config.ts'
import { shownAddress } from '../src/store/address.ts'

const problems = (env: Record<string, string>): readonly string[] => {
  try {
    readConfig(env)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

describe('configuration', () => {
  it('has a default for everything', () => {
    expect(readConfig({})).toEqual({
      port: 3000, host: '127.0.0.1', baseUrl: undefined, clients: './data/clients.json', tokenKey: 'data/keys/hub-tokens.json',
      store: { kind: 'sqlite', path: './data/hub.db' }, coverage: 'data/postcodes.bin', profiles: 'ukcore', auth: 'on', clock: { kind: 'system' }, logLevel: 'info',
      updateCreate: true, conditionalDelete: 'multiple', searchLimitMs: 2000,
    })
  })

  it('reads what is given', () => {
    const config = readConfig({
      PORT: '0', HOST: '::1', BASE_URL: 'https://hub.example.nhs.uk/fhir/', CLIENTS: '/srv/c.json', STORE: 'sqlite:/srv/hub.db', COVERAGE: '/srv/uk.bin',
      PROFILES: 'declared', AUTH: 'off', CLOCK: 'manual:2026-11-24T10:15:00Z', LOG_LEVEL: 'silent',
      UPDATE_CREATE: 'off', CONDITIONAL_DELETE: 'single', SEARCH_LIMIT_MS: '500',
    })
    expect(config).toMatchObject({
      port: 0, host: '::1', baseUrl: 'https://hub.example.nhs.uk', clients: '/srv/c.json', store: { path: '/srv/hub.db' }, coverage: '/srv/uk.bin',
      profiles: 'declared', auth: 'off', clock: { kind: 'manual', start: Date.UTC(2026, 10, 24, 10, 15) }, logLevel: 'silent',
      updateCreate: false, conditionalDelete: 'single', searchLimitMs: 500,
    })
  })

  it('takes an empty variable for one that is not set', () => expect(readConfig({ PORT: '', STORE: '  ' }).port).toBe(3000))

  it('names every variable that is wrong, at once', () => {
    const found = problems({ PORT: '70000', STORE: 'postgres://x', AUTH: 'no', PROFILES: 'all', CLOCK: 'manual:soon', BASE_URL: 'hub' })
    expect(found.map(problem => problem.split('=')[0])).toEqual(expect.arrayContaining(['PORT', 'STORE', 'AUTH', 'PROFILES', 'CLOCK', 'BASE_URL']))
    expect(found).toHaveLength(6)
  })

  it.each(['49', '60001', '2s', '-1'])('takes no SEARCH_LIMIT_MS of %s', SEARCH_LIMIT_MS =>
    expect(problems({ SEARCH_LIMIT_MS })).toEqual([expect.stringContaining('from 50 to 60000')]))

  it('takes no day that does not exist for the clock', () =>
    expect(problems({ CLOCK: 'manual:2026-02-30T10:15:00Z' })).toHaveLength(1))

  it.each([
    ['mongodb://localhost', 'mongodb://localhost/care-connexions'],
    ['mongodb://localhost:27017/', 'mongodb://localhost:27017/care-connexions'],
    ['mongodb://a:1,b:2/hub?replicaSet=rs0&tls=true', 'mongodb://a:1,b:2/hub?replicaSet=rs0&tls=true'],
    ['mongodb://a:1,b:2/?replicaSet=rs0', 'mongodb://a:1,b:2/care-connexions?replicaSet=rs0'],
    ['mongodb+srv://hub:s%40cret@cluster.example/hub', 'mongodb+srv://hub:s%40cret@cluster.example/hub'],
    ['mongodb://[::1]:27017/hub', 'mongodb://[::1]:27017/hub'],
  ])('takes %s for STORE, with the database of the hub where none is named', (STORE, url) => {
    expect(readConfig({ STORE }).store).toEqual({ kind: 'mongodb', url })
  })

  it.each(['mongodb://', 'mongodb:hub', 'mongodb://hub:pa/ss@one/hub', 'mongodb://hub:s3cret@', 'postgres://hub:s3cret@one/hub'])(
    'takes no STORE of %s, says its form and shows no password', STORE => {
      const [problem = '', ...others] = problems({ STORE })
      expect(others).toEqual([])
      expect(problem).toMatch(/must be .*mongodb:\/\//)
      expect(problem).not.toMatch(/s3cret|pa\/ss/)
    })

  it('shows a store without credentials and options', () => {
    const shown = (STORE: string): string => shownAddress(readConfig({ STORE }).store)
    expect(shown('mongodb://hub:s3cret@one:1,two:2/hub?tlsCertificateKeyFilePassword=s3cret')).toBe('mongodb://one:1,two:2/hub')
    expect(shown('sqlite:./hub.db')).toBe('sqlite:./hub.db')
  })

  it.each(['0.0.0.0', 'hub.example', '127.0.0.1.example.org', '10.0.0.1'])('allows neither AUTH=off nor a manual clock on %s', HOST => {
    expect(problems({ HOST, AUTH: 'off', CLOCK: 'manual:2026-11-24T10:15:00Z' })).toHaveLength(2)
  })

  it.each(['127.0.0.1', 'localhost', '::1', '127.8.8.8'])('allows both on %s', HOST => {
    expect(problems({ HOST, AUTH: 'off', CLOCK: 'manual:2026-11-24T10:15:00Z' })).toEqual([])
  })

  it('is documented, each variable with its default', () => {
    const page = readFileSync(new URL('../docs/configuration.md', import.meta.url), 'utf8')
    const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| (?:`([^`]*)`)?[^|]*\|/gm)].map(([, name, usual = '']) => [name, usual])
    expect(Object.fromEntries(rows)).toEqual(defaults)
  })
})
