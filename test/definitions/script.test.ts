/** `scripts/definitions.ts` in a project folder of its own: stale, current, twice at once, with bad profiles, without packages. */
import { spawn } from 'node:child_process'
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadDefinitions } from '../../src/definitions/load.ts'
import { DEFINITIONS_FOLDER } from '../../src/definitions/pack.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
let project = ''

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'project-'))
  for (const part of ['package.json', 'src/definitions', 'src/fhir/nearest.ts', 'scripts/definitions.ts', 'profiles']) {
    cpSync(join(ROOT, part), join(project, part), { recursive: true })
  }
})
afterEach(() => rmSync(project, { recursive: true, force: true }))

const withPackages = (): void => symlinkSync(join(ROOT, 'node_modules'), join(project, 'node_modules'))
const withArtefact = (): void => cpSync(DEFINITIONS_FOLDER, join(project, 'build/definitions'), { recursive: true })

const run = (...args: string[]): Promise<{ status: number | null; out: string; err: string }> => new Promise((resolve, reject) => {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(project, 'scripts/definitions.ts'), ...args],
    { env: { PATH: process.env['PATH'] ?? '' } })
  let out = ''
  let err = ''
  child.stdout.on('data', (data: Buffer) => { out += data.toString() })
  child.stderr.on('data', (data: Buffer) => { err += data.toString() })
  child.on('error', reject)
  child.on('close', status => resolve({ status, out, err }))
})

it('compiles when a source or a profile has changed, twice at once, to one whole artefact that is then current', async () => {
  withPackages()
  withArtefact()
  appendFileSync(join(project, 'src/definitions/element.ts'), '// changed\n')
  mkdirSync(join(project, 'profiles/new'), { recursive: true })
  writeFileSync(join(project, 'profiles/new/CodeSystem-colour.json'), JSON.stringify({
    resourceType: 'CodeSystem', url: 'urn:colour', status: 'draft', content: 'complete', concept: [{ code: 'red', display: 'Red' }],
  }))
  const both = await Promise.all([run('--if-stale'), run('--if-stale')])
  expect(both.map(({ status, err }) => [status, err])).toEqual([[0, ''], [0, '']])
  expect(both[0].out).toMatch(/^definitions: compiled [0-9a-f]{16} in [\d.]+ s: \d+ structures, .* MB\n$/)
  expect(readdirSync(join(project, 'build/definitions'))).toEqual(['definitions.pack'])
  expect(loadDefinitions(join(project, 'build/definitions')).codeSystem('urn:colour')?.codes.get('red')).toBe('Red')
  expect(await run('--if-stale')).toMatchObject({ status: 0, out: expect.stringMatching(/^definitions: [0-9a-f]{16} is current\n$/) })
}, 90_000)

it.each([
  ['that is no JSON', '{', /profiles\/bad\.json cannot be read: /],
  ['that is no definition', '{"resourceType":"Patient"}', /profiles\/bad\.json is a Patient; profiles\/ holds StructureDefinition/],
])('names a profile %s and leaves the artefact as it was', async (_name, text, message) => {
  withPackages()
  withArtefact()
  const before = loadDefinitions(join(project, 'build/definitions')).fingerprint
  writeFileSync(join(project, 'profiles/bad.json'), text)
  expect(await run('--if-stale')).toMatchObject({ status: 1, err: expect.stringMatching(message) })
  expect(loadDefinitions(join(project, 'build/definitions')).fingerprint).toBe(before)
})

it('goes on with an artefact compiled elsewhere when the packages are not installed', async () => {
  withArtefact()
  expect(await run('--if-stale')).toMatchObject({ status: 0, out: expect.stringContaining('as compiled elsewhere') })
})

it('says what is missing when there is neither', async () => {
  expect(await run('--if-stale')).toMatchObject({
    status: 1, out: '', err: expect.stringMatching(/neither compiled definitions nor the packages .*; run npm ci with dev dependencies/),
  })
})
