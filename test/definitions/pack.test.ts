/** The artefact file: written at once, read by key, replaced without disturbing who reads the old one. */
import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packedFingerprint, readPack, writePack } from '../../src/definitions/pack.ts'

let folder = ''
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'definitions-')) })
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const write = (fingerprint: string, text: string): number =>
  writePack(folder, fingerprint, { structures: new Map([['urn:a', text], ['urn:b', 'Größe \u{1f691}\nzwei']]), empty: new Map() })

it('gives back each text by section and key', () => {
  const size = write('f1', 'first')
  const pack = readPack(folder)
  expect(pack).toMatchObject({ fingerprint: 'f1', size })
  expect(pack.keys('structures')).toEqual(['urn:a', 'urn:b'])
  expect(pack.text('structures', 'urn:a')).toBe('first')
  expect(pack.text('structures', 'urn:b')).toBe('Größe \u{1f691}\nzwei')
  expect(pack.text('structures', 'urn:c')).toBeUndefined()
  expect(pack.text('nothing', 'urn:a')).toBeUndefined()
  expect(pack.keys('empty')).toEqual([])
})

it('is replaced whole: who read the old one keeps it, and nothing temporary stays', () => {
  write('f1', 'first')
  const old = readPack(folder)
  write('f2', 'second, and longer')
  expect(old.text('structures', 'urn:a')).toBe('first')
  expect(readPack(folder).text('structures', 'urn:a')).toBe('second, and longer')
  expect(packedFingerprint(folder)).toBe('f2')
  expect(readdirSync(folder)).toHaveLength(1)
})

it('says what is missing, and does not take another file for an artefact', () => {
  expect(packedFingerprint(folder)).toBeUndefined()
  expect(() => readPack(folder)).toThrow(/no compiled definitions in .*; run: node scripts\/definitions\.ts/)
  write('f1', 'first')
  const file = join(folder, readdirSync(folder)[0] as string)
  truncateSync(file, 20)
  expect(packedFingerprint(folder)).toBeUndefined()
  writeFileSync(file, '{"format":0,"fingerprint":"f0","indexLength":2}')
  expect(packedFingerprint(folder)).toBeUndefined()
  expect(() => readPack(folder)).toThrow('of another version')
})
