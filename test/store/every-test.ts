/** Every kind of test that a search may hold, and resources that have something under each: what the plans of stores are read for. */
import type { IndexEntry } from '../../src/search/entries.ts'
import type { Prefix, Test } from '../../src/search/plan.ts'
import { date, reference, text, token } from '../contract/write.ts'

const PREFIXES: readonly Prefix[] = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap']
const number = { low: 4.5, high: 5.5, value: 5 }

/** Every kind of test, by what a client writes. */
export const TESTS: readonly (readonly [string, string, Test])[] = [
  ['code=1', 'code', { kind: 'token', system: undefined, code: '1' }],
  ['code=a|1', 'code', { kind: 'token', system: 'http://a', code: '1' }],
  ['code=|1', 'code', { kind: 'token', system: '', code: '1' }],
  ['code:in', 'code', { kind: 'token-in', codes: [{ system: 'http://a', code: '1' }, { system: 'http://a', code: '2' }] }],
  ['code:text', 'code', { kind: 'text', folded: 'blood' }],
  ['name', 'name', { kind: 'string', match: 'starts', folded: 'smi' }],
  ['name:exact', 'name', { kind: 'string', match: 'exact', exact: 'smith' }],
  ['name eq', 'name', { kind: 'string', match: 'equals', folded: 'smith' }],
  ...PREFIXES.map(prefix => [`date=${prefix}`, 'date', { kind: 'date', prefix, low: 10, high: 20 }] as const),
  ...PREFIXES.map(prefix => [`number=${prefix}`, 'number', { kind: 'number', prefix, ...number }] as const),
  ...PREFIXES.map(prefix => [`quantity=${prefix}`, 'quantity', { kind: 'quantity', prefix, ...number, system: 'http://u', code: 'mg' }] as const),
  ['subject=Patient/1', 'subject', { kind: 'reference', types: ['Patient'], id: '1' }],
  ['subject=1', 'subject', { kind: 'reference', types: [], id: '1' }],
  ['subject=Patient/1/_history/2', 'subject', { kind: 'reference', types: ['Patient'], id: '1', version: '2' }],
  ['subject=http://x/1', 'subject', { kind: 'url', url: 'http://x/1' }],
  ['subject:identifier', 'subject', { kind: 'reference-identifier', system: 'http://a', code: '1' }],
  ['url', 'url', { kind: 'uri', match: 'exact', uri: 'http://a/b' }],
  ['url:below', 'url', { kind: 'uri', match: 'below', uri: 'http://a' }],
  ['url:above', 'url', { kind: 'uri', match: 'above', uri: 'http://a/b/c' }],
  ['code-value-quantity', 'code-value', { kind: 'composite', parts: [
    { kind: 'token', system: undefined, code: '1' }, { kind: 'quantity', prefix: 'gt', ...number, system: undefined, code: undefined }] }],
  ['near', 'position', { kind: 'near', latitude: 53.76, longitude: -2.7, withinMetres: 5_000 }],
  ['_text', '_text', { kind: 'words', words: ['fell', 'home'] }],
  ['_content', '_content', { kind: 'words', words: ['fell'] }],
]

/** What reads an index from its first entry to its last, and why it must. */
export const READS_ALL: Readonly<Record<string, readonly [param: string, test: Test]>> = {
  'code=a| : the keys are in the order of codes, not of systems': ['code', { kind: 'token', system: 'http://a', code: undefined }],
  'name:contains : no index leads to the middle of a text': ['name', { kind: 'string', match: 'contains', folded: 'mit' }],
  'name ew : nor to its end': ['name', { kind: 'string', match: 'ends', folded: 'ith' }],
}

export const entries = (n: number): readonly IndexEntry[] => [
  token('code', `${n % 9}`, 'http://a'), { kind: 'text', param: 'code', text: `text ${n}` }, text('name', `name ${n}`), date('date', n, n + 1),
  { kind: 'number', param: 'number', low: n, high: n, value: n },
  { kind: 'quantity', param: 'quantity', system: 'http://u', code: 'mg', low: n, high: n, value: n },
  reference('subject', `Patient/${n % 50}`), { kind: 'reference-identifier', param: 'subject', system: 'http://a', code: `${n}` },
  { kind: 'uri', param: 'url', uri: `http://a/${n}` }, { kind: 'position', param: 'position', latitude: 53 + n / 1_000, longitude: -2.7 },
  { kind: 'composite', param: 'code-value', parts: [token('code-value', `${n % 9}`), { kind: 'quantity', param: 'code-value', system: '', code: '', low: n, high: n, value: n }] },
  reference('partof', `Observation/r${n - 1}`), { kind: 'words', param: '_text', words: ['fell'] }, { kind: 'words', param: '_content', words: ['fell'] },
]
