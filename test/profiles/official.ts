/**
 * The official UK Core and BaRS definitions in `../shared`, which the restated ones are held against.
 *
 * UK Core: the STU2 2.0.2 package where it has the canonical, else the file of the STU3 draft.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Definition } from './restated.ts'

const SHARED = join(import.meta.dirname, '../../../shared')
const PACKAGE = join(SHARED, 'ukcore/fhir.r4.ukcore.stu2-2.0.2.tgz')
const STU3 = join(SHARED, 'ukcore/stu3')
const BARS = join(SHARED, 'bars/codesystems')

export type Line = 'STU2 2.0.2' | 'STU3 draft'
export interface Official {
  readonly line: Line
  readonly definition: Definition
}

/** Why the official definitions cannot be read, or undefined when they can. */
export const absent: string | undefined = [PACKAGE, STU3, BARS].every(path => existsSync(path))
  ? undefined
  : 'skipped: the official definitions are not in ../shared'

/** Regular files of a tar archive: 512-byte headers, size in octal, content padded to 512. */
function* untar(archive: Buffer): Generator<{ readonly name: string; readonly content: Buffer }> {
  const text = (from: number, length: number): string => archive.toString('utf8', from, from + length).replace(/\0.*$/s, '')
  for (let at = 0; at + 512 <= archive.length && archive[at] !== 0;) {
    const size = Number.parseInt(text(at + 124, 12), 8)
    const kind = text(at + 156, 1)
    if (kind === '0' || kind === '') yield { name: text(at, 100), content: archive.subarray(at + 512, at + 512 + size) }
    at += 512 + Math.ceil(size / 512) * 512
  }
}

const json = (text: string): Definition => JSON.parse(text.replace(/^\uFEFF/, '')) as Definition

const read = (folder: string): Definition[] =>
  readdirSync(folder).filter(name => name.endsWith('.json')).map(name => json(readFileSync(join(folder, name), 'utf8')))

const isDefinition = ({ resourceType }: Definition): boolean =>
  ['StructureDefinition', 'ValueSet', 'CodeSystem'].includes(resourceType)

/** Official UK Core definitions by canonical; empty when absent. */
export function ukCore(): ReadonlyMap<string, Official> {
  if (absent !== undefined) return new Map()
  const stu3 = ['structuredefinitions', 'valuesets', 'codesystems'].flatMap(folder => read(join(STU3, folder)))
  const stu2 = [...untar(gunzipSync(readFileSync(PACKAGE)))]
    .filter(({ name }) => /^package\/[^/.][^/]*\.json$/.test(name) && name !== 'package/package.json')
    .map(({ content }) => json(content.toString('utf8')))
  const entry = (line: Line) => (definition: Definition): [string, Official] => [definition.url, { line, definition }]
  return new Map([
    ...stu3.filter(isDefinition).map(entry('STU3 draft')),
    ...stu2.filter(isDefinition).map(entry('STU2 2.0.2')),
  ])
}

/** Official BaRS code systems by canonical; empty when absent. */
export const bars = (): ReadonlyMap<string, Definition> =>
  absent === undefined ? new Map(read(BARS).map(definition => [definition.url, definition])) : new Map()
