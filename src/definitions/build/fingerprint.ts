/**
 * The fingerprint of the artefact's inputs: versions of the packages, sources of the build, files of `profiles/`.
 * The same inputs compile to the same artefact, so an equal fingerprint means there is nothing to do.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CORE_FOLDER, EXPANSIONS_FOLDER, profileFiles } from './packages.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const SOURCES = join(ROOT, 'src/definitions')
const COMPILER = join(ROOT, 'node_modules/ajv')

function packageVersion(folder: string): string {
  const file = join(folder, 'package.json')
  if (!existsSync(file)) return 'absent'
  const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name: string; version: string }
  return `${name}@${version}`
}

/** 16 hexadecimal digits. */
export function fingerprint(): string {
  const hash = createHash('sha256')
  for (const folder of [CORE_FOLDER, EXPANSIONS_FOLDER, COMPILER]) hash.update(`${packageVersion(folder)}\n`)
  const sources = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts')).sort().map(name => join(SOURCES, name))
  for (const file of [...sources, ...profileFiles()]) hash.update(`${relative(ROOT, file)}\n`).update(readFileSync(file))
  return hash.digest('hex').slice(0, 16)
}
