/**
 * The codes and words that the hub writes are those that its code systems publish.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { byUrl } from './restated.ts'
import { hubCodeSystem, hubProfile } from '../../src/fhir/resource.ts'
import { BUSINESS_STATUS_DISPLAY, kindConcept, type TaskKind } from '../../src/referral/codes.ts'
import { reasonLists } from '../../src/referral/reasons.ts'
import { transitions } from '../../src/referral/transitions.ts'
import { SETTINGS } from '../../src/triage/facts/setting.ts'

/** Displays of a published code system by code. */
const published = (system: string): Record<string, string> =>
  Object.fromEntries((byUrl.get(system)?.concept as { code: string; display: string }[]).map(({ code, display }) => [code, display]))

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
