import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
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

  it('prints an OperationOutcome per file, in order, and fails where one has an error', () => {
    const [good, bad, broken] = [file('good.json', patient), file('bad.json', { ...serviceRequest, status: 'activ' }), file('broken.json', '{"resourceType":')]
    const { status, stdout } = run([good, bad, broken])
    expect(status).toBe(1)
    const parts = stdout.split(/^(?=\S+\.json: )/m)
    expect(parts.map(part => part.split('\n', 1)[0])).toEqual([
      `${good}: 0 errors, 0 warnings, 0 notes`, `${bad}: 1 errors, 0 warnings, 0 notes`, `${broken}: 1 errors, 0 warnings, 0 notes`,
    ])
    const outcomes = parts.map(part => JSON.parse(part.slice(part.indexOf('\n'))) as { resourceType: string; issue: { expression?: string[] }[] })
    expect(outcomes.map(({ resourceType }) => resourceType)).toEqual(['OperationOutcome', 'OperationOutcome', 'OperationOutcome'])
    expect(outcomes[1]?.issue[0]?.expression).toEqual(['ServiceRequest.status'])
  })

  it('succeeds where all is well, reads standard input and further profiles', () => {
    expect(run(['-', '--profile', 'https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient'], JSON.stringify(patient)))
      .toMatchObject({ status: 0, stdout: expect.stringMatching(/^standard input: 0 errors/) })
    expect(run(['-', '--profile', 'https://example.org/none'], JSON.stringify(patient)).status).toBe(1)
  })

  it.each([[[]], [['--wrong']], [['/no/such/file.json']]])('is 2 on wrong use: %j', args => {
    const { status, stdout, stderr } = run(args)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain('usage: npm run validate')
  })
})
