/** What looks wrong in a pack that is right by itself: rules, needs and services that lead nowhere; on the invented Newtown. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadLocalities } from '../../../src/directory/load.ts'
import { compilePack } from '../../../src/triage/load.ts'
import { doubtsAbout } from '../../../src/triage/packs/doubts.ts'

const folder = mkdtempSync(join(tmpdir(), 'care-connexions-doubts-'))
cpSync('test/triage/packs/newtown', join(folder, 'newtown'), { recursive: true })
const [newtown] = loadLocalities(folder)
afterAll(() => rmSync(folder, { recursive: true }))
if (newtown === undefined) throw new Error('newtown is not there')

const doubts = (change: (text: string) => string): readonly string[] =>
  doubtsAbout(compilePack({ ...newtown, pack: { ...newtown.pack, text: change(newtown.pack.text) } })).map(({ severity, pointer, text }) => `${severity} ${pointer}: ${text}`)

/** A rule of step 4 with its own condition, before that on age. */
const withRule = (failsWhen: string, then = '{ "flags": ["under-18"] }') => (text: string): string =>
  text.replace('"rules": [', `"rules": [{ "id": "other", "step": "4", "criterion": "Other", "failsWhen": ${failsWhen}, "then": ${then}, "source": "page: 'other'" },`)

it('has no doubt about a pack in order', () => {
  expect(doubts(text => text)).toEqual([])
})

it.each<[string, (text: string) => string, string]>([
  ['a rule that nothing makes fail', withRule('{ "all": [{ "fact": "age", "below": 16 }, { "fact": "age", "atLeast": 17 }] }'), 'error /rules/0/failsWhen: nothing makes the rule other fail'],
  ['one that is never a list of two', withRule('{ "all": [{ "fact": "needs", "only": ["wound-care"] }, { "fact": "needs", "includes": ["fall-no-injury"] }] }'), 'error /rules/0/failsWhen: nothing makes the rule other fail'],
  ['a rule that is never reached', withRule('{ "all": [{ "fact": "age", "stated": false }, { "fact": "on-duty", "is": true }] }'), 'error /rules/0: the rule other is never reached: whenever it fails, age-known (step 3) has decided'],
  ['two rules that decide differently at once', withRule('{ "fact": "age", "below": 10 }', '{ "decide": { "disposition": "closed" } }'), 'note /rules/2: overlaps with other, which stands first and decides where both fail'],
  ['a need for which there may be no service', text => text.replace(' { "code": "VISIT" }], "source": "page: \'dressings\'"', ' { "code": "VISIT", "when": { "fact": "can-travel", "is": false } }], "source": "page: \'dressings\'"'),
    'error /needs/1/services: there may be no service for wound-care, and no rule speaks of the need or of its mark "no-service-for-need"'],
  ['a service that nothing names', text => text.replace('{ "code": "CLINIC", "when": { "fact": "can-travel", "is": true } }, ', ''), 'note /services/2: no need, place or rule names CLINIC'],
  ['a service that the directory has not', text => text.replaceAll('"CLINIC"', '"BUS"'), 'error /services/2/code: the directory has no HealthcareService with the code BUS'],
])('names %s', (_what, change, named) => {
  expect(doubts(change)).toEqual([named])
})

it.each<[string, (text: string) => string]>([
  ['rules that exclude each other', withRule('{ "all": [{ "fact": "age", "atLeast": "$adultAge" }, { "fact": "setting", "is": "ed" }] }', '{ "decide": { "disposition": "closed" } }')],
  ['a need without a service of which a rule speaks', text => withRule('{ "fact": "line-marks", "includes": ["no-service-for-need"] }', '{ "review": {}, "flags": ["no-service-for-need"] }')(text)
    .replace('"services": [{ "code": "CLINIC", "when": { "fact": "can-travel", "is": true } }, { "code": "VISIT" }]', '"services": []')],
  ['services that between them fit everybody', text => text.replace('"when": { "fact": "can-travel", "is": true } }, { "code": "VISIT" }', '"when": { "fact": "can-travel", "established": true } }, { "code": "VISIT", "when": { "not": { "fact": "can-travel", "established": true } } }')],
])('calls no error %s', (_what, change) => {
  expect(doubts(change).filter(each => each.startsWith('error'))).toEqual([])
})
