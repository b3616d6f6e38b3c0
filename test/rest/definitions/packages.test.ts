/** Packages over what the hub ships: what counts, what gives way, what is named and left out; and a hub that starts with some. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { loadDefinitions } from '../../../src/definitions/load.ts'
import { loadPackages, packagesIn } from '../../../src/rest/definitions/packages.ts'
import { createValidator } from '../../../src/validation/engine.ts'
import { startTestHub } from '../../hub.ts'
import { writePackage } from '../../definitions/archive.ts'
import { asking, basic, canonical, codeSystem, requiring, valueSet } from './asking.ts'

const shipped = loadDefinitions()
const UK_PATIENT = 'https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient'

let folder: string
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'care-connexions-packages-')) })
afterEach(() => rmSync(folder, { recursive: true }))
const packed = (name: string, files: Readonly<Record<string, unknown>>): string => writePackage(join(folder, name), files)
const load = () => loadPackages(packagesIn(folder), shipped)

it('adds what packages define, in whatever order their files stand', () => {
  packed('own.tgz', {
    'a.json': requiring('derived', 'author', { baseDefinition: canonical('base') }), 'b.json': requiring('base', 'subject'),
    'c.json': valueSet('set', { compose: { include: [{ system: canonical('system', 'CodeSystem') }] } }), 'd.json': codeSystem('system', ['one']),
  })
  const { definitions, loaded, problems } = load()
  expect([loaded, problems]).toEqual([['own.tgz: x.example.own 1.0.0, 4 definitions'], []])
  expect(definitions.structure(canonical('derived'))?.elements.filter(({ min }) => min > 0).map(({ id }) => id)).toEqual(expect.arrayContaining(['Basic.author', 'Basic.subject']))
  expect(definitions.valueSet(canonical('set', 'ValueSet'))?.kind).toBe('expanded')
})

it('names what is broken with its file, and what needs it, and keeps the rest', () => {
  packed('a-broken.tgz', {
    'bad.json': requiring('bad', 'subjekt'), 'on-bad.json': requiring('on-bad', 'author', { baseDefinition: canonical('bad') }),
    'good.json': requiring('good', 'subject'), 'odd.json': { resourceType: 'StructureDefinition', url: canonical('odd'), differential: { element: [{}] } },
    'text.json': 'text',
  })
  writeFileSync(join(folder, 'b-none.tgz'), 'text')
  const { definitions, problems, broken } = load()
  expect(broken).toBe(1)
  expect([...problems].sort()).toEqual([
    expect.stringMatching(/b-none\.tgz: it is not compressed by gzip/),
    expect.stringMatching(/^a-broken\.tgz, bad\.json: .*\/bad is left out: .*"subjekt".*\(definition-snapshot at StructureDefinition\.differential\.element\[0\]\)$/),
    expect.stringMatching(/^a-broken\.tgz, odd\.json: /),
    expect.stringMatching(/^a-broken\.tgz, on-bad\.json: .*\/on-bad is left out: .*\(definition-base at StructureDefinition\.baseDefinition\)$/),
    'a-broken.tgz, text.json: it is no JSON',
  ])
  expect([definitions.structure(canonical('good'))?.url, definitions.structure(canonical('bad'))]).toEqual([canonical('good'), undefined])
})

it('keeps R4 and the hub\'s own as shipped, and takes UK Core\'s official for the restated', () => {
  const own = 'https://care-connexions.example/fhir/CodeSystem/need'
  packed('official.tgz', {
    'r4.json': { ...requiring('r4', 'subject'), url: 'http://hl7.org/fhir/StructureDefinition/Basic' },
    'own.json': { ...codeSystem('need', ['x']), url: own },
    'uk.json': { ...requiring('uk', 'subject'), type: 'Patient', url: UK_PATIENT, version: '2.0.2', baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
      differential: { element: [{ id: 'Patient.photo', path: 'Patient.photo', min: 1 }] } },
    'uk-basic.json': { ...requiring('uk-basic', 'subject'), url: 'https://fhir.hl7.org.uk/StructureDefinition/UKCore-Basic' },
  })
  const { definitions, problems } = load()
  expect(problems).toEqual(['official.tgz: 2 definitions of R4 or of this hub itself are kept as they are shipped'])
  expect(definitions.codeSystem(own)).toBe(shipped.codeSystem(own))
  const validator = createValidator(definitions)
  const judged = (resource: object) => validator.validate(resource as never, { profiles: 'ukcore', unknownProfile: 'error' }).map(({ code }) => code)
  expect(judged({ resourceType: 'Patient' })).toEqual(['min:Patient.photo'])
  expect(judged({ resourceType: 'Basic', code: { text: 'x' } })).toEqual(['min:Basic.subject'])
})

it('of two that differ takes the first by file name, and says so; of two that do not either', () => {
  packed('a.tgz', { 'one.json': requiring('same', 'subject'), 'two.json': requiring('other', 'subject') })
  packed('b.tgz', { 'one.json': requiring('same', 'subject'), 'two.json': requiring('other', 'author') })
  const { definitions, problems } = load()
  expect(problems).toEqual([`b.tgz, two.json: ${canonical('other')} is defined otherwise by a.tgz, two.json, which counts`])
  expect(definitions.structure(canonical('other'))?.elements.find(({ id }) => id === 'Basic.subject')?.min).toBe(1)
})

it('ends the start where there is no such folder', () => {
  expect(() => packagesIn(join(folder, 'nowhere'))).toThrow(/PACKAGES=.*there is no such folder/)
})

describe('a hub with packages', () => {
  it('judges by them, and lets no upload take their place', async () => {
    const packages = join(folder, 'packages')
    mkdirSync(packages)
    writePackage(join(packages, 'own.tgz'), { 'a.json': requiring('packaged', 'subject'), 'b.json': requiring('broken', 'nothing') })
    const lines: string[] = []
    const hub = await startTestHub({ env: { PACKAGES: packages }, logger: pino({ level: 'info' }, { write: line => { lines.push(line) } }) })
    try {
      const ask = await asking(hub)
      expect((await ask.validate(basic([canonical('packaged')]))).errors).toEqual(['min:Basic.subject at Basic'])
      expect(await ask.put(requiring('packaged', 'author'))).toMatchObject({ status: 422, errors: ['definition-shipped at StructureDefinition.url'] })
      expect(await ask.put(requiring('on-package', 'author', { baseDefinition: canonical('packaged') }))).toMatchObject({ status: 201 })
      expect(lines.filter(line => line.includes('package own.tgz')).map(line => (JSON.parse(line) as { msg: string }).msg)).toEqual([
        'package own.tgz: x.example.own 1.0.0, 1 definitions', expect.stringContaining('package own.tgz, b.json: '),
      ])
    } finally {
      await hub.stop()
    }
  })
})

const UK_CORE = fileURLToPath(new URL('../../../../shared/ukcore/fhir.r4.ukcore.stu2-2.0.2.tgz', import.meta.url))
const withUkCore = existsSync(UK_CORE) ? it : it.skip

withUkCore('UK Core STU2 2.0.2 loads without a fault (skipped where ../shared/ukcore is absent)', () => {
  const { definitions, loaded, problems } = loadPackages([UK_CORE], shipped)
  expect(loaded).toEqual(['fhir.r4.ukcore.stu2-2.0.2.tgz: fhir.r4.ukcore.stu2 2.0.2, 195 definitions'])
  expect(problems).toEqual([expect.stringContaining('are kept as they are shipped')])
  expect(definitions.structure(UK_PATIENT)?.version).not.toMatch(/-hub/)
  expect(definitions.structure(`${UK_PATIENT}|${definitions.structure(UK_PATIENT)?.version}`)).toBe(definitions.structure(UK_PATIENT))
})
