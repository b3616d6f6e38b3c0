/**
 * Our snapshots against the official ones: each profile's differential goes in, its published snapshot is compared
 * on every field that constrains. Two things are the same said differently: HL7's tools copy a data type's own
 * invariants onto each element of it, and a slicing by url onto extensions that nobody slices.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { StructureDefinition as RawStructure } from 'fhir/r4.js'
import { CORE_FOLDER, readPackage } from '../../src/definitions/build/packages.ts'
import type { ElementDefinition, StructureDefinition } from '../../src/definitions/definitions.ts'
import { loadDefinitions } from '../../src/definitions/load.ts'
import { readStructure } from '../../src/definitions/structure.ts'
import { readArchive } from './archive.ts'

const definitions = loadDefinitions()

/** Invariants an element has by its type, which whoever checks the type checks. */
const inherent = ({ types = [] }: ElementDefinition): Set<string> => new Set(['ele-1', ...types
  .flatMap(({ code, profiles = [] }) => [definitions.type(code), ...profiles.map(url => definitions.structure(url))])
  .flatMap(structure => structure?.elements[0]?.constraints ?? []).map(({ key }) => key)])

const constraining = (element: ElementDefinition) => {
  const { constraints = [], slicing, maxLength, ...rest } = element
  const isExtension = /\.(e|modifierE)xtension$/.test(element.path)
  return {
    ...rest,
    ...(isExtension || slicing === undefined ? {} : { slicing }),
    // the tools give the value of a code the length of a string; R4's own code has none
    ...(maxLength === undefined || element.path.endsWith('.value') ? {} : { maxLength }),
    constraints: constraints.map(({ key }) => key).filter(key => !inherent(element).has(key)).sort(),
  }
}

const comparable = (structure: StructureDefinition) => structure.elements.map(constraining)

/** Structures made from differentials alone, resolving one another before R4. */
function generator(raws: readonly RawStructure[]): (url: string) => StructureDefinition | undefined {
  const byUrl = new Map(raws.map(raw => [raw.url, raw]))
  const made = new Map<string, StructureDefinition>()
  return function resolve(url) {
    const raw = byUrl.get(url)
    if (made.has(url) || raw === undefined) return made.get(url) ?? definitions.structure(url)
    const { snapshot: _, ...differential } = raw
    const structure = readStructure(differential, resolve)
    made.set(url, structure)
    return structure
  }
}

describe('R4: its own profiles and extensions', () => {
  // where the published snapshot is at odds with its differential
  const AT_ODDS = new Map([
    ['bp', 'unfolds Quantity under value[x] instead of under the slice'],
    ['catalog', 'leaves out Composition.date'],
    ['clinicaldocument', 'lets an extension of at most one stand many times'],
    ['elementdefinition-de', 'unfolds extensions nobody looks into'],
    ['familymemberhistory-genetic', 'leaves out half of its base'],
    ['provenance-relevant-history', 'mixes up the slice and the element it slices'],
    ['example-composition', 'has no snapshot'],
    ['example-section-library', 'has no snapshot'],
  ])
  const raws = readPackage(CORE_FOLDER, 'StructureDefinition').filter(({ derivation }) => derivation === 'constraint')
  const resolve = generator(raws)

  it('are equal but for eight whose snapshots are at odds with their differentials', () => {
    const compared = raws.filter(({ id }) => !AT_ODDS.has(id ?? ''))
    expect(compared).toHaveLength(raws.length - AT_ODDS.size)
    expect(compared.length).toBeGreaterThan(430)
    for (const raw of compared) {
      const official = readStructure(raw, resolve)
      const made = resolve(raw.url)
      expect([raw.url, made && comparable(made)]).toEqual([raw.url, comparable(official)])
    }
  })
})

const ARCHIVE = fileURLToPath(new URL('../../../shared/ukcore/fhir.r4.ukcore.stu2-2.0.2.tgz', import.meta.url))
const describeWithArchive = existsSync(ARCHIVE) ? describe : describe.skip

describeWithArchive('UK Core STU2 2.0.2 (skipped where ../shared/ukcore is absent)', () => {
  it('all 78 structures are equal', () => {
    const raws = [...readArchive(ARCHIVE)]
      .filter(({ name }) => /^package\/[^/]*\.json$/.test(name))
      .map(({ text }) => JSON.parse(text) as RawStructure)
      .filter(({ resourceType }) => resourceType === 'StructureDefinition')
    expect(raws).toHaveLength(78)
    const resolve = generator(raws)
    for (const raw of raws) {
      const official = readStructure(raw, resolve)
      const made = resolve(raw.url)
      expect([raw.url, made && comparable(made)]).toEqual([raw.url, comparable(official)])
    }
  })
})

const STU3 = fileURLToPath(new URL('../../../shared/ukcore/stu3/structuredefinitions', import.meta.url))
const describeWithStu3 = existsSync(STU3) ? describe : describe.skip

describeWithStu3('UK Core STU3 draft (skipped where ../shared/ukcore is absent)', () => {
  it('has differentials only, and each fits its base: what it names is in its snapshot', () => {
    const raws = readdirSync(STU3).filter(name => name.endsWith('.json'))
      .map(name => JSON.parse(readFileSync(join(STU3, name), 'utf8')) as RawStructure)
    const resolve = generator(raws)
    expect(raws.length).toBeGreaterThan(150)
    for (const raw of raws) {
      const ids = new Set(resolve(raw.url)?.elements.map(({ id }) => id))
      const named = (raw.differential?.element ?? []).flatMap(({ id }) => id ?? [])
      expect([raw.url, named.filter(id => !ids.has(id))]).toEqual([raw.url, []])
    }
  })
})
