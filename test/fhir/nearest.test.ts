import { nearest } from '../../src/fhir/nearest.ts'

describe('nearest', () => {
  const names = ['identifier', 'name', 'birthDate', 'gender', 'given', 'link', 'managingOrganization']

  it.each([
    ['birthdate', 'birthDate'],
    ['brithDate', 'birthDate'],
    ['identifer', 'identifier'],
    ['nmae', 'name'],
    ['genders', 'gender'],
    ['managingOrganisation', 'managingOrganization'],
    ['name', 'name'],
  ])('finds behind %s the word %s', (word, meant) => expect(nearest(word, names)).toBe(meant))

  it.each(['telephone', 'x', '', 'surname'])('offers nothing for "%s"', word => expect(nearest(word, names)).toBeUndefined())

  it('takes the first of equals', () => expect(nearest('cat', ['bat', 'rat'])).toBe('bat'))

  it('takes the nearer of two', () => expect(nearest('proposed', ['propose', 'proposer', 'proposal', 'proposed2'])).toBe('propose'))

  it('is bounded on hostile words', () => {
    expect(nearest('x'.repeat(1_000_000), names)).toBeUndefined()
  })
})
