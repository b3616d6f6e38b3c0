/**
 * Rules every definition in `profiles/` keeps, with or without the official ones beside it.
 * A rule that is broken answers with the files that break it.
 */
import { ELEMENT_PROSE } from './constraints.ts'
import { KNOWN_MISSING, inBaseR4, references } from './canonicals.ts'
import { type Definition, type File, byUrl, files, filesOf } from './restated.ts'
import { HUB, hubCodeSystem } from '../../src/fhir/resource.ts'

type Json = Record<string, unknown>
const list = (value: unknown): Json[] => (value ?? []) as Json[]
const restated = [...filesOf('ukcore'), ...filesOf('bars')]
const hubs = filesOf('hub')

const breaking = (among: readonly File[], keeps: (definition: Definition, file: File) => boolean): string[] =>
  among.filter(file => !keeps(file.definition, file)).map(file => file.path)

const elementsOf = (definition: Definition): Json[] => list((definition.differential as Json | undefined)?.element)
/** Concepts of a code system with those below them. */
const conceptsOf = (concepts: unknown): Json[] => list(concepts).flatMap(concept => [concept, ...conceptsOf(concept.concept)])
const codesOf = (definition: Definition | undefined): string[] => conceptsOf(definition?.concept).map(concept => concept.code as string)
const setsOf = ({ compose }: Definition): Json[] => ['include', 'exclude'].flatMap(part => list((compose as Json | undefined)?.[part]))

describe('every definition', () => {
  it('is there', () => {
    expect(restated.length).toBeGreaterThan(150)
    expect(hubs.length).toBeGreaterThan(40)
  })

  it('is named by its id', () => {
    expect(breaking(files, (definition, { path }) => path.endsWith(`/${definition.id}.json`))).toEqual([])
  })

  it('has a canonical of its own', () => {
    expect(breaking(files, definition => byUrl.get(definition.url) === definition)).toEqual([])
  })

  it('says who publishes it, its state, and what it is', () => {
    expect(breaking(files, ({ publisher, status, description }) =>
      publisher === 'Care Connexions hub' && ['draft', 'active'].includes(status as string) && (description as string).length > 20)).toEqual([])
  })

  it('is of a size that people read', () => {
    expect(breaking(files, (_definition, { bytes }) => bytes < 100_000)).toEqual([])
  })

  it('refers only to what is here, in base R4, or known to be missing', () => {
    const lost = files.flatMap(({ path, definition }) => references(definition)
      .filter(url => !byUrl.has(url) && !KNOWN_MISSING.has(url) && !inBaseR4(url))
      .map(url => `${path}: ${url}`))
    expect(lost).toEqual([])
  })

  it('names only codes that their system has', () => {
    const lost = files.flatMap(({ path, definition }) => setsOf(definition).flatMap(set => {
      const system = byUrl.get(set.system as string)
      return system === undefined ? [] : list(set.concept).filter(concept => !codesOf(system).includes(concept.code as string))
        .map(concept => `${path}: ${concept.code as string}`)
    }))
    expect(lost).toEqual([])
  })
})

it.each([...KNOWN_MISSING])('%s is referred to and really missing: %s', url => {
  expect(files.some(file => references(file.definition).includes(url))).toBe(true)
  expect(byUrl.has(url) || inBaseR4(url)).toBe(false)
})

describe('what is restated', () => {
  it('says that it is not the official artefact, in a version that cannot be taken for it', () => {
    expect(breaking(restated, ({ version, description }) =>
      /^\d+\.\d+\.\d+-hub\.\d+$/.test(version) && /^Restatement of .* for offline checking.*Not the official artefact/.test(description as string))).toEqual([])
  })

  it('says whose facts it restates', () => {
    expect(breaking(filesOf('ukcore'), ({ copyright }) => /HL7 UK.*Apache License/.test(copyright as string))).toEqual([])
    expect(breaking(filesOf('bars'), ({ copyright }) => /NHS England.*Open Government Licence/.test(copyright as string))).toEqual([])
  })

  it('says that SNOMED CT needs a licence where it names SNOMED CT', () => {
    const snomed = restated.filter(file => references(file.definition).includes('http://snomed.info/sct'))
    expect(snomed.length).toBeGreaterThan(0)
    expect(breaking(snomed, ({ copyright }) => (copyright as string).includes('SNOMED International'))).toEqual([])
  })

  it('has no prose', () => {
    expect(breaking(restated, definition => ['title', 'purpose', 'text', 'mapping', 'expansion', 'snapshot'].every(name => !(name in definition))
      && elementsOf(definition).every(element => ELEMENT_PROSE.every(name => !(name in element)))
      && conceptsOf(definition.concept).every(concept => !('definition' in concept)))).toEqual([])
  })
})

describe('the hub\'s own', () => {
  it('stands under the hub\'s canonical root in a version of its own', () => {
    expect(breaking(hubs, ({ resourceType, id, url, version }) => url === `${HUB}/${resourceType}/${id}` && /^\d+\.\d+\.\d+$/.test(version))).toEqual([])
  })

  const structures = hubs.map(file => file.definition).filter(({ resourceType }) => resourceType === 'StructureDefinition')
  const profiles = structures.filter(({ kind }) => kind === 'resource')
  const extensions = structures.filter(({ type }) => type === 'Extension')

  it.each(['hub-referral', 'hub-task', 'directory-healthcare-service'])('profile %s derives from UK Core', id => {
    const profile = profiles.find(definition => definition.id === id)
    expect(profile?.baseDefinition).toBe(`https://fhir.hl7.org.uk/StructureDefinition/UKCore-${profile?.type as string}`)
    expect(byUrl.has(profile?.baseDefinition as string)).toBe(true)
  })

  it('hub-referral asks for a person and for no clinical detail', () => {
    const elements = elementsOf(profiles.find(({ id }) => id === 'hub-referral') as Definition)
    expect(elements.filter(({ min }) => Number(min ?? 0) > 0).map(({ id }) => id)).toEqual(['ServiceRequest.subject'])
    expect(elements.flatMap(({ constraint }) => list(constraint)).map(({ severity }) => severity)).toEqual(['warning'])
    expect(elements.map(({ binding }) => (binding as Json | undefined)?.strength)).not.toContain('required')
  })

  it.each(extensions)('extension $id has its own url and a context', extension => {
    expect(elementsOf(extension).find(({ id }) => id === 'Extension.url')?.fixedUri).toBe(extension.url)
    expect(list(extension.context).length).toBeGreaterThan(0)
  })
})

describe('code systems of the hub', () => {
  const systems = hubs.map(file => file.definition).filter(({ resourceType }) => resourceType === 'CodeSystem')
  const listed = systems.filter(({ content }) => content !== 'not-present')

  it('are those of the design, and those it came to need', () => {
    expect(systems.map(({ id }) => id)).toEqual(expect.arrayContaining([
      'need', 'red-flag', 'soft-flag', 'triage-flag', 'disposition', 'service', 'fact', 'referrer-kind', 'business-status', 'task-code',
      'action', 'outcome', 'override-reason']))
  })

  it.each(listed)('$id has unique codes, each with a display and a definition in plain words', definition => {
    const codes = codesOf(definition)
    expect(new Set(codes).size).toBe(codes.length)
    // R4: the count is that of the whole system, which a fragment does not know.
    expect(definition.count).toBe(definition.content === 'complete' ? codes.length : undefined)
    for (const { code, display, definition: meaning } of conceptsOf(definition.concept)) {
      expect(code).toMatch(/^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$/)
      expect(display).toMatch(/^\S.*[^.]$/)
      expect(meaning).toMatch(/^\S.*\.$/)
    }
  })

  it.each(listed)('$id declares the properties that its codes use', definition => {
    const declared = new Map(list(definition.property).map(({ code, type }) => [code, type as string]))
    for (const { code, ...value } of conceptsOf(definition.concept).flatMap(({ property }) => list(property))) {
      const type = declared.get(code) ?? ''
      expect(Object.keys(value)).toEqual([`value${type.charAt(0).toUpperCase()}${type.slice(1)}`])
    }
  })

  it.each(listed)('$id has a value set of all its codes', ({ id, url, valueSet }) => {
    expect(valueSet).toBe(`${HUB}/ValueSet/${id}`)
    expect(byUrl.get(valueSet as string)?.compose).toEqual({ include: [{ system: url }] })
  })

  it('map no SNOMED CT concept to two needs, and the value set of reasons holds those mapped', () => {
    const mapped = conceptsOf(byUrl.get(hubCodeSystem('need'))?.concept).flatMap(({ property }) => list(property))
      .filter(({ code }) => code === 'snomed').map(({ valueCoding }) => (valueCoding as { code: string }).code)
    const bound = setsOf(byUrl.get(`${HUB}/ValueSet/reason-for-referral`) as Definition)
      .find(({ system }) => system === 'http://snomed.info/sct')
    expect(new Set(mapped).size).toBe(mapped.length)
    expect(new Set(list(bound?.concept).map(({ code }) => code))).toEqual(new Set(mapped))
  })
})
