/**
 * FHIR packages over what the hub ships: what each defines is judged, what is broken is named with its file and left out,
 * and the rest counts.
 *
 * R4's definitions and the hub's own are never replaced; UK Core's restated here give way to the official ones. Of two packages
 * that define one canonical differently the first by file name counts.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { definitionsIn, type Definition, type DefinitionResource } from '../../definitions/definition.ts'
import type { Definitions } from '../../definitions/definitions.ts'
import { withDefinitions } from '../../definitions/overlay.ts'
import { readPackage, type FhirPackage } from '../../definitions/package/package.ts'
import { BrokenArchive } from '../../definitions/package/tar.ts'
import { HUB, type Resource } from '../../fhir/resource.ts'
import { defineTheSame, definitionIn } from './in-effect.ts'
import { isShipped, judgeContent } from './judge.ts'

export interface LoadedPackages {
  readonly definitions: Definitions
  /** A line about each package: how many definitions it adds. */
  readonly loaded: readonly string[]
  /** A line about each package, file or definition that does not count, with the reason. */
  readonly problems: readonly string[]
  /** How many packages could not be read at all. */
  readonly broken: number
}

/** The packages in a folder, by name. @throws Error when it cannot be read */
export const packagesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder).filter(name => name.endsWith('.tgz')).sort().map(name => join(folder, name))
  } catch {
    throw new Error(`PACKAGES=${folder}: there is no such folder`)
  }
}

interface Packaged {
  /** Package and file: `uk.tgz, StructureDefinition-x.json`. */
  readonly from: string
  readonly file: string
  readonly resource: DefinitionResource
  readonly defines: readonly Definition[]
}

/** @param files paths of packages, of which an earlier one counts before a later one */
export const loadPackages = (files: readonly string[], shipped: Definitions): LoadedPackages => {
  const problems: string[] = []
  const packages = files.flatMap(path => opened(path, problems))
  const taken = chosen(packages, shipped, problems)
  const { kept, definitions } = usable(taken, shipped, problems)
  const loaded = packages.map(({ file, name, version }) =>
    `${file}: ${name} ${version}, ${kept.filter(one => one.file === file).length} definitions`)
  return { definitions, loaded, problems, broken: files.length - packages.length }
}

const opened = (path: string, problems: string[]): readonly FhirPackage[] => {
  try {
    const read = readPackage(path)
    problems.push(...read.problems.map(problem => `${read.file}, ${problem}`))
    return [read]
  } catch (error) {
    if (!(error instanceof BrokenArchive)) throw error
    problems.push(`${path}: ${error.message}`)
    return []
  }
}

/** Definitions that an official one may not take the place of. */
const isFixed = (url: string): boolean => /^http:\/\/(?:terminology\.)?hl7\.org\//.test(url) || url.startsWith(`${HUB}/`)

const chosen = (packages: readonly FhirPackage[], shipped: Definitions, problems: string[]): readonly Packaged[] => {
  const taken = new Map<string, Packaged>()
  for (const { file, resources } of packages) {
    let kept = 0
    for (const { file: name, resource } of resources) {
      const definition = definitionIn(resource as unknown as Resource)
      if (definition?.url === undefined) continue
      if (isFixed(definition.url) && isShipped(shipped, definition.resourceType, definition.url)) {
        kept += 1
        continue
      }
      const canonical = `${definition.resourceType} ${definition.url}|${definition.version ?? ''}`
      const from = `${file}, ${name}`
      const earlier = taken.get(canonical)
      if (earlier === undefined) {
        const defines = read(definition)
        if (defines === undefined) problems.push(`${from}: it is no valid ${definition.resourceType} of R4`)
        else taken.set(canonical, { from, file, resource: definition, defines })
      } else if (!defineTheSame(earlier.resource, definition)) {
        problems.push(`${from}: ${definition.url} is defined otherwise by ${earlier.from}, which counts`)
      }
    }
    if (kept > 0) problems.push(`${file}: ${kept} definitions of R4 or of this hub itself are kept as they are shipped`)
  }
  return [...taken.values()]
}

/** Packages are not validated as resources are: what has not the shape of its type fails where it is read. */
const read = (resource: DefinitionResource): readonly Definition[] | undefined => {
  try {
    return definitionsIn(resource)
  } catch {
    return undefined
  }
}

/** Without the broken ones, and without those that need one of these. */
const usable = (taken: readonly Packaged[], shipped: Definitions, problems: string[]): { readonly kept: readonly Packaged[]; readonly definitions: Definitions } => {
  let kept = taken
  for (;;) {
    const own = kept.flatMap(({ defines }) => defines)
    const definitions = withDefinitions(shipped, own)
    const broken = new Set<Packaged>()
    for (const one of kept) {
      const why = faultOf(one, definitions, own)
      if (why === undefined) continue
      broken.add(one)
      problems.push(`${one.from}: ${one.resource.url} is left out: ${why}`)
    }
    if (broken.size === 0) return { kept, definitions }
    kept = kept.filter(one => !broken.has(one))
  }
}

const faultOf = ({ resource }: Packaged, definitions: Definitions, own: readonly Definition[]): string | undefined => {
  try {
    const [issue] = judgeContent({ definitions, own }, resource)
    return issue === undefined ? undefined : `${issue.text} (${issue.code} at ${issue.expression?.[0] ?? resource.resourceType})`
  } catch {
    return `it is no valid ${resource.resourceType} of R4`
  }
}
