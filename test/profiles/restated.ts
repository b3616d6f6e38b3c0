/**
 * The definitions in `profiles/`, read as they stand: every file with its folder, by canonical and by kind.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/** A StructureDefinition, ValueSet or CodeSystem as JSON; narrowed where a test looks inside. */
export interface Definition {
  readonly resourceType: 'StructureDefinition' | 'ValueSet' | 'CodeSystem'
  readonly id: string
  readonly url: string
  readonly version: string
  readonly [element: string]: unknown
}

export interface File {
  /** Path under `profiles/`, e.g. `ukcore/Patient/UKCore-Patient.json`. */
  readonly path: string
  readonly bytes: number
  readonly definition: Definition
}

export const PROFILES = join(import.meta.dirname, '../../profiles')

export const files: readonly File[] = readdirSync(PROFILES, { recursive: true, withFileTypes: true })
  .filter(entry => entry.isFile() && entry.name.endsWith('.json'))
  .map(entry => join(entry.parentPath, entry.name))
  .sort()
  .map(path => {
    const text = readFileSync(path, 'utf8')
    return { path: relative(PROFILES, path), bytes: Buffer.byteLength(text), definition: JSON.parse(text) as Definition }
  })

/** Files of one publisher's folder: `ukcore`, `bars` or `hub`. */
export const filesOf = (folder: string): readonly File[] => files.filter(file => file.path.startsWith(`${folder}/`))

export const byUrl: ReadonlyMap<string, Definition> = new Map(files.map(({ definition }) => [definition.url, definition]))

/** The definition of a canonical; throws when `profiles/` has none. */
export function definitionOf(url: string): Definition {
  const found = byUrl.get(url)
  if (found === undefined) throw new Error(`profiles/ has no ${url}`)
  return found
}
