/**
 * The codes and words that the hub writes, and the codes that rule packs decide by, are those its code systems publish.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { byUrl, definitionOf } from './restated.ts'
import { hubCodeSystem, hubProfile } from '../../src/fhir/resource.ts'
import { BUSINESS_STATUS_DISPLAY, kindConcept, type TaskKind } from '../../src/referral/codes.ts'
import { reasonLists } from '../../src/referral/reasons.ts'
import { transitions } from '../../src/referral/transitions.ts'
import { SETTINGS } from '../../src/triage/facts/setting.ts'
import type { RulePack } from '../../src/triage/pack.ts'

/** Displays of a published code system by code. */
const published = (system: string): Record<string, string> =>
  Object.fromEntries((definitionOf(system).concept as { code: string; display: string }[]).map(({ code, display }) => [code, display]))

const SRC = join(import.meta.dirname, '../../src')

describe('canonicals that src/ names', () => {
  const source = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'))
    .map(name => readFileSync(join(SRC, name), 'utf8')).join('\n')

  it.each([
    ['hubCodeSystem', hubCodeSystem],
    ['hubProfile', hubProfile],
  ])('by %s are defined', (name, canonical) => {
    const ids = [...source.matchAll(new RegExp(`${name}\\('([a-z-]+)'\\)`, 'g'))].map(match => match[1] as string)
    expect(ids.length).toBeGreaterThan(3)
    expect(ids.filter(id => !byUrl.has(canonical(id)))).toEqual([])
  })
})

it('settings', () => {
  expect(Object.keys(published(hubCodeSystem('setting')))).toEqual(SETTINGS)
})

it('business states', () => {
  expect(published(hubCodeSystem('business-status'))).toMatchObject(BUSINESS_STATUS_DISPLAY)
})

it('actions of the transition table', () => {
  expect(Object.keys(published(hubCodeSystem('action')))).toEqual(expect.arrayContaining(transitions.map(({ action }) => action)))
})

it.each<TaskKind>(['coordinate', 'triage', 'fix-data'])('the Task code %s', kind => {
  expect(kindConcept(kind).coding).toEqual([
    { system: hubCodeSystem('task-code'), code: kind, display: published(hubCodeSystem('task-code'))[kind] }])
})

it.each(Object.entries(reasonLists))('reasons for %s', (_name, { system, codes }) => {
  expect(published(system)).toEqual(codes)
})

it('codes of the error catalogue', () => {
  const catalogue = readFileSync(join(SRC, 'fhir/outcomes.ts'), 'utf8')
  const codes = [...catalogue.matchAll(/status: \d+, type: '[a-z-]+', code: '([a-z0-9-]+)'/g)].map(match => match[1] as string)
  expect(codes.length).toBeGreaterThan(20)
  // What is reported is an entry of src/fhir/outcomes.ts that profiles/hub/codesystems/operation-outcome.json lacks.
  expect(codes.filter(code => !(code in published(hubCodeSystem('operation-outcome'))))).toEqual([])
})

interface Concept { readonly code: string; readonly property: readonly { code: string; valueString?: string; valueBoolean?: boolean; valueCoding?: { code: string } }[] }
const conceptOf = (system: string, code: string): Concept | undefined =>
  (definitionOf(hubCodeSystem(system)).concept as Concept[]).find(concept => concept.code === code)

/** Every value of these properties, at any depth. */
const valuesOf = (value: unknown, names: readonly string[]): string[] => typeof value !== 'object' || value === null ? []
  : Object.entries(value).flatMap(([name, inner]) => names.includes(name) ? [inner].flat() as string[] : valuesOf(inner, names))

const LOCALITIES = join(import.meta.dirname, '../../localities')
const packs = readdirSync(LOCALITIES, { withFileTypes: true }).filter(entry => entry.isDirectory()).map(({ name: locality }) => ({
  locality, pack: JSON.parse(readFileSync(join(LOCALITIES, locality, 'pack.json'), 'utf8')) as RulePack }))

describe.each(packs)('the rule pack of $locality', ({ pack }) => {
  it.each([
    ['need', pack.needs],
    ['red-flag', pack.redFlags],
    ['soft-flag', pack.softFlags],
    ['referrer-kind', pack.referrers],
    ['service', pack.services],
  ])('uses codes of %s', (system, entries) => {
    expect(entries.map(({ code }) => code).filter(code => !(code in published(hubCodeSystem(system))))).toEqual([])
  })

  it('marks with codes of triage-flag', () => {
    const flags = valuesOf([pack.rules, pack.needs], ['flags', 'mark', 'whenNoneFits'])
    expect(flags.length).toBeGreaterThan(10)
    expect(flags.filter(flag => !(flag in published(hubCodeSystem('triage-flag'))))).toEqual([])
  })

  it('reads SNOMED CT reasons, and health from social needs, as the code system does', () => {
    for (const { code, class: kind, snomed } of pack.needs) {
      const properties = conceptOf('need', code)?.property ?? []
      expect({ code, kind, snomed: snomed ?? [] }).toEqual({
        code,
        kind: properties.find(property => property.code === 'class')?.valueString,
        snomed: properties.flatMap(({ valueCoding }) => valueCoding?.code ?? []),
      })
    }
  })

  it('lets an advance plan cover the red flags that the code system does', () => {
    for (const { code, coveredByPlan } of pack.redFlags) {
      expect({ code, beyond: !coveredByPlan }).toEqual({ code, beyond: conceptOf('red-flag', code)?.property[0]?.valueBoolean })
    }
  })
})
