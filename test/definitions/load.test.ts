/** What the compiled definitions answer: R4's types, search parameters, compartments and operations, and our profiles. */
import { evaluate, parse } from 'fhirpath'
import { loadDefinitions } from '../../src/definitions/load.ts'

const definitions = loadDefinitions()
const element = (type: string, path: string) => definitions.type(type)?.elements.find(candidate => candidate.id === path)

describe('types', () => {
  it('knows all 146 resource types of R4, and only those that have instances', () => {
    expect(definitions.resourceTypes.size).toBe(146)
    for (const type of ['Patient', 'Task', 'ServiceRequest', 'Parameters', 'SubstanceProtein']) {
      expect(definitions.resourceTypes).toContain(type)
    }
    for (const type of ['Resource', 'DomainResource', 'HumanName', 'patient', 'Citation']) {
      expect(definitions.resourceTypes).not.toContain(type)
    }
  })

  it('has a base definition with elements for each resource type', () => {
    for (const type of definitions.resourceTypes) {
      const base = definitions.type(type)
      expect(base).toMatchObject({ type, kind: 'resource', derivation: 'specialization', abstract: false })
      expect(base?.elements[0]?.id).toBe(type)
    }
  })

  it('keeps what constrains an element', () => {
    expect(element('Patient', 'Patient.gender')).toMatchObject({
      min: 0, max: 1, types: [{ code: 'code' }],
      binding: { strength: 'required', valueSet: 'http://hl7.org/fhir/ValueSet/administrative-gender' },
    })
    expect(element('Patient', 'Patient.name')).toMatchObject({ min: 0, max: Infinity, types: [{ code: 'HumanName' }] })
    expect(element('Task', 'Task.status')?.isModifier).toBe(true)
    expect(element('Patient', 'Patient.contact')?.constraints?.map(({ key }) => key)).toContain('pat-1')
    expect(element('ServiceRequest', 'ServiceRequest.subject')?.types?.[0]?.targetProfiles)
      .toContain('http://hl7.org/fhir/StructureDefinition/Patient')
    expect(element('Questionnaire', 'Questionnaire.item.item')?.contentReference).toBe('Questionnaire.item')
    expect(element('Patient', 'Patient.communication.language')?.binding).toEqual({
      strength: 'preferred', valueSet: 'http://hl7.org/fhir/ValueSet/languages',
      maxValueSet: 'http://hl7.org/fhir/ValueSet/all-languages',
    })
  })

  it('knows data types and primitives by name', () => {
    expect(definitions.type('HumanName')?.kind).toBe('complex-type')
    expect(definitions.type('positiveInt')?.kind).toBe('primitive-type')
    expect(definitions.type('Extension')?.elements.find(({ id }) => id === 'Extension.value[x]')?.types).toHaveLength(50)
    expect(definitions.type('Humanname')).toBeUndefined()
  })
})

describe('structures by canonical', () => {
  const patient = 'http://hl7.org/fhir/StructureDefinition/Patient'

  it('finds one with and without its version, and not with another version', () => {
    expect(definitions.structure(patient)?.name).toBe('Patient')
    expect(definitions.structure(`${patient}|4.0.1`)?.name).toBe('Patient')
    expect(definitions.structure(`${patient}|4.3.0`)).toBeUndefined()
    expect(definitions.structure('http://hl7.org/fhir/StructureDefinition/Patients')).toBeUndefined()
  })

  it('says where an extension may stand', () => {
    expect(definitions.structure('http://hl7.org/fhir/StructureDefinition/patient-birthPlace')?.context)
      .toEqual([{ type: 'element', expression: 'Patient' }])
  })

  it('answers a restated UK Core profile to the version it restates', () => {
    const restated = definitions.structure('https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient')
    const official = restated?.version?.replace(/-hub\.\d+$/, '')
    expect(restated?.version).not.toBe(official)
    expect(definitions.structure(`${restated?.url}|${official}`)).toBe(restated)
    expect(definitions.structure(`${restated?.url}|0.0.1`)).toBeUndefined()
  })

  it('serves the profiles of this project with whole snapshots', () => {
    const profiles = definitions.canonicals('StructureDefinition').filter(url => !url.startsWith('http://hl7.org/fhir/'))
    expect(profiles.length).toBeGreaterThan(20)
    for (const url of profiles) {
      const profile = definitions.structure(url)
      const base = definitions.type(profile?.type ?? '')
      const ids = new Set(profile?.elements.map(({ id }) => id))
      expect([...base?.elements ?? []].filter(({ id }) => !ids.has(id)).map(({ id }) => id)).toEqual([])
    }
  })
})

describe('default profiles', () => {
  it('is the UK Core profile named after the type', () => {
    expect(definitions.defaultProfile('Patient')).toBe('https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient')
    expect(definitions.defaultProfile('ServiceRequest')).toBe('https://fhir.hl7.org.uk/StructureDefinition/UKCore-ServiceRequest')
  })

  it('is none where UK Core has no such profile', () => {
    expect(definitions.defaultProfile('AuditEvent')).toBeUndefined()
    expect(definitions.defaultProfile('Nothing')).toBeUndefined()
  })

  it('constrains the type it is the default of', () => {
    const withDefault = [...definitions.resourceTypes].filter(type => definitions.defaultProfile(type) !== undefined)
    expect(withDefault.length).toBeGreaterThan(10)
    expect(withDefault.map(type => definitions.structure(definitions.defaultProfile(type) ?? '')?.type)).toEqual(withDefault)
  })
})

describe('search parameters', () => {
  it('joins those of the type, of Resource and of DomainResource', () => {
    const task = definitions.searchParameters('Task')
    for (const code of ['owner', 'status', 'group-identifier', '_id', '_lastUpdated', '_text']) expect(task.has(code)).toBe(true)
    expect(task.get('owner')).toMatchObject({ type: 'reference', expression: 'Task.owner', base: ['Task'] })
    expect(task.get('owner')?.targets).toContain('Organization')
    expect(definitions.searchParameters('Bundle').has('_text')).toBe(false)
    expect(definitions.searchParameters('Nothing').size).toBe(0)
  })

  it('gives a parameter shared by types the expression it has', () => {
    expect(definitions.searchParameters('RelatedPerson').get('phonetic')?.base).toContain('Patient')
  })

  it('knows the parts of composites, and each part is a parameter', () => {
    const known = new Set(definitions.canonicals('SearchParameter'))
    for (const type of definitions.resourceTypes) {
      for (const parameter of definitions.searchParameters(type).values()) {
        expect(parameter.type === 'composite').toBe(parameter.components !== undefined)
        for (const { definition } of parameter.components ?? []) expect(known).toContain(definition)
      }
    }
  })

  it('has a FHIRPath expression that compiles for all but the four that ask for text, content or a filter', () => {
    const without = new Set<string>()
    for (const type of definitions.resourceTypes) {
      for (const { code, expression } of definitions.searchParameters(type).values()) {
        if (expression === undefined) without.add(code)
        else expect(() => parse(expression)).not.toThrow()
      }
    }
    expect([...without].sort()).toEqual(['_content', '_filter', '_query', '_text'])
    const family = definitions.searchParameters('Patient').get('family')?.expression ?? ''
    expect(evaluate({ resourceType: 'Patient', name: [{ family: 'Ashworth' }] }, family)).toEqual(['Ashworth'])
  })
})

describe('compartments', () => {
  it('names the parameters through which a type is in it', () => {
    expect(definitions.compartment('Patient', 'Condition')).toEqual(['patient', 'asserter'])
    expect(definitions.compartment('Patient', 'ServiceRequest')).toEqual(['subject', 'performer'])
    expect(definitions.compartment('Encounter', 'Observation')).toEqual(['encounter'])
  })

  it('holds the resource whose compartment it is', () => {
    expect(definitions.compartment('Encounter', 'Encounter')).toEqual(['_id'])
    expect(definitions.compartment('Patient', 'Patient')).toEqual(['_id', 'link'])
  })

  it('is empty where a type is not in it', () => {
    expect(definitions.compartment('Patient', 'Location')).toEqual([])
    expect(definitions.compartment('Location', 'Patient')).toEqual([])
    expect(definitions.compartment('constructor', 'name')).toEqual([])
  })

  it.each(['Patient', 'Encounter', 'RelatedPerson', 'Practitioner', 'Device'])('%s goes by parameters that exist', compartment => {
    let members = 0
    for (const type of definitions.resourceTypes) {
      for (const code of definitions.compartment(compartment, type)) {
        members++
        expect([code, definitions.searchParameters(type).has(code)]).toEqual([code, true])
      }
    }
    expect(members).toBeGreaterThan(20)
  })
})

describe('operations', () => {
  it('finds one by code, and by code and type where several share the code', () => {
    expect(definitions.operation('validate')).toMatchObject({ type: true, instance: true, system: false, resource: ['Resource'] })
    expect(definitions.operation('everything', 'Encounter')?.resource).toEqual(['Encounter'])
    expect(definitions.operation('everything', 'Patient')?.resource).toEqual(['Patient'])
    expect(definitions.operation('validate', 'Task')?.code).toBe('validate')
    expect(definitions.operation('everything', 'Task')).toBeUndefined()
    expect(definitions.operation('nothing')).toBeUndefined()
  })
})

it('says how to make the artefact where there is none', () => {
  expect(() => loadDefinitions('/nowhere')).toThrow('node scripts/definitions.ts')
})
