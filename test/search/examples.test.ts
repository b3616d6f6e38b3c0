/**
 * R4's own example resources: every one is extracted by every parameter of its type without an exception, and what our
 * own walk finds is what fhirpath.js finds.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type * as FhirPath from 'fhirpath'
import type { Resource } from '../../src/fhir/resource.ts'
import { indexedParameters } from '../../src/search/parameters.ts'
import { compileRoutes } from '../../src/search/route.ts'
import { targetType, walk } from '../../src/search/walk.ts'
import { definitions, extracted } from './ask.ts'

const require = createRequire(import.meta.url)
const { compile } = require('fhirpath') as typeof FhirPath
const model = require('fhirpath/fhir-context/r4') as Parameters<typeof compile>[1]
const FOLDER = new URL('../../node_modules/hl7.fhir.r4.examples/', import.meta.url)
/** Examples of one type that are read, the smallest first: enough to meet every shape, little enough for each test run. */
const PER_TYPE = 4
const LARGEST = 60_000

const examples = (): readonly Resource[] => {
  const byType = new Map<string, string[]>()
  for (const file of readdirSync(FOLDER).filter(name => name.endsWith('.json')).sort()) {
    const type = file.split('-')[0]!
    if (definitions.resourceTypes.has(type)) byType.set(type, [...byType.get(type) ?? [], file])
  }
  return [...byType.values()].flatMap(files => files.filter((_file, index) => index % Math.max(1, Math.floor(files.length / PER_TYPE)) === 0).slice(0, PER_TYPE))
    .map(file => readFileSync(new URL(file, FOLDER), 'utf8')).filter(text => text.length < LARGEST)
    .map(text => JSON.parse(text) as Resource)
}

/** `resolve() is T` by our own rule: the engine could only ask a server. */
const engine = (expression: string) => {
  let subject: Resource
  const resolvesTo = (found: unknown[], type: string): boolean[] => found.map(value => targetType(value, subject) === type)
  const evaluate = compile(
    expression.replace(/resolve\(\) is (\w+)/g, 'resolvesTo(\'$1\')').replace(/hasExtension\('([^']*)'\)/g, 'extension(\'$1\').exists()'),
    model, { async: false, userInvocationTable: { resolvesTo: { fn: resolvesTo, arity: { 1: ['String'] } } } },
  )
  return (resource: Resource): unknown[] => evaluate(subject = resource)
}

const text = (values: readonly unknown[]): readonly string[] => [...new Set(values.map(value => JSON.stringify(value)))].sort()

const present = existsSync(FOLDER)
const resources = present ? examples() : []

;(present ? describe : describe.skip)('R4 examples (skipped where the package hl7.fhir.r4.examples is not installed)', () => {
  it('of nearly every type are there', () => {
    expect(new Set(resources.map(({ resourceType }) => resourceType)).size).toBeGreaterThan(120)
  })

  it('are extracted by every parameter, into sound entries', () => {
    const unsound = resources.flatMap(resource => extracted(resource).entries.filter(entry =>
      ('low' in entry && !(entry.low <= entry.high)) || (entry.kind === 'composite' && entry.parts.length < 2)))
    expect(unsound).toEqual([])
  })

  it('yield under each expression the same values as fhirpath.js finds', () => {
    const engines = new Map<string, (resource: Resource) => unknown[]>()
    const differing: string[] = []
    let compared = 0
    for (const resource of resources) {
      for (const parameter of indexedParameters(definitions, resource.resourceType).values()) {
        const routes = compileRoutes(definitions, resource.resourceType, parameter.expression ?? '')
        if (routes === undefined || routes.length === 0) continue
        // The engine wants one item before `as`, where R4's expressions mean each: `ofType` is what they mean.
        const concerns = (branch: string): boolean =>
          branch.includes(resource.resourceType) || !/^\s*\(?[A-Z]/.test(branch) || branch.includes('Resource')
        const expression = parameter.expression!.split('|').filter(concerns)
          .join('|').replace(/\(([\w.]+) as (\w+)\)/g, '$1.ofType($2)').replace(/([\w.]+) as (\w+)/g, '$1.ofType($2)').replace(/\.as\((\w+)\)/g, '.ofType($1)')
        if (!engines.has(expression)) engines.set(expression, engine(expression))
        const found: unknown[] = []
        for (const { steps } of routes) walk(resource, steps, resource, value => found.push(value))
        const expected = text(engines.get(expression)!(resource))
        compared += expected.length
        if (JSON.stringify(text(found)) !== JSON.stringify(expected)) differing.push(`${resource.resourceType}/${resource.id} ${parameter.code}: ${expression}`)
      }
    }
    expect(differing).toEqual([])
    expect(compared).toBeGreaterThan(2_000)
  })
})
