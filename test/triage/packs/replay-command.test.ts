/** `npm run pack:replay` over the store of a hub that has stopped, with the example of docs/triage.md. */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addClient, readPrivateKey } from '../../../src/access/keys.ts'
import { requestToken } from '../../../src/access/token-request.ts'
import { startHub } from '../../../scripts/demo/hub.ts'
import { referralBundle } from '../../../scripts/vignette-bundle.ts'
import { localities, usual } from '../referral.ts'

const folder = mkdtempSync(join(tmpdir(), 'care-connexions-replay-'))
const store = `sqlite:${join(folder, 'hub.db')}`
const changed = join(folder, 'changed/east-staffordshire')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

beforeAll(async () => {
  const registry = join(folder, 'clients.json')
  addClient(registry, { id: 'social-worker', role: 'referrer', organisation: 'ZES20', referrerKind: 'social-care', locality: 'east-staffordshire' })
  const hub = await startHub({ folder, registry, store, clock: '2026-11-27T16:30:00Z' })
  const token = await requestToken({ client: 'social-worker', key: readPrivateKey(registry, 'social-worker'), tokenEndpoint: `${hub.url}/token` })
  const { news2: _none, ...facts } = usual
  const referral = referralBundle('carer', { ...facts, receivedAt: '2026-11-27T16:30', residence: 'east-staffs', practice: 'ss', needs: ['carer-breakdown'], rehabPotential: true }, 'first', localities)
  const answer = await fetch(`${hub.url}/fhir/ServiceRequest/$submit`, {
    method: 'POST', headers: { 'authorization': `Bearer ${token}`, 'content-type': 'application/fhir+json' }, body: JSON.stringify(referral),
  })
  expect(answer.status).toBe(201)
  await hub.stop()
  cpSync('localities/coverage.json', join(folder, 'changed/coverage.json'))
  cpSync('localities/east-staffordshire', changed, { recursive: true })
  const pack = join(changed, 'pack.json')
  writeFileSync(pack, readFileSync(pack, 'utf8').replace('"availableEndTime": "16:30:00"', '"availableEndTime": "17:00:00"'))
}, 60_000)

const replay = (...args: readonly string[]) =>
  spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', 'scripts/pack-replay.ts', ...args], { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } })

it('shows what would have been different as a table', () => {
  const { status, stdout } = replay(changed, '--store', store)
  expect(stdout.trim().split('\n').map(line => line.replace(/^[0-9a-f-]{36}/, 'ID'))).toEqual([
    `${'referral'.padEnd(36)}  ${'answered'.padEnd(17)}  answer`,
    'ID  2026-11-27T16:30Z  was      review CIT asap by 2026-11-27T16:45Z (social-closed)',
    `${' '.repeat(57)}would be review CIT asap by 2026-11-27T16:45Z (crosses-closing)`,
    '1 replayed, 1 would differ, 0 could not be replayed',
  ])
  expect(status).toBe(0)
})

it('is silent about a pack that says the same', () => {
  expect(replay('localities/east-staffordshire', '--store', store).stdout.trim()).toBe('1 replayed, 0 would differ, 0 could not be replayed')
})

it.each([
  [[], 'pack:replay -- FOLDER'], [['localities/nowhere'], 'is no folder of a locality'], [['localities/east-staffordshire', '--store', 'tape:'], '--store'],
  [['localities/east-staffordshire', '--store', `sqlite:${join(folder, 'absent.db')}`], 'there is no file'],
])('says what it is to be given: %j', (args, named) => {
  const { status, stderr } = replay(...args)
  expect([status, stderr]).toEqual([2, expect.stringContaining(named)])
  expect(existsSync(join(folder, 'absent.db'))).toBe(false)
})
