/** Packs as data: what the loader refuses, and where it says the fault is; that the shipped packs, directories and codes agree. */
import { readFileSync } from 'node:fs'
import type { Locality } from '../../src/directory/load.ts'
import { compilePack, openTriage } from '../../src/triage/load.ts'
import type { RulePack } from '../../src/triage/pack.ts'
import { PackRefused } from '../../src/triage/packs/faults.ts'
import { FACT_MEANINGS } from '../../src/triage/situation.ts'
import { directory, localities, triage } from './referral.ts'

const [locality] = localities
if (locality === undefined) throw new Error('no locality is shipped')
type Content = Record<string, unknown> & { rules: Record<string, unknown>[]; needs: Record<string, unknown>[] }

/** The shipped pack with a change, and the place in its text that the faults name. */
const changed = (change: (content: Content) => void): Locality => {
  const content = JSON.parse(locality.pack.text) as Content
  change(content)
  return { ...locality, pack: { ...locality.pack, text: JSON.stringify(content) } }
}

const edited = (from: string | RegExp, to: string): Locality => ({ ...locality, pack: { ...locality.pack, text: locality.pack.text.replace(from, to) } })

const refusal = (given: Locality): PackRefused => {
  try {
    compilePack(given)
  } catch (error) {
    if (error instanceof PackRefused) return error
  }
  throw new Error('the pack was not refused')
}

/** The text at the place of a fault. */
const at = ({ pack: { text } }: Locality, { line, column }: { readonly line: number; readonly column: number }): string =>
  (text.split('\n')[line - 1] ?? '').slice(column - 1)

describe('a pack is refused', () => {
  it.each<[string, (content: Content) => void, string]>([
    ['without a version', content => { delete content['version'] }, 'has no "version"'],
    ['with a rule that cites no sentence', content => { delete content.rules[0]?.['source'] }, '/rules/0: has no "source"'],
    ['with a condition that says nothing', content => { Object.assign(content.rules[0] ?? {}, { failsWhen: { fact: 'age' } }) }, '/rules/0/failsWhen: says too little'],
    ['with a condition that says two things', content => { Object.assign(content.rules[0] ?? {}, { failsWhen: { fact: 'age', below: 5, atLeast: 4 } }) }, '/rules/0/failsWhen: says too much'],
    ['with a fact that does not exist', content => { Object.assign(content.rules[0] ?? {}, { failsWhen: { fact: 'safe-to-wat', is: true } }) }, 'no fact "safe-to-wat"; did you mean "safe-to-wait"?'],
    ['with a number where a fact is yes or no', content => { Object.assign(content.rules[0] ?? {}, { failsWhen: { fact: 'safe-to-wait', is: 3 } }) }, '/rules/0/failsWhen/is: safe-to-wait is true or false, never 3'],
    ['with a limit for a fact that is no number', content => { Object.assign(content.rules[0] ?? {}, { failsWhen: { fact: 'setting', atLeast: 3 } }) }, '/rules/0/failsWhen/atLeast: setting is no number'],
    ['with a value that a fact never has', content => { Object.assign(content.rules[0] ?? {}, { failsWhen: { fact: 'consent', is: 'gven' } }) }, 'no value of the fact consent "gven"; did you mean "given"?'],
    ['with a mark that no line bears', content => { Object.assign(content.rules[0] ?? {}, { failsWhen: { fact: 'line-marks', includes: ['no-transprt'] } }) }, 'did you mean "no-transport"?'],
    ['with a service that it does not have', content => { Object.assign(content.needs[0] ?? {}, { services: [{ code: 'UCR2' }] }) }, '/needs/0/services/0/code: there is no service "UCR2"; did you mean "UCR2H"?'],
    ['with a threshold that it does not have', content => { Object.assign(content.rules[0] ?? {}, { failsWhen: { fact: 'age', below: '$adultAges' } }) }, 'no threshold "adultAges"; did you mean "adultAge"?'],
    ['with the same rule twice', content => { content.rules.push(structuredClone(content.rules[0] ?? {})) }, '"red-flag" stands twice'],
    ['with a question that has no words', content => { Object.assign(content.rules.find(({ id }) => id === 'age-known')?.['then'] ?? {}, { missing: ['horoscope'] }) }, 'horoscope'],
    ['with a district outside its coverage', content => { content['districts'] = ['E07000193'] }, '/districts/0: there is no district of the coverage "E07000193"'],
    ['with a step that does not exist', content => { Object.assign(content.rules[0] ?? {}, { step: '13' }) }, '/rules/0/step: there is no step 13'],
    ['that is a list', content => { Object.assign(content, { needs: 'none' }) }, '/needs: is text, and should be a list'],
  ])('%s, naming the file and the place', (_what, change, named) => {
    const { message } = refusal(changed(change))
    expect(message).toContain(named)
    expect(message).toMatch(/pack\.json:\d+:\d+ /)
  })

  it.each<[string, string | RegExp, string, string]>([
    ['a wrong type', '"version": "0.', '"version": 0.5, "was": "0.', '0.5, '],
    ['an unknown element', '"title": "Same day emergency care"', '"titel": "Same day emergency care"', '"Same day emergency care"'],
    ['a missing one, at what lacks it', '"title": "Same day emergency care", ', '', '{ "code": "SDEC"'],
    ['an unknown name', '"notOffered": ["UCR2H", "SDEC"]', '"notOffered": ["UCR2H", "SDEK"]', '"SDEK"'],
    ['an element that stands twice', '"status": "draft",', '"status": "draft", "status": "active",', '"active"'],
  ])('with the line and the column of %s', (_what, from, to, there) => {
    const given = edited(from, to)
    expect(refusal(given).faults.map(fault => at(given, fault).slice(0, there.length))).toContain(there)
  })

  it('with the line and the column where it stops being JSON', () => {
    const given = edited('"districts": [', '"districts": (')
    const [fault] = refusal(given).faults
    expect(fault === undefined ? '' : at(given, fault)[0]).toBe('(')
    expect(refusal(edited(/[\s\S]{40}$/, '')).message).toMatch(/pack\.json:\d+:\d+ \/: /)
  })

  it('with all its faults at once, in the order of the file', () => {
    const { faults } = refusal(edited('"notOffered": ["UCR2H", "SDEC"]', '"notOffered": ["NEITHER", "NOR"]'))
    expect(faults.map(({ pointer }) => pointer)).toEqual(['/rules/4/then/notOffered/0', '/rules/4/then/notOffered/1'])
  })
})

describe.each(triage.packs.map(({ pack }) => [pack.id, pack] as const))('the pack of %s', (name, pack: RulePack) => {
  const codesOf = (file: string): readonly string[] =>
    (JSON.parse(readFileSync(`profiles/hub/codesystems/${file}.json`, 'utf8')) as { concept: { code: string }[] }).concept.map(({ code }) => code)

  it('cites a sentence of the service page, the model or the domain notes in every rule', () => {
    for (const { id, source } of pack.rules) expect([id, source]).toEqual([id, expect.stringMatching(/^(page|model|domain)\b/)])
  })

  it('has every service in the directory, provided by an organisation', () => {
    for (const { code } of pack.services) expect([code, directory.find(name, code)?.providedBy]).toEqual([code, expect.stringMatching(/^Organization\//)])
  })

  it('speaks in the codes that the hub defines', () => {
    expect(codesOf('triage-flag')).toEqual(expect.arrayContaining(pack.rules.flatMap(({ then }) => then.flags ?? [])))
    expect(codesOf('need').toSorted()).toEqual(pack.needs.map(({ code }) => code).toSorted())
    expect(codesOf('red-flag').toSorted()).toEqual(pack.redFlags.map(({ code }) => code).toSorted())
    expect(codesOf('soft-flag').toSorted()).toEqual(pack.softFlags.map(({ code }) => code).toSorted())
    expect(codesOf('referrer-kind').toSorted()).toEqual(pack.referrers.map(({ code }) => code).toSorted())
  })

  it('names in its rule on advance plans the red flags that a plan does not cover', () => {
    const rule = JSON.stringify(pack.rules.find(({ id }) => id === 'advance-plan')?.failsWhen)
    for (const { code, coveredByPlan } of pack.redFlags) expect([code, rule.includes(`"${code}"`)]).toEqual([code, !coveredByPlan])
  })

  it('keeps the hours that the team for a crisis has in the directory', () => {
    const stated = pack.hours.health.availableTime?.[0]
    const team = pack.needs.find(({ code }) => code === 'fall-no-injury')?.services[0]?.code ?? ''
    expect(directory.find(name, team)?.hours.availableTime?.[0]).toMatchObject(stated ?? {})
  })

  it('says that it is not clinically assured', () => {
    expect(pack.notes.join(' ')).toMatch(/not clinically assured/i)
    expect(pack.status).toBe('draft')
  })
})

it('takes a third locality as data alone', () => {
  const newtown = changed(content => Object.assign(content, { id: 'newtown', url: 'https://care-connexions.example/fhir/PlanDefinition/newtown' }))
  const three = openTriage([...localities, { ...newtown, name: 'newtown' }])
  expect(three.packs.map(({ pack }) => pack.id)).toEqual(['central-lancashire', 'east-staffordshire', 'newtown'])
})

describe('docs/triage.md', () => {
  const text = readFileSync('docs/triage.md', 'utf8')

  it('lists every fact that a condition may ask for, as it is meant', () => {
    for (const [fact, meaning] of Object.entries(FACT_MEANINGS)) expect(text).toContain(`| \`${fact}\` | ${meaning} |`)
  })

  it('explains every part of a pack, of a rule\'s outcome and of a condition', () => {
    const schema = JSON.parse(readFileSync('src/triage/pack.schema.json', 'utf8')) as {
      properties: Record<string, unknown>
      definitions: { condition: { then: { properties: object }; else: { properties: object } }; outcome: { properties: object } }
    }
    const { condition, outcome } = schema.definitions
    const parts = Object.keys(schema.properties).filter(name => !['$schema', 'id', 'url', 'title'].includes(name))
    for (const name of [...parts, ...Object.keys(condition.then.properties), ...Object.keys(condition.else.properties), ...Object.keys(outcome.properties)]) {
      expect([name, text.includes(`\`${name}\``) || name === 'fact']).toEqual([name, true])
    }
  })

  it('quotes the rule that it reads aloud as it is', () => {
    const quoted = JSON.parse(/A rule:\n\n```json\n([\s\S]*?)```/.exec(text)?.[1] ?? '') as { id: string }
    expect(triage.packs.find(({ pack }) => pack.id === 'east-staffordshire')?.pack.rules.find(({ id }) => id === quoted.id)).toEqual(quoted)
  })
})
