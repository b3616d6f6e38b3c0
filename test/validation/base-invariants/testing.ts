/** Invariants of TestScript and TestReport. */
import { at, type Sample, type Samples } from './sample.ts'

const operation = { encodeRequestUrl: true }
const assert = { warningOnly: false }
const action = (path: string): Sample => at(path, [{ operation }, { assert }], [{ operation, assert }])
const compared = (path: string): Sample => at(path, [{}, { compareToSourceId: 'a', compareToSourcePath: 'x' }].map(more => ({ ...assert, ...more })),
  [{ ...assert, compareToSourceId: 'a' }, { ...assert, compareToSourcePath: 'x' }])
const directed = (path: string): Sample => at(path, [{ ...assert, direction: 'response', response: 'okay' }, { ...assert, direction: 'request' }], [{ ...assert, direction: 'request', response: 'okay' }])
const single = (path: string): Sample => at(path, [{ ...assert, response: 'okay' }], [{ ...assert, response: 'okay', contentType: 'application/json' }])
const addressed = (path: string): Sample => at(path, [{ ...operation, targetId: 'a' }, { ...operation, sourceId: 'a' }, { ...operation, type: { code: 'search' }, params: 'x' }],
  [{ ...operation, targetId: 'a', url: 'https://x' }])
const reported = (path: string): Sample => at(path, [{ operation: { result: 'pass' } }, { assert: { result: 'pass' } }], [{ operation: { result: 'pass' }, assert: { result: 'pass' } }])

export const testing: Samples = {
  'tst-1': action('TestScript.setup.action[]'),
  'tst-2': action('TestScript.test[].action[]'),
  'tst-3': at('TestScript.variable[]', [{ name: 'x', path: 'x' }], [{ name: 'x', path: 'x', expression: 'x', headerField: 'x' }]),
  'tst-4': at('TestScript.metadata', [{ capability: [{ required: true }] }], [{ capability: [{ description: 'x' }] }]),
  'tst-5': single('TestScript.setup.action[].assert'),
  'tst-6': single('TestScript.test[].action[].assert'),
  'tst-7': addressed('TestScript.setup.action[].operation'),
  'tst-8': addressed('TestScript.test[].action[].operation'),
  'tst-9': addressed('TestScript.teardown.action[].operation'),
  'tst-10': compared('TestScript.setup.action[].assert'),
  'tst-11': compared('TestScript.test[].action[].assert'),
  'tst-12': directed('TestScript.setup.action[].assert'),
  'tst-13': directed('TestScript.test[].action[].assert'),
  'inv-1 TestReport': reported('TestReport.setup.action[]'),
  'inv-2 TestReport': reported('TestReport.test[].action[]'),
}
