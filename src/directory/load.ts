/**
 * Localities are folders of data: `locality.json` names the hub and the files, `directory/*.json` holds the directory
 * as FHIR (a resource or a Bundle each), `coverage.json` the area, `pack.json` the rules of triage (read here, understood by `triage/`).
 * Files beside the folders hold what all localities share: the questionnaire for partners without coded data, and in
 * `coverage.json` what is outside all of them.
 *
 * `loadLocalities` reads and checks them; `shipped.ts` puts the resources into the store.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Resource } from '../fhir/resource.ts'
import { indexCoverage, type CoverageIndex } from './coverage.ts'
import { coverageSchema, surveySchema, type Coverage, type Survey } from './coverage/shipped.ts'
import { NO_POSTCODES, type Postcodes } from './coverage/table.ts'

export interface Locality {
  /** Folder name, e.g. `central-lancashire`. */
  readonly name: string
  readonly title: string
  /** Of the folder's directory: what is shipped takes the place of what somebody has changed only where this has risen. */
  readonly version: string
  readonly hub: { readonly ods: string; readonly organization: string }
  readonly telephone: { readonly number: string; readonly options: readonly { readonly option: string; readonly text: string }[] }
  readonly timeZone: string
  readonly coverage: Coverage
  /** What lies outside every locality that was surveyed with this one. */
  readonly survey: Survey | undefined
  readonly area: CoverageIndex
  /** The rule pack as its file has it; what it says is understood by `triage/`. */
  readonly pack: { readonly file: string; readonly text: string }
  /** Resources with fixed ids, what all localities share among them, in an order in which references point backwards. */
  readonly resources: readonly Resource[]
}

const localitySchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/),
  title: z.string(),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  hub: z.strictObject({ ods: z.string(), organization: z.string().regex(/^Organization\/[A-Za-z0-9\-.]+$/) }),
  telephone: z.strictObject({ number: z.string(), options: z.array(z.strictObject({ option: z.string(), text: z.string() })) }),
  timeZone: z.literal('Europe/London'),
  pack: z.string(),
  coverage: z.string(),
  directory: z.string(),
  notes: z.array(z.string()),
})

const SHARED_COVERAGE = 'coverage.json'

/** References point to what stands before: organisations, then places, then services and who and when they are. */
const LOADING_ORDER = ['Questionnaire', 'Organization', 'Endpoint', 'Location', 'HealthcareService', 'CareTeam', 'Schedule', 'Slot']

/** All localities under a folder, by name. Throws an Error that names the file and the place when one is not as it should be. */
export const loadLocalities = (folder: string, postcodes: Postcodes = NO_POSTCODES): readonly Locality[] => {
  const shared = directoryResources(folder)
  const surveyFile = join(folder, SHARED_COVERAGE)
  const survey = existsSync(surveyFile) ? read(surveyFile, surveySchema) : undefined
  const localities = readdirSync(folder, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => loadLocality(join(folder, entry.name), entry.name, shared))
    .sort((a, b) => a.name.localeCompare(b.name, 'en'))
  const all = localities.map(({ coverage }) => coverage)
  return localities.map(locality => ({ ...locality, survey, area: indexCoverage(locality.coverage, all, survey, postcodes) }))
}

const loadLocality = (folder: string, name: string, shared: readonly Resource[]): Omit<Locality, 'area' | 'survey'> => {
  const description = read(join(folder, 'locality.json'), localitySchema)
  if (description.name !== name) throw new Error(`${folder}/locality.json: name is "${description.name}", the folder is "${name}"`)
  const coverage = read(join(folder, description.coverage), coverageSchema)
  const packFile = join(folder, description.pack)
  return {
    name,
    title: description.title,
    version: description.version,
    hub: description.hub,
    telephone: description.telephone,
    timeZone: description.timeZone,
    coverage,
    pack: { file: packFile, text: readFileSync(packFile, 'utf8') },
    resources: [...shared, ...directoryResources(join(folder, description.directory))],
  }
}

const directoryResources = (folder: string): readonly Resource[] => {
  const resources = readdirSync(folder).filter(file => file.endsWith('.json') && file !== SHARED_COVERAGE).sort().flatMap(file => {
    const content = parse(join(folder, file)) as { entry?: readonly { resource?: unknown }[] }
    return (content.entry ?? [{ resource: content }]).map(({ resource }) => directoryResource(resource, join(folder, file)))
  })
  return resources.sort((a, b) => LOADING_ORDER.indexOf(a.resourceType) - LOADING_ORDER.indexOf(b.resourceType))
}

const directoryResource = (content: unknown, file: string): Resource => {
  const resource = (content ?? {}) as Partial<Resource>
  if (typeof resource.resourceType !== 'string' || !LOADING_ORDER.includes(resource.resourceType) || typeof resource.id !== 'string') {
    throw new Error(`${file}: expected ${LOADING_ORDER.join(', ')} with a fixed id`)
  }
  return resource as Resource
}

const read = <T>(file: string, schema: z.ZodType<T>): T => {
  const parsed = schema.safeParse(parse(file))
  if (parsed.success) return parsed.data
  throw new Error(`${file}: ${parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`)
}

const parse = (file: string): unknown => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : 'cannot be read'}`, { cause: error })
  }
}
