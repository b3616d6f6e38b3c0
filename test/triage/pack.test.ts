/** Packs as data: what the loader refuses and how it says so, and that the shipped pack, directory and codes agree. */
import { readFileSync } from 'node:fs'
import type { Locality } from '../../src/directory/load.ts'
import { compilePack, openTriage } from '../../src/triage/load.ts'
import { directory, localities, triage } from './referral.ts'

const [locality] = localities
if (locality === undefined) throw new Error('no locality is shipped')
type Content = Record<string, unknown> & { rules: Record<string, unknown>[]; needs: Record<string, unknown>[] }

/** The shipped pack with a change. */
const changed = (change: (content: Content) => void): Locality => {
  const content = structuredClone(locality.pack.content) as Content
  change(content)
  return { ...locality, pack: { ...locality.pack, content } }
}

describe('a pack is refused', () => {
  it.each<[string, (content: Content) => void, string]>([
    ['without a version', content => { delete content['version'] }, "'version'"],
    ['with a rule that cites no sentence', content => { delete content.rules[0]?.['source'] }, '/rules/0'],
    ['with a condition that says nothing', content => { Object.assign(content.rules[0] ?? {}, { failsWhen: { fact: 'age' } }) }, '/rules/0/failsWhen'],
    ['with a fact that does not exist', content => { Object.assign(content.rules[0] ?? {}, { failsWhen: { fact: 'shoe-size', atLeast: 5 } }) }, 'shoe-size'],
    ['with a service that it does not have', content => { Object.assign(content.needs[0] ?? {}, { services: [{ code: 'NOWHERE' }] }) }, 'NOWHERE'],
    ['with a threshold that it does not have', content => { Object.assign(content.rules[0] ?? {}, { failsWhen: { fact: 'age', below: '$voting' } }) }, '$voting'],
    ['with the same rule twice', content => { content.rules.push(structuredClone(content.rules[0] ?? {})) }, 'stands twice'],
    ['with a question that has no words', content => { Object.assign(content.rules.find(({ id }) => id === 'age-known')?.['then'] ?? {}, { missing: ['horoscope'] }) }, 'horoscope'],
    ['with a district outside its coverage', content => { content['districts'] = ['E07000193'] }, 'E07000193'],
  ])('%s, naming the file and the place', (_what, change, named) => {
    const attempt = () => compilePack(changed(change))
    expect(attempt).toThrow(named)
    expect(attempt).toThrow('pack.json')
  })
})

describe('the pack of Central Lancashire', () => {
  const { pack } = triage.packs[0] ?? compilePack(locality)
  const codesOf = (file: string): readonly string[] =>
    (JSON.parse(readFileSync(`profiles/hub/codesystems/${file}.json`, 'utf8')) as { concept: { code: string }[] }).concept.map(({ code }) => code)

  it('cites a sentence of the service page, the model or the domain notes in every rule', () => {
    for (const { id, source } of pack.rules) expect([id, source]).toEqual([id, expect.stringMatching(/^(page|model|domain)\b/)])
  })

  it('has every service in the directory, provided by an organisation', () => {
    for (const { code } of pack.services) expect([code, directory.find(locality.name, code)?.providedBy]).toEqual([code, expect.stringMatching(/^Organization\//)])
  })

  it('speaks in the codes that the hub defines', () => {
    expect(codesOf('triage-flag')).toEqual(expect.arrayContaining(pack.rules.flatMap(({ then }) => then.flags ?? [])))
    expect(codesOf('need')).toEqual(expect.arrayContaining(pack.needs.map(({ code }) => code)))
    expect(codesOf('red-flag').toSorted()).toEqual(pack.redFlags.map(({ code }) => code).toSorted())
    expect(codesOf('soft-flag').toSorted()).toEqual(pack.softFlags.map(({ code }) => code).toSorted())
    expect(codesOf('referrer-kind').toSorted()).toEqual(pack.referrers.map(({ code }) => code).toSorted())
  })

  it('names in its rule on advance plans the red flags that a plan does not cover', () => {
    const rule = JSON.stringify(pack.rules.find(({ id }) => id === 'advance-plan')?.failsWhen)
    for (const { code, coveredByPlan } of pack.redFlags) expect([code, rule.includes(`"${code}"`)]).toEqual([code, !coveredByPlan])
  })

  it('keeps the hours that the two-hour response has in the directory', () => {
    const stated = pack.hours.health.availableTime?.[0]
    expect(directory.find(locality.name, 'UCR2H')?.hours.availableTime?.[0]).toMatchObject(stated ?? {})
  })

  it('says that it is not clinically assured', () => {
    expect(pack.notes.join(' ')).toMatch(/not clinically assured/i)
    expect(pack.status).toBe('draft')
  })
})

it('takes a third locality as data alone', () => {
  const newtown = changed(content => Object.assign(content, { id: 'newtown', url: 'https://care-connexions.example/fhir/PlanDefinition/newtown' }))
  const two = openTriage([...localities, { ...newtown, name: 'newtown' }])
  expect(two.packs.map(({ pack }) => pack.id)).toEqual(['central-lancashire', 'newtown'])
})
