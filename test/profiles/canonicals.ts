/**
 * What the definitions in `profiles/` refer to, and where it may come from: `profiles/` itself, base R4 as the npm
 * package `hl7.fhir.r4.examples` holds it, or the list of what nobody can supply offline.
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createRequire } from 'node:module'
import type { Definition } from './restated.ts'

type Json = Record<string, unknown>
const list = (value: unknown): Json[] => (value ?? []) as Json[]
const strings = (value: unknown): string[] => (value ?? []) as string[]

const CORE = dirname(createRequire(import.meta.url).resolve('hl7.fhir.r4.examples/package.json'))

/** Canonicals that resolve nowhere, each with the reason; a definition may name them, a check must say "not checked". */
export const KNOWN_MISSING: ReadonlyMap<string, string> = new Map([
  ['http://snomed.info/sct', 'SNOMED CT is licensed and needs a terminology server'],
  ['http://hl7.org/fhir/ValueSet/observation-triggeredbytype', 'a value set of R5, bound by an extension that carries R5 content in R4'],
  ['http://hl7.org/fhir/ValueSet/patient-fetalstatus', 'a value set of R6, bound by an extension that carries R6 content in R4'],
  ['https://fhir.hl7.org.uk/ValueSet/UKCore-BloodPressureDeviceType', 'UK Core binds it and has published it in no line'],
])

function structureReferences(definition: Definition): string[] {
  const elements = list((definition.differential as Json).element)
  return [
    definition.baseDefinition as string,
    ...elements.flatMap(element => list(element.type).flatMap(type => [...strings(type.profile), ...strings(type.targetProfile)])),
    ...elements.map(element => (element.binding as Json | undefined)?.valueSet as string | undefined).filter(url => url !== undefined),
  ]
}

const valueSetReferences = ({ compose }: Definition): string[] =>
  ['include', 'exclude'].flatMap(part => list((compose as Json)[part])).flatMap(set => [
    ...(set.system === undefined ? [] : [set.system as string]), ...strings(set.valueSet)])

/** Canonicals (without version) that a definition needs in order to be checked against. */
export function references(definition: Definition): string[] {
  const found = {
    StructureDefinition: structureReferences,
    ValueSet: valueSetReferences,
    CodeSystem: ({ valueSet, supplements }: Definition) => [valueSet, supplements].filter(url => url !== undefined) as string[],
  }[definition.resourceType](definition)
  return found.map(url => url.split('|')[0] as string)
}

/** Whether base R4 defines the canonical. */
export function inBaseR4(url: string): boolean {
  const id = url.slice(url.lastIndexOf('/') + 1)
  return ['StructureDefinition', 'ValueSet', 'CodeSystem']
    .map(type => join(CORE, `${type}-${id}.json`))
    .some(path => existsSync(path) && (JSON.parse(readFileSync(path, 'utf8')) as { url: string }).url === url)
}
