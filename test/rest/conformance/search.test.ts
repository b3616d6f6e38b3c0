/** What a search of R4 finds, asked over HTTP: one line of output for each question. Expected ids were worked out by hand. */
import type { Bundle } from 'fhir/r4.js'
import type { TestHub } from '../../hub.ts'
import { chainCases, everyTypeCases, hasCases } from './cases/across.ts'
import type { Case } from './cases/case.ts'
import { dateCases } from './cases/date.ts'
import { numberCases, quantityCases } from './cases/number.ts'
import { referenceCases } from './cases/reference.ts'
import { compartmentCases, includeCases, sortCases } from './cases/results.ts'
import { stringCases } from './cases/string.ts'
import { tokenCases } from './cases/token.ts'
import { compositeCases, uriCases } from './cases/uri.ts'
import { openLibrary } from './data.ts'

const families: Readonly<Record<string, readonly Case[]>> = {
  'string': stringCases, 'token': tokenCases, 'reference': referenceCases, 'date': dateCases, 'number': numberCases,
  'quantity': quantityCases, 'uri': uriCases, 'composite': compositeCases, 'chain': chainCases, '_has': hasCases,
  'parameters of every type': everyTypeCases, 'includes': includeCases, '_sort': sortCases, 'compartment': compartmentCases,
}

let hub: TestHub
beforeAll(async () => { hub = await openLibrary() })
afterAll(() => hub?.stop())

/** `a=b&c=d` with each value percent-encoded; values here hold no `&` and no `=`. */
const encoded = (query: string): string =>
  query.split('&').filter(pair => pair !== '').map(pair => pair.split('=').map(encodeURIComponent).join('=')).join('&')

describe.each(Object.entries(families))('search by %s', (_family, cases) => {
  it.each(cases.map(each => ({ ...each, found: each.finds.join(' ') || 'nothing', because: each.why === undefined ? '' : `(${each.why})` })))(
    '$ask finds $found $because', async ({ ask, finds, ordered = false }) => {
      const [path = '', query = ''] = ask.replace('{base}', `${hub.url}/fhir`).split(/\?(.*)/, 2)
      const answer = await (await hub.as('hub')).get(`/fhir/${path}?${encoded(`${query}&_count=1000`)}`)
      expect([answer.status, answer.status === 200 ? '' : answer.text]).toEqual([200, ''])
      const found = ((answer.body as Bundle).entry ?? []).map(({ resource }) => String(resource?.id))
      expect(ordered ? found : found.sort()).toEqual(ordered ? finds : [...finds].sort())
    })
})
