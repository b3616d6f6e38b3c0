import { permitIncluded, permitReach } from '../../src/access/reach.ts'
import type { Condition } from '../../src/search/plan.ts'
import { callerOf } from './callers.ts'

const named: Condition = { kind: 'match', param: 'name', test: { kind: 'string', match: 'starts', folded: 'smith' } }
const chain = (...types: string[]): Condition => ({ kind: 'chain', param: 'subject', types, where: named })
const patientsOnly = callerOf('referrer', { scopes: ['system/Patient.read'] })
const everything = callerOf('referrer', { scopes: ['system/*.read'] })

describe('the reach of a search is held to the scopes', () => {
  it.each<[string, Condition]>([
    ['a chain', chain('Observation')],
    ['one of several types of a chain', chain('Patient', 'Group')],
    ['a chain in a chain', { kind: 'chain', param: 'link', types: ['Patient'], where: chain('Task') }],
    ['_has', { kind: 'has', type: 'Observation', param: 'subject', where: named }],
    ['_has in _has', { kind: 'has', type: 'Patient', param: 'link', where: { kind: 'has', type: 'Task', param: 'for', where: named } }],
    ['what is under not, any and all', { kind: 'not', of: { kind: 'any-of', of: [named, { kind: 'all-of', of: [chain('Task')] }] } }],
  ])('by %s', (_what, where) => {
    expect(() => permitReach(patientsOnly, { where })).toThrow(/do not cover a search that asks about/)
    expect(() => permitReach(everything, { where })).not.toThrow()
  })

  it('and no further than that', () => expect(() => permitReach(patientsOnly, { where: chain('Patient') })).not.toThrow())

  it('also in what is included', () => {
    const included = ['Patient', 'Observation'].map(type => ({ ref: { type } }))
    expect(() => permitIncluded(patientsOnly, included)).toThrow(/includes Observation; ask for a token with system\/Observation\.read/)
    expect(() => permitIncluded(everything, included)).not.toThrow()
    expect(() => permitIncluded(patientsOnly, [])).not.toThrow()
  })
})
