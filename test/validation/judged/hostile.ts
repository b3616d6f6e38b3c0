/** Documents made to hurt: large, deep, circular, full of faults. None may throw, none may hold everyone up. */
import { check, errorsOf, patient, UKCORE } from '../setup.ts'
import { table, type Judgement, type JudgedSet } from './set.ts'

/** "No stall": the CPU that one document may take. */
export const MOST_SECONDS = 1

const many = <T>(count: number, value: (i: number) => T): readonly T[] => Array.from({ length: count }, (_, i) => value(i))
const ofPatient = (members: object): object => ({ resourceType: 'Patient', ...members })

const nested = (levels: number, wrap: (inner: object) => object, innermost: object): object => {
  let value = innermost
  for (let i = 0; i < levels; i++) value = wrap(value)
  return value
}

const circular = (): object => {
  const parameter: { name: string; resource?: object } = { name: 'x' }
  const loop = { resourceType: 'Parameters', parameter: [parameter] }
  parameter.resource = loop
  return loop
}

const NHS_NUMBER = { system: 'https://fhir.nhs.uk/Id/nhs-number', value: '9000000009' }
const FIVE_MEGABYTES = 5_000_000

/** By name; made on demand. */
const hostile: readonly (readonly [name: string, make: () => object])[] = [
  ['a Bundle of a thousand good entries', () => ({ resourceType: 'Bundle', type: 'collection', entry: many(1000, () => ({ resource: patient })) })],
  ['a hundred thousand unknown elements', () => ofPatient({ name: many(100_000, () => ({ famliy: 'x' })) })],
  ['a hundred thousand wrong codes', () => ofPatient({ name: many(100_000, () => ({ use: 'offical' })) })],
  ['forty thousand codes outside an extensible value set', () => ofPatient({ contact: many(40_000, () =>
    ({ name: { text: 'x' }, relationship: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0131', code: 'QQ' }] }] })) })],
  ['twenty thousand unknown extensions', () => ofPatient({ extension: many(20_000, i => ({ url: `https://example.org/extension/${i}`, valueBoolean: true })) })],
  ['ten thousand extensions that are nearly known', () => ofPatient({
    extension: many(10_000, i => ({ url: `https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-X${i}`, valueBoolean: true })) })],
  ['ten thousand profiles that are nearly known', () => ofPatient({
    meta: { profile: many(10_000, i => `https://fhir.hl7.org.uk/StructureDefinition/UKCore-X${i}`) } })],
  ['five thousand contained resources, each referring to the next', () => ofPatient({ managingOrganization: { reference: '#o0' },
    contained: many(5_000, i => ({ resourceType: 'Organization', id: `o${i}`, name: 'x', partOf: { reference: `#o${(i + 1) % 5_000}` } })) })],
  ['five thousand contained resources that nothing refers to', () => ofPatient({ contained: many(5_000, i => ({ resourceType: 'Organization', id: `o${i}`, name: 'x' })) })],
  ['a document of two thousand entries', () => ({ resourceType: 'Bundle', type: 'document', entry: [
    { fullUrl: 'https://example.org/Composition/1', resource: { resourceType: 'Composition', id: '1', section: [{ entry: many(2_000, i => ({ reference: `Patient/${i}` })) }] } },
    ...many(2_000, i => ({ fullUrl: `https://example.org/Patient/${i}`, resource: { resourceType: 'Patient', id: `${i}` } })),
  ] })],
  ['a Bundle of five thousand entries that refer to each other in a circle', () => ({ resourceType: 'Bundle', type: 'collection', entry: many(5_000, i =>
    ({ fullUrl: `https://example.org/Organization/${i}`, resource: { resourceType: 'Organization', id: `${i}`, name: 'x', partOf: { reference: `Organization/${(i + 1) % 5_000}` } } })) })],
  ['thirty thousand times the same fullUrl', () => ({ resourceType: 'Bundle', type: 'collection', entry: many(30_000, () =>
    ({ fullUrl: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520', resource: { resourceType: 'Basic', code: { text: 'x' } } })) })],
  ['a CodeSystem of twenty thousand codes', () => ({ resourceType: 'CodeSystem', status: 'draft', content: 'complete', concept: many(20_000, i => ({ code: `c${i}` })) })],
  ['a Questionnaire of ten thousand items with conditions', () => ({ resourceType: 'Questionnaire', status: 'draft',
    item: many(10_000, i => ({ linkId: `${i}`, type: 'string', text: 'x', enableWhen: [{ question: '0', operator: '=', answerString: 'y' }] })) })],
  ['twenty thousand identifiers to slice', () => ofPatient({ identifier: many(20_000, () => NHS_NUMBER) })],
  ['a narrative of five megabytes', () => ofPatient({ text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${'<p>x</p>'.repeat(FIVE_MEGABYTES / 8)}</div>` } })],
  ['a narrative of half a million open tags', () => ofPatient({ text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${'<p>'.repeat(500_000)}</div>` } })],
  ['five megabytes of base64, with a fault at the end', () => ofPatient({ photo: [{ contentType: 'image/png', data: `${'QUJD'.repeat(FIVE_MEGABYTES / 4)}%` }] })],
  ['a code of a megabyte of blanks', () => ofPatient({ gender: `x${' '.repeat(1_000_000)}` })],
  ['a URI of a megabyte', () => ofPatient({ identifier: [{ system: `https://x/${'a/'.repeat(500_000)} ` }] })],
  ['a date of a megabyte', () => ofPatient({ birthDate: '2026-01-01'.repeat(100_000) })],
  ['an element name of a megabyte', () => ofPatient({ ['x'.repeat(1_000_000)]: 1 })],
  ['groups two thousand deep', () => ({ resourceType: 'Questionnaire', status: 'draft', item: [nested(2_000, item => ({ linkId: '1', type: 'group', item: [item] }), { text: 'x' })] })],
  ['extensions two thousand deep', () => ofPatient({ extension: [nested(2_000, extension => ({ url: 'x', extension: [extension] }), { url: 'x', valueString: 'y' })] })],
  ['Bundles two thousand deep', () => nested(2_000, resource => ({ resourceType: 'Bundle', type: 'collection', entry: [{ resource }] }), patient)],
  ['contained resources two thousand deep', () => nested(2_000, resource => ofPatient({ id: 'x', contained: [resource] }), patient)],
  ['arrays two thousand deep', () => ofPatient({ name: nested(2_000, inner => [inner], []) })],
  ['a resource that holds itself', circular],
]

const judged = (resource: object): { readonly seconds: number; readonly isRefused: boolean } => {
  const start = process.cpuUsage().user
  const issues = check(resource, UKCORE)
  return { seconds: (process.cpuUsage().user - start) / 1e6, isRefused: errorsOf(issues).length > 0 }
}

export const secondsFor = (resource: object): number => judged(resource).seconds

/** @param mostSeconds of CPU that none may exceed */
export const judgeHostile = (mostSeconds: number): Judgement => {
  check(patient, UKCORE)
  const all = hostile.map(([name, make]) => ({ name, ...judged(make()) }))
  return {
    section: table(['document', ''], all.map(({ name, isRefused }) => [name, isRefused ? 'refused' : 'accepted'])),
    problems: all.filter(({ seconds }) => seconds > mostSeconds).map(({ name, seconds }) => `${name} took ${seconds.toFixed(1)} s of CPU`),
    notes: all.map(({ name, seconds }) => `${(1000 * seconds).toFixed(0).padStart(5)} ms  ${name}`),
  }
}

export const hostileDocuments: JudgedSet = { name: 'hostile', missing: undefined, run: () => judgeHostile(MOST_SECONDS) }
