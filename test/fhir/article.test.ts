import { withArticle } from '../../src/fhir/article.ts'

describe('the article of a FHIR name', () => {
  it.each([
    ['a Patient', 'Patient'], ['an Organization', 'Organization'], ['an AuditEvent', 'AuditEvent'], ['an id', 'id'], ['an instant', 'instant'],
    ['a uri', 'uri'], ['a uuid', 'uuid'], ['an unsignedInt', 'unsignedInt'], ['a boolean', 'boolean'],
  ])('is as in "%s"', (expected, name) => {
    expect(withArticle(name)).toBe(expected)
  })
})
