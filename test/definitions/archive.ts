/** Reading a package archive (.tgz) in tests: ustar headers of 512 bytes, each followed by its file's blocks. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

const BLOCK = 512
const REGULAR_FILE = new Set(['0', '\0'])

export function* readArchive(file: string): Generator<{ name: string; text: string }> {
  const tar = gunzipSync(readFileSync(file))
  const field = (start: number, length: number): string => tar.toString('utf8', start, start + length).split('\0', 1)[0] ?? ''
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0;) {
    const size = Number.parseInt(field(at + 124, 12), 8)
    const start = at + BLOCK
    if (REGULAR_FILE.has(tar.toString('utf8', at + 156, at + 157))) {
      yield { name: field(at, 100), text: tar.toString('utf8', start, start + size) }
    }
    at = start + Math.ceil(size / BLOCK) * BLOCK
  }
}
