import { isWithin, parseScope, scopesAllow } from '../../src/access/scopes.ts'

const letters = (text: string): string | undefined => {
  const scope = parseScope(text)
  return scope === undefined ? undefined : `${scope.type} ${[...scope.letters].join('')}`
}

describe('SMART system scopes', () => {
  it.each([
    ['system/*.read', '* rs'],
    ['system/Task.write', 'Task cud'],
    ['system/*.*', '* cruds'],
    ['system/Task.cruds', 'Task cruds'],
    ['system/Patient.rs', 'Patient rs'],
    ['system/Patient.s', 'Patient s'],
  ])('%s means %s', (text, meaning) => expect(letters(text)).toBe(meaning))

  it.each([
    'system/Task.', 'system/Task.sr', 'system/Task.cc', 'user/Task.read', 'patient/*.read', 'system/task.read', 'system/*', 'openid',
    'system/Observation.rs?category=vital-signs', 'system/Task.read\n', ' system/Task.read', 'system/__proto__.read',
  ])('%j is none', text => expect(letters(text)).toBeUndefined())

  it('allow by any of several', () => {
    const scopes = ['system/Task.read', 'system/ServiceRequest.c']
    expect(scopesAllow(scopes, 's', 'Task')).toBe(true)
    expect(scopesAllow(scopes, 'c', 'ServiceRequest')).toBe(true)
    expect(scopesAllow(scopes, 'c', 'Task')).toBe(false)
  })

  it.each([
    ['system/Task.read', ['system/*.read'], true],
    ['system/Task.cruds', ['system/Task.read', 'system/Task.write'], true],
    ['system/Task.write', ['system/*.read'], false],
    ['system/*.read', ['system/Task.read', 'system/Patient.read'], false],
    ['system/*.*', ['system/*.rs'], false],
  ] as const)('%s within %j: %s', (requested, registered, expected) => {
    const scope = parseScope(requested)
    expect(scope !== undefined && isWithin(scope, registered)).toBe(expected)
  })
})
