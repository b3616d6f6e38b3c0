/** Packages as npm makes them, and what is refused of others. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { readPackage } from '../../../src/definitions/package/package.ts'
import { BrokenArchive, filesIn } from '../../../src/definitions/package/tar.ts'
import { END, entry, writePackage } from '../archive.ts'

const names = (...parts: readonly Buffer[]): readonly string[] => [...filesIn(Buffer.concat(parts))].map(({ name }) => name)

describe('an archive', () => {
  it('holds regular files; folders, links and devices are passed over', () => {
    const parts = [entry('package/a.json', '{}'), entry('package/below/', '', '5'), entry('link', '', '2'), entry('device', '', '3'), entry('b', 'x'.repeat(1_000))]
    expect(names(...parts, END)).toEqual(['package/a.json', 'b'])
    expect([...filesIn(Buffer.concat([...parts, END]))].map(({ content }) => content.length)).toEqual([2, 1_000])
  })

  it('takes long names from a pax header, and from GNU\'s', () => {
    const long = `package/${'n'.repeat(150)}.json`
    const record = ` path=${long}\n`
    const length = record.length + String(record.length + 3).length
    expect(names(entry('PaxHeader', `${length}${record}`, 'x'), entry('package/short', 'x'), entry('after', 'x'), END)).toEqual([long, 'after'])
    expect(names(entry('././@LongLink', `${long}\0`, 'L'), entry('package/short', 'x'), END)).toEqual([long])
  })

  it.each([
    ['is cut short in a file', [entry('a', 'x'.repeat(2_000)).subarray(0, 1_024)], /cut short/],
    ['has no end', [entry('a', 'x')], /cut short/],
    ['is empty', [], /cut short/],
    ['has a damaged header', [Buffer.from(entry('a', 'x')).fill(7, 0, 3), END], /header at byte 0 is damaged/],
    ['is none', [Buffer.alloc(2_048, 'text')], /no tar|octal/],
    ['leads up', [entry('../../etc/passwd', 'x'), END], /leads out/],
    ['leads up later', [entry('package/../../x', 'x'), END], /leads out/],
    ['leads to the root', [entry('/etc/passwd', 'x'), END], /leads out/],
    ['leads up in a pax header', [entry('p', '14 path=../xx\n', 'x'), entry('a', 'x'), END], /leads out/],
    ['has a pax header that is none', [entry('p', 'no header', 'x'), entry('a', 'x'), END], /pax header/],
    ['has a pax header that claims more than is there', [entry('p', '999 path=a\n', 'x'), entry('a', 'x'), END], /pax header/],
  ])('is refused when it %s', (_what, parts, why) => {
    expect(() => names(...parts)).toThrow(BrokenArchive)
    expect(() => names(...parts)).toThrow(why)
  })
})

describe('a package', () => {
  let folder: string
  beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'care-connexions-package-')) })
  afterAll(() => rmSync(folder, { recursive: true }))
  const path = (name: string): string => join(folder, name)

  it('is its manifest and the definitions in its folder', () => {
    const set = { resourceType: 'ValueSet', url: 'urn:set', status: 'active' }
    const read = readPackage(writePackage(path('good.tgz'), {
      '.index.json': {}, 'ValueSet-b.json': set, 'CodeSystem-a.json': { ...set, resourceType: 'CodeSystem' },
      'Patient-c.json': { resourceType: 'Patient' }, 'example/ValueSet-d.json': set, 'other.txt': 'text',
    }))
    expect(read).toMatchObject({ file: 'good.tgz', name: 'x.example.own', version: '1.0.0', problems: [] })
    expect(read.resources.map(({ file }) => file)).toEqual(['CodeSystem-a.json', 'ValueSet-b.json'])
  })

  it('names the files that cannot be read, and keeps the others', () => {
    const read = readPackage(writePackage(path('some.tgz'), { 'a.json': '{"resourceType":', 'b.json': '{}', 'c.json': { resourceType: 'ValueSet' }, 'd.json': '[]' }))
    expect(read.problems).toEqual(['a.json: it is no JSON', 'b.json: it has no resourceType', 'd.json: it has no resourceType'])
    expect(read.resources).toHaveLength(1)
  })

  it.each<[string, (path: string) => void, RegExp]>([
    ['is not there', () => undefined, /cannot be read/],
    ['is not compressed', file => writeFileSync(file, 'plain text'), /not compressed by gzip/],
    ['is cut short', file => writeFileSync(file, gzipSync(Buffer.alloc(5_000, 'x')).subarray(0, 30)), /not compressed by gzip, or damaged/],
    ['holds no package.json', file => writeFileSync(file, gzipSync(Buffer.concat([entry('package/a.json', '{}'), END]))), /no package\/package.json/],
    ['has a manifest without a name', file => { writePackage(file, {}, { version: '1' }) }, /names no package/],
    ['is for another FHIR', file => { writePackage(file, {}, { name: 'x', version: '1', fhirVersions: ['5.0.0'] }) }, /for FHIR 5.0.0/],
    ['unpacks without end', file => writeFileSync(file, gzipSync(Buffer.alloc(410_000_000))), /unpacks to more than/],
  ])('is refused when it %s', (what, write, why) => {
    const file = path(`${what.replaceAll(' ', '-')}.tgz`)
    write(file)
    expect(() => readPackage(file)).toThrow(BrokenArchive)
    expect(() => readPackage(file)).toThrow(why)
  })
})

const UK_CORE = fileURLToPath(new URL('../../../../shared/ukcore/fhir.r4.ukcore.stu2-2.0.2.tgz', import.meta.url))
const withUkCore = existsSync(UK_CORE) ? it : it.skip

withUkCore('UK Core STU2 2.0.2 is read whole (skipped where ../shared/ukcore is absent)', () => {
  const { name, version, resources, problems } = readPackage(UK_CORE)
  const count = (type: string): number => resources.filter(({ resource }) => resource.resourceType === type).length
  expect({ name, version, problems }).toEqual({ name: 'fhir.r4.ukcore.stu2', version: '2.0.2', problems: [] })
  expect([count('StructureDefinition'), count('ValueSet'), count('CodeSystem')]).toEqual([78, expect.any(Number), expect.any(Number)])
})
