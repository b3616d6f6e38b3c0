/** FHIR packages in tests: the files of one that is there, and a new one made of some resources. */
import { readFileSync, writeFileSync } from 'node:fs'
import { gunzipSync, gzipSync } from 'node:zlib'
import { filesIn } from '../../src/definitions/package/tar.ts'

export function* readArchive(file: string): Generator<{ name: string; text: string }> {
  for (const { name, content } of filesIn(gunzipSync(readFileSync(file)))) yield { name, text: content.toString('utf8') }
}

const BLOCK = 512

/** One entry as ustar has it: a header with its checksum, the content, blanks up to the block. */
export const entry = (name: string, content: string | Buffer, kind = '0'): Buffer => {
  const bytes = Buffer.from(content)
  const header = Buffer.alloc(BLOCK)
  header.write(name, 0, 100)
  header.write('0000644\0', 100)
  header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124)
  header.write('        ', 148)
  header.write(kind, 156)
  header.write('ustar\x0000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return Buffer.concat([header, bytes, Buffer.alloc((BLOCK - bytes.length % BLOCK) % BLOCK)])
}

export const END = Buffer.alloc(2 * BLOCK)

const MANIFEST = { name: 'x.example.own', version: '1.0.0', fhirVersions: ['4.0.1'] }

/** Writes a package with these files below `package/`; what is no text is written as JSON. */
export const writePackage = (path: string, files: Readonly<Record<string, unknown>>, manifest: object = MANIFEST): string => {
  const entries = Object.entries({ 'package.json': manifest, ...files })
    .map(([name, content]) => entry(`package/${name}`, typeof content === 'string' ? content : JSON.stringify(content)))
  writeFileSync(path, gzipSync(Buffer.concat([...entries, END])))
  return path
}
