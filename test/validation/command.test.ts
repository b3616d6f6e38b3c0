import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writePackage } from '../definitions/archive.ts'
import { patient, serviceRequest } from './setup.ts'

const SCRIPT = fileURLToPath(new URL('../../scripts/validate.ts', import.meta.url))

const run = (args: readonly string[], input?: string) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, ...args], { encoding: 'utf8', input, env: { ...process.env, NODE_OPTIONS: '' } })
  return { status, stdout, stderr }
}

describe('npm run validate', () => {
  let folder: string
  const file = (name: string, content: unknown) => {
    const path = join(folder, name)
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
    return path
  }
  beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'validate-')) })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('tells of each file in order what is wrong, where, by which rule and what to do, and fails where one has an error', () => {
    const [good, bad, broken] = [file('good.json', patient), file('bad.json', { ...serviceRequest, status: 'activ' }), file('broken.json', '{"resourceType":')]
    const { status, stdout, stderr } = run([good, bad, broken])
    expect(status).toBe(1)
    const parts = stdout.split(/^(?=\S+\.json: )/m)
    expect(parts.map(part => part.split('\n', 1)[0])).toEqual([
      `${good}: 0 errors, 0 warnings, 0 notes`, `${bad}: 1 error, 0 warnings, 0 notes`, `${broken}: 1 error, 0 warnings, 0 notes`,
    ])
    expect(parts[1]).toMatch(/^ {2}error {3}ServiceRequest\.status {2}\[binding:ServiceRequest\.status\]\n {10}found "activ".*\n {10}-> did you mean "active"\?/m)
    expect(stderr).toMatch(/^1 of 3 are valid: 2 errors, 0 warnings, 0 notes in [\d.]+ s$/m)
  })

  it('prints an OperationOutcome in a line for each with --json', () => {
    const { status, stdout } = run(['--json', file('good.json', patient), file('bad.json', { ...serviceRequest, status: 'activ' })])
    const outcomes = stdout.trim().split('\n').map(line => JSON.parse(line) as { resourceType: string; issue: { expression?: string[] }[] })
    expect([status, outcomes.map(({ resourceType }) => resourceType)]).toEqual([1, ['OperationOutcome', 'OperationOutcome']])
    expect(outcomes[1]?.issue[0]?.expression).toEqual(['ServiceRequest.status'])
  })

  it('succeeds where all is well, reads standard input and further profiles', () => {
    expect(run(['-', '--profile', 'https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient'], JSON.stringify(patient)))
      .toMatchObject({ status: 0, stdout: expect.stringMatching(/^standard input: 0 errors/) as string })
    expect(run(['-', '--profile', 'https://example.org/none'], JSON.stringify(patient)).status).toBe(1)
  })

  it('takes a resource from each line of NDJSON, and each entry of a Bundle at its place', () => {
    const lines = [patient, { ...patient, gender: 'femal' }].map(resource => JSON.stringify(resource)).join('\n')
    const bundle = { resourceType: 'Bundle', type: 'collection', entry: [{ fullUrl: 'urn:uuid:3a1fa2ac-7d0f-4a6b-8f7e-0f5f7c6a5b31', resource: { ...patient, gender: 'femal' } }] }
    const { stdout } = run([file('two.ndjson', lines), file('bundle.json', bundle)])
    expect(stdout.match(/^\S+: \d+ errors?/gm)?.map(line => line.slice(folder.length + 1)))
      .toEqual(['two.ndjson:1: 0 errors', 'two.ndjson:2: 1 error', 'bundle.json: 1 error'])
    expect(stdout).toContain('Bundle.entry[0].resource.gender')
    expect(run(['-'], lines).stdout).toMatch(/^standard input:1: 0 errors[^]*^standard input:2: 1 error/m)
  })

  it('judges by the definitions of packages, and names what is broken in one', () => {
    const url = 'https://x.example/fhir/StructureDefinition/photographed'
    const photographed = { resourceType: 'StructureDefinition', url, name: 'Photographed', status: 'active', kind: 'resource', abstract: false, type: 'Patient',
      baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient', derivation: 'constraint', differential: { element: [{ id: 'Patient.photo', path: 'Patient.photo', min: 1 }] } }
    const archive = writePackage(join(folder, 'own.tgz'), { 'a.json': photographed, 'b.json': { ...photographed, url: `${url}-2`, baseDefinition: `${url}-0` } })
    const { status, stdout, stderr } = run([file('good.json', patient), '--package', archive, '--profile', url])
    expect([status, stdout]).toEqual([1, expect.stringContaining('Patient  [min:Patient.photo]')])
    expect(stderr).toMatch(/^own\.tgz: x\.example\.own 1\.0\.0, 1 definitions\nown\.tgz, b\.json: .* is left out: .*definition-base/m)
  })

  it('judges a definition as a hub would that is to take it', () => {
    const set = { resourceType: 'ValueSet', url: 'urn:x:set', status: 'active', compose: { include: [{ valueSet: ['urn:x:set'] }] } }
    expect(run([file('set.json', set)])).toMatchObject({ status: 1, stdout: expect.stringContaining('definition-circular') as string })
  })

  it.each([
    [[]], [['--wrong']], [['/no/such/file.json']], [['-', '--package', '/no/such/package.tgz']],
  ])('is 2 on wrong use: %j', args => {
    const { status, stdout, stderr } = run(args, '{}')
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain('usage: npm run validate')
  })
})
