/**
 * From the text of a query to a store's answer: questions made from what R4's examples say, asked of the stored examples,
 * and each judged in memory as well. The two must find the same resources.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { Resource } from '../../src/fhir/resource.ts'
import type { IndexEntry } from '../../src/search/entries.ts'
import { matchesCondition } from '../../src/search/match.ts'
import { escaped } from '../../src/search/parse/escape.ts'
import { stores, START, type Opened } from '../contract/stores.ts'
import { found, put, write } from '../contract/write.ts'
import { extracted, where } from './ask.ts'

const FOLDER = new URL('../../node_modules/hl7.fhir.r4.examples/', import.meta.url)
const TYPES = ['Patient', 'Observation', 'Task', 'ServiceRequest', 'Location', 'Encounter', 'Condition', 'RiskAssessment', 'MolecularSequence', 'PlanDefinition']
/** Of some 7,000 questions that the examples allow; each run asks the same. */
const ASKED = 400

const PREFIXES = ['', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb']
const day = (at: number): string => new Date(Math.min(4e12, Math.max(-4e12, at))).toISOString().slice(0, 10)

/** Criteria that ask for an entry in every way its kind allows, without the parameter's name. */
const criteria = (entry: IndexEntry): readonly string[] => {
  switch (entry.kind) {
    case 'token': {
      if (entry.code === '' || entry.param.includes(':')) return []
      const [system, code] = [escaped(entry.system), escaped(entry.code)]
      return [`=${code}`, `=${system}|${code}`, `=x,${code}`, `:not=${code}`, ':missing=true']
    }
    case 'text': return [`:text=${escaped(entry.text.slice(0, 5))}`]
    case 'string': return entry.param === 'phonetic' ? [`=${entry.exact}`] : [`=${escaped(entry.folded.slice(0, 3))}`, `:exact=${escaped(entry.exact)}`, `:contains=${escaped(entry.folded.slice(1, 4).trim())}`]
    case 'date': return PREFIXES.flatMap(prefix => [`=${prefix}${day(entry.low)}`, `=${prefix}${day(entry.high).slice(0, 4)}`])
    case 'number': return PREFIXES.map(prefix => `=${prefix}${entry.value}`)
    case 'quantity': return PREFIXES.map(prefix => `=${prefix}${entry.value}|${escaped(entry.system)}|${escaped(entry.code)}`)
    case 'reference': return [`=${entry.type}/${entry.id}`, `=${entry.id}`, `:${entry.type}=${entry.id}`, `:not=${entry.id}`]
    case 'url': return entry.url.includes(':') ? [`=${escaped(entry.url)}`] : []
    case 'reference-identifier': return [`:identifier=${escaped(entry.system)}|${escaped(entry.code)}`]
    case 'uri': return [`=${escaped(entry.uri)}`, `:below=${escaped(entry.uri.split('/').slice(0, 3).join('/'))}`]
    case 'words': return [`=${entry.words.slice(0, 2).join(' ')}`]
    case 'position': return [`=${entry.latitude}|${entry.longitude}|50`]
    case 'composite': {
      const parts = entry.parts.map(part => (part.kind === 'token' ? escaped(part.code) : 'value' in part ? String(part.value) : ''))
      return parts.includes('') ? [] : [`=${parts.join('$')}`]
    }
  }
}

const present = existsSync(FOLDER)
const examples = !present ? [] : readdirSync(FOLDER).filter(file => TYPES.includes(file.split('-')[0]!)).sort()
  .map(file => JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Resource & { id: string })
  .filter(({ resourceType, id }) => TYPES.includes(resourceType) && typeof id === 'string')
  .map(resource => ({ type: resource.resourceType, id: resource.id, index: extracted(resource) }))

const questions = [...new Set(examples.flatMap(({ type, index }) => index.entries.flatMap(entry =>
  criteria(entry).filter(criterion => /=(?:..)?[^\s]/.test(criterion)).map(criterion => `${type}?${entry.param}${criterion}`))))].sort()
/** What no single entry suggests. */
const FURTHER = [
  'Observation?_content=(blood or serum) and pressure',
  'Patient?_filter=family ew "ers"', 'Patient?_filter=given eq "peter" or given sw "h"', 'Patient?_filter=name co "an" and not (gender eq male)', 'Patient?_filter=gender ne male',
  'Observation?_filter=date po 2012 and status eq final', 'Observation?_filter=code in http://hl7.org/fhir/ValueSet/observation-vitalsignresult', 'Patient?phonetic=piter',
  'Observation?value-quantity=gt1|http://unitsofmeasure.org|g/L', 'Observation?value-quantity=ge5000|http://unitsofmeasure.org|[lb_av]', 'Observation?value-quantity=185|http://unitsofmeasure.org|[lb_av]',
  'Patient?_id:missing=false', 'Patient?_lastUpdated:missing=true', 'PlanDefinition?depends-on:below=http://x.example/nothing', 'Patient?_filter=_id eq example and _lastUpdated ge 2026',
]
const asked = [...questions.filter((_question, index) => index % Math.ceil(questions.length / ASKED) === 0), ...FURTHER]

const TITLE = '%s: R4 examples (skipped where the package hl7.fhir.r4.examples is not installed)'
;(present ? describe.each(stores) : describe.skip.each(stores))(TITLE, (_name, open) => {
  let opened: Opened
  beforeAll(async () => {
    opened = await open()
    await write(opened.store, ...examples.map(({ type, id, index }) => put(type, id, index)))
  })
  afterAll(() => opened.dispose())

  it('are found by the same questions as in memory', async () => {
    const differing: string[] = []
    let matches = 0
    for (const question of asked) {
      const condition = where(question)
      const type = question.slice(0, question.indexOf('?'))
      const inMemory = examples.filter(example => example.type === type
        && matchesCondition(condition, { type, id: example.id, lastUpdated: START }, example.index)).map(({ id }) => id).sort()
      const inStore = await found(opened.store, type, condition, { count: 1_000 })
      if (inStore.join(' ') !== inMemory.join(' ')) differing.push(question)
      matches += inStore.length
    }
    expect(differing).toEqual([])
    expect(asked.length).toBeGreaterThan(250)
    expect(matches).toBeGreaterThan(1_000)
  })
})
