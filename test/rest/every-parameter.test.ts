import type { SearchParameter } from '../../src/definitions/definitions.ts'
import { systemCaller } from '../../src/access/caller.ts'
import { indexedParameters, STORE_PARAMETERS, targetsOf } from '../../src/search/parameters.ts'
import { parseSearch } from '../../src/search/parse.ts'
import { startTestHub, type TestHub } from '../hub.ts'

/** A value that any parameter of the type takes. */
const valueFor = ({ type, code, components }: SearchParameter): string => {
  switch (type) {
    case 'date': return 'ge2026-11-24'
    case 'number': return 'gt1'
    case 'quantity': return '5.4|http://unitsofmeasure.org|mg'
    case 'uri': return 'http://x.example/a'
    case 'special': return code === 'near' ? '53.76|-2.70|5|km' : 'x'
    case 'composite': return (components ?? []).map(() => '1').join('$')
    case 'token': return 'true'
    default: return 'x'
  }
}

describe('every search parameter', () => {
  let hub: TestHub
  beforeAll(async () => { hub = await startTestHub() })
  afterAll(() => hub.stop())

  const context = { caller: systemCaller, requestId: 'every-parameter', correlationId: 'every-parameter' }
  const totalOf = async (type: string, name: string, value: string): Promise<number> => {
    const { definitions, repository } = hub.hub.rest
    const { plan } = parseSearch(definitions, [type], [[name, value], ['_sort', '_id']], { now: 0, strict: true, base: hub.url })
    return (await repository.search(context, plan)).matches.length
  }

  it('is answered on a hub that holds nothing under it yet: alone, missing, through a reference, and from the other end', async () => {
    const { definitions } = hub.hub.rest
    const refused: string[] = []
    let asked = 0
    for (const type of definitions.resourceTypes) {
      for (const [code, parameter] of indexedParameters(definitions, type)) {
        if (STORE_PARAMETERS.has(code) || parameter.type === 'composite') continue
        const questions: [string, string, string][] = [[type, code, valueFor(parameter)], [type, `${code}:missing`, 'false']]
        if (parameter.type === 'reference') {
          const target = targetsOf(parameter)?.[0] ?? 'Patient'
          questions.push([type, `${code}:${target}._id`, 'x'], [target, `_has:${type}:${code}:_id`, 'x'])
        }
        for (const question of questions) {
          asked += 1
          try {
            await totalOf(...question)
          } catch (error) {
            refused.push(`${question.join(' ')}: ${String(error)}`)
          }
        }
      }
    }
    expect(refused).toEqual([])
    expect(asked).toBeGreaterThan(3_000)
  }, 60_000)
})
