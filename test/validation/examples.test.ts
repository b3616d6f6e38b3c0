/**
 * Every example UK Core publishes, against R4 and the restated profiles: an error only where the example is wrong.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { parseJson } from '../../src/fhir/json.ts'
import { readArchive } from '../definitions/archive.ts'
import { check, errorsOf, told } from './setup.ts'

const UKCORE = new URL('../../../shared/ukcore/', import.meta.url)
const isThere = existsSync(UKCORE)

/** Examples that are wrong, by file, with the errors that say so. */
const wrong: Readonly<Record<string, readonly string[]>> = {
  // two values in one extension; R4 and the extension's definition allow one
  'Extension-UKCore-ConditionEpisode-Example': ['choice:Extension.value[x]', 'type:Extension.value[x]'],
  // fullUrl without a base; R4: "fullUrl SHALL be an absolute URL"
  'UKCore-Bundle-NEWS2Observations-Example': ['bundle-fullurl'],
  // 9912003890 does not meet modulus 11 (hub policy, not UK Core)
  'UKCore-Patient-BabyPatient-Example': ['hub-nhs-number'],
  // refers to a StructureDefinition where an Organization is meant
  'UKCore-Provenance-RARecordConsent-Example': ['target:Provenance.agent.onBehalfOf'],
}

const unexpected = (name: string, resource: object): string[] => {
  const example = name.replace(/^.*\//, '').replace(/\.json$/, '')
  return told(errorsOf(check(resource, { profiles: 'ukcore', unknownProfile: 'warning' })))
    .filter(issue => !wrong[example]?.includes(issue.split(' at ')[0]!)).map(issue => `${example}: ${issue}`)
}

const given = (name: string) => (isThere ? name : `${name} (skipped: ../shared/ukcore is not here)`);

(isThere ? describe : describe.skip)(given('UK Core examples'), () => {
  const folder = new URL('stu3/examples/', UKCORE)

  it('of the STU3 line: 215, none refused without reason', () => {
    const files = readdirSync(folder)
    expect(files).toHaveLength(215)
    expect(files.flatMap(file => unexpected(file, parseJson(readFileSync(new URL(file, folder), 'utf8')) as object))).toEqual([])
  })

  it.each(Object.entries(wrong))('%s is refused for what is wrong with it', (example, codes) => {
    const issues = errorsOf(check(JSON.parse(readFileSync(new URL(`${example}.json`, folder), 'utf8')) as object, { profiles: 'ukcore', unknownProfile: 'warning' }))
    expect([...new Set(issues.map(({ code }) => code))]).toEqual(codes)
  })

  it('of STU2 2.0.2, all in its package, none refused without reason', () => {
    const examples = [...readArchive(new URL('fhir.r4.ukcore.stu2-2.0.2.tgz', UKCORE).pathname)].filter(({ name }) => /\/examples?\/.*\.json$/.test(name))
    expect(examples.length).toBeGreaterThan(100)
    expect(examples.flatMap(({ name, text }) => unexpected(name, parseJson(text) as object))).toEqual([])
  })
})
