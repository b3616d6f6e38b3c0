/** https://hl7.org/fhir/R4/search.html#uri, #composite and #special */
import { LOINC, UCUM } from '../observations.ts'
import { ask, type Case } from './case.ts'

const sets = (query: string, finds: string, why?: string): Case => ask(`ValueSet?${query}`, finds, why)

export const uriCases: readonly Case[] = [
  sets('url=http://x.example/vs', 'root', 'the whole of it'),
  sets('url=http://X.example/vs', '', 'case counts'),
  sets('url=http://x.example/vs/', '', 'to the last character'),
  sets('url=http://x.example/vs,urn:oid:1.2.3.4', 'root urn'),
  sets('url:below=http://x.example/vs', 'root leaf deep', ':below by segments of the path'),
  sets('url:below=http://x.example/vs/', 'leaf deep'),
  sets('url:above=http://x.example/vs/leaf/deep', 'root leaf deep'),
  sets('url:below=urn:oid:1.2.3.4&name:missing=true', 'urn', 'urns have no hierarchy'),
  ask('Patient?_source=urn:x:gp', 'ann'),
]

export const compositeCases: readonly Case[] = [
  ask(`Observation?component-code-value-quantity=${LOINC}|8480-6$gt140`, 'pressure-high', 'code and value of one component'),
  ask(`Observation?component-code-value-quantity=${LOINC}|8462-4$gt140`, 'pressure-odd'),
  ask(`Observation?component-code-value-quantity=8480-6$150|${UCUM}|mm[Hg]`, 'pressure-high'),
  ask(`Observation?component-code-value-quantity=8480-6$gt140,8462-4$gt140`, 'pressure-high pressure-odd'),
  ask(`Observation?component-code-value-quantity=8480-6$gt140&component-code-value-quantity=8462-4$lt100`, 'pressure-high'),
  ask('Observation?code-value-quantity=8867-4$gt70', 'pulse'),
  ask('Observation?code-value-quantity=8867-4$gt80', ''),
  ask('Observation?code-value-string=8867-4$graz', 'letters'),
]
