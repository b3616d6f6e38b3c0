import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import request from 'supertest'
import { stories } from '../../scripts/demo/stories.ts'

/** The same stories on either store. */
const STORE = process.env['TEST_STORE'] ?? 'sqlite'

const project = fileURLToPath(new URL('../../', import.meta.url))

const startDemo = (args: readonly string[]) => {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(project, 'scripts/demo.ts'), '--store', STORE, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NODE_OPTIONS: '' },
  })
  const output = { text: '', errors: '' }
  child.stdout.on('data', (data: Buffer) => { output.text += data.toString() })
  child.stderr.on('data', (data: Buffer) => { output.errors += data.toString() })
  return { child, output }
}

const runDemo = async (...args: readonly string[]): Promise<{ status: number | null; text: string; errors: string }> => {
  const { child, output } = startDemo(args)
  const [status] = await once(child, 'close') as [number | null]
  return { status, ...output }
}

/** A hub of its own files, whose directory differs from the one that is shipped. */
const withHub = async (change: (directory: (file: string) => string) => void, use: (root: string) => Promise<void>): Promise<void> => {
  const root = mkdtempSync(join(tmpdir(), 'care-connexions-root-'))
  try {
    for (const path of ['src', 'localities', 'build/definitions', 'package.json']) cpSync(join(project, path), join(root, path), { recursive: true })
    symlinkSync(join(project, 'node_modules'), join(root, 'node_modules'))
    change(file => join(root, 'localities/central-lancashire/directory', file))
    await use(root)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

/** On a line of its own. */
const TOKEN = /^ {2}(ey\S+)$/m

const replace = (file: string, from: string, to: string): void =>
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(`"${from}"`, `"${to}"`))

it('plays every story to its end, with exit status 0, and tells who, what, which resource and when', async () => {
  const { status, text, errors } = await runDemo()
  expect(errors).toBe('')
  expect(status).toBe(0)
  for (const { title, steps, ending } of stories) {
    expect(text).toContain(title)
    expect(text).toContain(ending)
    for (const step of steps) expect(text).toContain(step.title)
  }
  const told = (pattern: RegExp): void => expect(text).toMatch(pattern)
  told(/GuidanceResponse\/\S+ proposes: offer, asap, by 12:14/)
  told(/written 10:05, received 11:40/)
  told(/was killed: SIGKILL/)
  told(/the same referral as before/)
  told(/Task\/\S+, Two-hour urgent community response: Rejected \[rejected\], because: Rejected for capacity reasons/)
  told(/Task\/\S+ was offered to Virtual ward in the same commit, 11:46; still asap, still by 12:05/)
  told(/YOU MAY LEAVE\. Virtual ward has accepted/)
  told(/CARE HOME'S SCREEN, AT ONCE: .*999/)
  told(/ServiceRequest\/\S+: active, stat; Care Connexions, Central Lancashire looks after it/)
  told(/Same-day clinic discharges the person/)
  told(/\d+ services on \d+ pages, none twice/)
  told(/for crisis in Chorley \S+, finds HealthcareService\/cl-ucr2h/)
  expect(text.indexOf('YOU MAY LEAVE')).toBeGreaterThan(text.indexOf('Virtual ward accepts'))
}, 60_000)

it('ends with exit status 1 where a step cannot happen: the two-hour response belongs to somebody else', () =>
  withHub(directory => replace(directory('healthcare-services.json'), 'Organization/cl-ucr-team', 'Organization/cl-map'), async root => {
    const { status, text, errors } = await runDemo('--only', 'gp', '--root', root)
    expect(status).toBe(1)
    expect(errors).toContain('The story broke off: two-hour-response, told "accept 2026-11-24T11:15:00Z": nothing is offered to the Two-hour team')
    expect(text).toContain('A named clinician at the hub confirms the proposal.')
    expect(text).not.toContain('The team sets off.')
  }), 60_000)

it('ends with exit status 1 at a hub without the team\'s organisation', () =>
  withHub(directory => replace(directory('organizations.json'), 'ZCC02', 'ZCC92'), async root => {
    const { status, errors } = await runDemo('--only', 'crew', '--root', root)
    expect(status).toBe(1)
    expect(errors).toContain('the directory has no organisation ZCC02')
  }), 60_000)

it('ends with exit status 1 where there is no hub, and for a story that there is not', async () => {
  const [missing, unknown, mistaken] = await Promise.all([runDemo('--root', join(tmpdir(), 'nowhere')), runDemo('--only', 'nobody'), runDemo('--story')])
  expect([missing.status, missing.errors]).toEqual([1, expect.stringContaining('The story broke off: the hub cannot be started')])
  expect([unknown.status, unknown.errors]).toEqual([1, expect.stringContaining('there is gp, crew, carer, care-home, two-needs, integrator')])
  expect([mistaken.status, mistaken.errors]).toEqual([2, expect.stringMatching(/^Unknown option '--story'.*\nnpm run demo -- .*\n$/)])
}, 60_000)

it('leaves the hub running with --stay, with an address and a token that works', async () => {
  const { child, output } = startDemo(['--only', 'integrator', '--stay'])
  try {
    await new Promise<void>(resolve => {
      child.stdout.on('data', () => { if (TOKEN.test(output.text)) resolve() })
      child.once('exit', () => resolve())
    })
    expect(output.errors).toBe('')
    const url = /The hub stays at (\S+)/.exec(output.text)?.[1] ?? ''
    const token = TOKEN.exec(output.text)?.[1] ?? ''
    await request(url).get('/Task').set('Authorization', `Bearer ${token}`).expect(200)
  } finally {
    child.kill('SIGTERM')
    if (child.exitCode === null) await once(child, 'exit')
  }
  expect(child.exitCode).toBe(0)
}, 60_000)
