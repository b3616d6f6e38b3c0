import { readFileSync } from 'node:fs'
import { parse, refusal } from './ask.ts'

const page = readFileSync(new URL('../../docs/search.md', import.meta.url), 'utf8')
const examples = [...page.matchAll(/`GET \/fhir\/([^`]+)`/g)].map(([, search]) => search!.replaceAll('\\|', '|'))

describe('docs/search.md', () => {
  it.each(examples.map(search => [search]))('%s is understood as strictly as it is written', search => {
    const { self, ignored } = parse(search)
    expect(self.map(([name, value]) => `${name}=${value}`).join('&')).toBe(search.slice(search.indexOf('?') + 1))
    expect(ignored).toEqual([])
  })

  it('shows every modifier and prefix', () => {
    for (const word of [':exact', ':contains', ':not', ':text', ':of-type', ':in', ':below', ':above', ':identifier', ':missing', ':iterate']) {
      expect(examples.some(search => search.includes(word)) || page.includes(`\`${word}\``)).toBe(true)
    }
  })

  it.each([
    'Task?_query=x', 'Patient?_list=$current-problems',
    'Task?_contained=true', 'Patient?link:below=1', 'Task?_sort=owner',
  ])('%s is refused as the page says', search => {
    expect(refusal(search)).toMatchObject({ status: 400, issues: [{ code: 'search-unsupported' }] })
  })
})
