/** Value sets and code systems as compiled: R4's own, those published as expansions, and those nobody can expand here. */
import { loadDefinitions } from '../../src/definitions/load.ts'
import { EXPANSIONS_FOLDER, readPackage } from '../../src/definitions/build/packages.ts'

const definitions = loadDefinitions()
const codesOf = (url: string): Record<string, string[]> => {
  const set = definitions.valueSet(url)
  if (set?.kind !== 'expanded') throw new Error(`${url} is ${set?.kind ?? 'not there'}`)
  return Object.fromEntries([...set.codes].map(([system, codes]) => [system, [...codes.keys()]]))
}

describe('value sets', () => {
  it('expands a whole code system', () => {
    expect(codesOf('http://hl7.org/fhir/ValueSet/administrative-gender'))
      .toEqual({ 'http://hl7.org/fhir/administrative-gender': ['male', 'female', 'other', 'unknown'] })
  })

  it('is found with and without a version', () => {
    expect(definitions.valueSet('http://hl7.org/fhir/ValueSet/task-status|4.0.1'))
      .toBe(definitions.valueSet('http://hl7.org/fhir/ValueSet/task-status'))
    expect(definitions.valueSet('http://hl7.org/fhir/ValueSet/no-such-set')).toBeUndefined()
  })

  it('carries displays', () => {
    const set = definitions.valueSet('http://hl7.org/fhir/ValueSet/request-priority')
    expect(set?.kind === 'expanded' && set.codes.get('http://hl7.org/fhir/request-priority')?.get('asap')).toBe('ASAP')
  })

  it('expands an is-a filter over the hierarchy of a v3 system', () => {
    const encounters = codesOf('http://terminology.hl7.org/ValueSet/v3-ActEncounterCode')
    const encounterClasses = encounters['http://terminology.hl7.org/CodeSystem/v3-ActCode']
    expect(encounterClasses).toEqual(expect.arrayContaining(['AMB', 'HH', 'EMER', 'IMP', 'ACUTE']))
    expect(encounterClasses).not.toContain('ALC')
  })

  it('takes the published expansion of systems that are not held here', () => {
    expect(codesOf('http://hl7.org/fhir/ValueSet/currencies')['urn:iso:std:iso:4217']).toContain('GBP')
  })

  it('recognises language tags and media types by their form', () => {
    expect(definitions.valueSet('http://hl7.org/fhir/ValueSet/all-languages'))
      .toMatchObject({ kind: 'by-form', systems: ['urn:ietf:bcp:47'] })
    for (const url of ['http://hl7.org/fhir/ValueSet/mimetypes', 'http://www.rfc-editor.org/bcp/bcp13.txt']) {
      expect(definitions.valueSet(url)).toMatchObject({ kind: 'by-form', systems: ['urn:ietf:bcp:13'] })
    }
  })

  it.each([
    ['http://hl7.org/fhir/ValueSet/condition-code', 'http://snomed.info/sct'],
    ['http://hl7.org/fhir/ValueSet/observation-codes', 'http://loinc.org'],
    ['http://hl7.org/fhir/ValueSet/ucum-units', 'http://unitsofmeasure.org'],
    ['http://hl7.org/fhir/ValueSet/allergyintolerance-code', 'http://hl7.org/fhir/ValueSet/substance-code'],
  ])('does not claim to know %s, which depends on %s', (url, reason) => {
    const set = definitions.valueSet(url)
    expect(set?.kind).toBe('unknown')
    expect(set?.kind === 'unknown' && set.reason).toContain(reason)
  })

  it('computes what HL7 published, set by set', () => {
    const published = readPackage(EXPANSIONS_FOLDER, 'ValueSet')
      .filter(({ compose }) => compose?.include.every(({ system, filter }) => !filter && system?.startsWith('http://hl7.org/fhir/')))
    expect(published.length).toBeGreaterThan(200)
    for (const { url, expansion } of published) {
      const expected = (expansion?.contains ?? []).map(({ system, code }) => `${system}|${code}`).sort()
      const ours = Object.entries(codesOf(url ?? '')).flatMap(([system, codes]) => codes.map(code => `${system}|${code}`)).sort()
      expect([url, ours]).toEqual([url, expected])
    }
  })
})

describe('code systems', () => {
  it('has codes with displays', () => {
    const system = definitions.codeSystem('http://hl7.org/fhir/task-status')
    expect(system).toMatchObject({ content: 'complete', caseSensitive: true })
    expect(system?.codes.get('in-progress')).toBe('In Progress')
    expect(definitions.codeSystem('http://hl7.org/fhir/no-such-system')).toBeUndefined()
  })

  it('has the hierarchy, from nesting and from parent properties', () => {
    const acts = definitions.codeSystem('http://terminology.hl7.org/CodeSystem/v3-ActCode')
    expect(acts?.parents?.get('ACUTE')).toContain('IMP')
    expect(definitions.codeSystem('http://hl7.org/fhir/administrative-gender')?.parents).toBeUndefined()
  })

  it('says which codes only group others', () => {
    expect(definitions.codeSystem('http://hl7.org/fhir/item-type')?.notSelectable).toEqual(new Set(['question']))
    expect(codesOf('http://hl7.org/fhir/ValueSet/item-type')['http://hl7.org/fhir/item-type']).not.toContain('question')
  })
})
