/**
 * Rules every definition in `profiles/` keeps, with or without the official ones beside it.
 */
import { ELEMENT_PROSE } from './constraints.ts'
import { KNOWN_MISSING, inBaseR4, references } from './canonicals.ts'
import { type Definition, byUrl, files, filesOf } from './restated.ts'
import { HUB, hubCodeSystem } from '../../src/fhir/resource.ts'

type Json = Record<string, unknown>
const list = (value: unknown): Json[] => (value ?? []) as Json[]
const named = (definition: Definition): string => `${definition.resourceType}/${definition.id}`
const ofType = (type: Definition['resourceType'], folder: string): Definition[] =>
  filesOf(folder).map(file => file.definition).filter(definition => definition.resourceType === type)

/** Concepts of a code system with those below them. */
const conceptsOf = (concepts: unknown): Json[] => list(concepts).flatMap(concept => [concept, ...conceptsOf(concept.concept)])
const codesOf = (definition: Definition | undefined): string[] => conceptsOf(definition?.concept).map(concept => concept.code as string)

describe.each(files)('$path', ({ path, bytes, definition }) => {
  it('is named by its id, says who publishes it, and is of a size that people read', () => {
    expect(path.split('/').at(-1)).toBe(`${definition.id}.json`)
    expect(definition.publisher).toBe('Care Connexions hub')
    expect(['draft', 'active']).toContain(definition.status)
    expect((definition.description as string).length).toBeGreaterThan(20)
    expect(bytes).toBeLessThan(100_000)
  })

  it('refers only to what is here, in base R4, or known to be missing', () => {
    const lost = references(definition).filter(url => !byUrl.has(url) && !KNOWN_MISSING.has(url) && !inBaseR4(url))
    expect(lost).toEqual([])
  })
})

it('has each canonical once', () => {
  expect(byUrl.size).toBe(files.length)
})

it('lists as missing only what is referred to and really missing', () => {
  const referred = new Set(files.flatMap(file => references(file.definition)))
  for (const url of KNOWN_MISSING.keys()) {
    expect(referred).toContain(url)
    expect(byUrl.has(url) || inBaseR4(url)).toBe(false)
  }
})

describe.each([...filesOf('ukcore'), ...filesOf('bars')])('restated: $path', ({ definition }) => {
  it('says that it is not the official artefact, and whose facts it restates', () => {
    expect(definition.version).toMatch(/^\d+\.\d+\.\d+-hub\.\d+$/)
    expect(definition.description).toMatch(/^Restatement of .* for offline checking.*Not the official artefact/)
    expect(definition.copyright).toMatch(/HL7 UK.*Apache License|NHS England.*Open Government Licence/)
  })

  it('restates no prose', () => {
    const elements = list((definition.differential as Json | undefined)?.element)
    expect(elements.filter(element => ELEMENT_PROSE.some(name => name in element))).toEqual([])
    expect(conceptsOf(definition.concept).filter(concept => 'definition' in concept)).toEqual([])
    for (const name of ['title', 'purpose', 'text', 'mapping', 'expansion', 'snapshot', 'contact']) expect(definition).not.toHaveProperty(name)
  })
})

describe('names SNOMED CT', () => {
  it.each(ofType('ValueSet', 'ukcore').filter(definition => references(definition).includes('http://snomed.info/sct')))(
    '$id says that its use needs a licence', definition => {
      expect(definition.copyright).toContain('SNOMED International')
    })
})

describe.each(filesOf('hub'))('the hub\'s own: $path', ({ definition }) => {
  it('stands under the hub\'s canonical root in a version of its own', () => {
    expect(definition.url).toBe(`${HUB}/${named(definition)}`)
    expect(definition.version).toMatch(/^\d+\.\d+\.\d+$/)
  })
})

describe('profiles of the hub', () => {
  const profiles = ofType('StructureDefinition', 'hub').filter(definition => definition.kind === 'resource')

  it('are those of the design', () => {
    expect(profiles.map(profile => profile.id).sort()).toEqual(['directory-healthcare-service', 'hub-referral', 'hub-task'])
  })

  it.each(profiles)('$id derives from UK Core', profile => {
    expect(profile.baseDefinition).toBe(`https://fhir.hl7.org.uk/StructureDefinition/UKCore-${profile.type as string}`)
    expect(byUrl.has(profile.baseDefinition as string)).toBe(true)
  })

  it('ask of a referral a person and no clinical detail', () => {
    const elements = list((byUrl.get(`${HUB}/StructureDefinition/hub-referral`)?.differential as Json).element)
    expect(elements.filter(element => Number(element.min ?? 0) > 0).map(element => element.id)).toEqual(['ServiceRequest.subject'])
    expect(elements.flatMap(element => list(element.constraint)).map(constraint => constraint.severity)).toEqual(['warning'])
    expect(elements.map(element => (element.binding as Json | undefined)?.strength)).not.toContain('required')
  })
})

describe('extensions of the hub', () => {
  it.each(ofType('StructureDefinition', 'hub').filter(definition => definition.type === 'Extension'))('$id has one url and a context', extension => {
    const url = list((extension.differential as Json).element).find(element => element.id === 'Extension.url')
    expect(url?.fixedUri).toBe(extension.url)
    expect(list(extension.context).length).toBeGreaterThan(0)
  })
})

describe.each(ofType('CodeSystem', 'hub').filter(definition => definition.content !== 'not-present'))('code system $id', definition => {
  const concepts = conceptsOf(definition.concept)

  it('has unique codes, each with a display and a definition in plain words', () => {
    const codes = codesOf(definition)
    expect(new Set(codes).size).toBe(codes.length)
    expect(definition.count).toBe(codes.length)
    for (const concept of concepts) {
      expect(concept.code).toMatch(/^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$/)
      expect(concept.display).toMatch(/^\S.*[^.]$/)
      expect(concept.definition).toMatch(/^\S.*\.$/)
    }
  })

  it('declares the properties that its codes use', () => {
    const declared = new Map(list(definition.property).map(property => [property.code, property.type]))
    for (const { code, ...value } of concepts.flatMap(concept => list(concept.property))) {
      const type = declared.get(code) as string
      expect(Object.keys(value)).toEqual([`value${type.charAt(0).toUpperCase()}${type.slice(1)}`])
    }
  })

  it('has a value set of all its codes', () => {
    const set = byUrl.get(definition.valueSet as string)
    expect(set?.url).toBe(`${HUB}/ValueSet/${definition.id}`)
    expect(set?.compose).toEqual({ include: [{ system: definition.url }] })
  })
})

it('has the code systems of the design', () => {
  const design = [
    'need', 'red-flag', 'soft-flag', 'triage-flag', 'disposition', 'service', 'fact', 'referrer-kind', 'business-status', 'task-code',
    'action', 'outcome', 'override-reason',
  ]
  expect(ofType('CodeSystem', 'hub').map(definition => definition.id)).toEqual(expect.arrayContaining(design))
})

it.each(files.filter(file => file.definition.resourceType === 'ValueSet'))('$path names only codes that their system has', ({ definition }) => {
  for (const part of ['include', 'exclude']) {
    for (const set of list((definition.compose as Json)[part])) {
      const system = byUrl.get(set.system as string)
      if (system === undefined || set.concept === undefined) continue
      expect(codesOf(system)).toEqual(expect.arrayContaining(list(set.concept).map(concept => concept.code)))
    }
  }
})

it('maps no SNOMED CT concept to two needs, and binds those it maps', () => {
  const need = byUrl.get(hubCodeSystem('need'))
  const mapped = conceptsOf(need?.concept).flatMap(concept => list(concept.property))
    .filter(property => property.code === 'snomed').map(property => (property.valueCoding as { code: string }).code)
  const bound = list((byUrl.get(`${HUB}/ValueSet/reason-for-referral`)?.compose as Json).include)
    .find(set => set.system === 'http://snomed.info/sct')
  expect(new Set(mapped).size).toBe(mapped.length)
  expect(list(bound?.concept).map(concept => concept.code).sort()).toEqual(mapped.toSorted())
})
