import { readFileSync } from 'node:fs'
import { parse, refusal } from './ask.ts'

const page = readFileSync(new URL('../../docs/search.md', import.meta.url), 'utf8')
const examples = [...page.matchAll(/`GET \/fhir\/?([^`]+)`/g)].map(([, search]) => search!.replaceAll('\\|', '|'))

/** Of a compartment, what is searched in it: `Patient/23/Task?status=ready` is asked of Task, `Patient/23/*?…` of everything. */
const withoutCompartment = (search: string): string => search.replace(/^[A-Za-z]+\/[^/?]+\/(?:\*(?=\?))?/, '')

describe('docs/search.md', () => {
  it.each(examples.map(search => [search]))('%s is understood as strictly as it is written', search => {
    const { self, ignored } = parse(withoutCompartment(search))
    expect(self.map(([name, value]) => `${name}=${value}`).join('&')).toBe(search.slice(search.indexOf('?') + 1))
    expect(ignored).toEqual([])
  })

  it('shows every modifier, and every operator of filters', () => {
    const modifiers = [':exact', ':contains', ':not', ':text', ':of-type', ':in', ':below', ':above', ':identifier', ':missing', ':iterate']
    const operators = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'lt', 'ge', 'le', 'ap', 'sa', 'eb', 'po', 'ss', 'sb', 'in', 'ni', 're']
    expect(modifiers.filter(word => !examples.some(search => search.includes(word)))).toEqual([])
    expect(operators.filter(word => !page.includes(`\`${word}\``))).toEqual([])
  })

  it.each([
    'Task?_query=x', 'Patient?_list=$current-problems', 'Task?_contained=true', 'Patient?link:below=1', 'Task?_sort=owner', 'Task?_sort=_score',
    'ServiceRequest?instantiates-canonical:below=http://x.example/a|1', 'Task?_text:missing=true', 'Observation?_sort=code-value-quantity',
  ])('%s is refused as the page says', search => {
    expect(refusal(search)).toMatchObject({ status: 400, issues: [{ code: 'search-unsupported' }] })
  })
})
