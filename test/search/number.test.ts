import { finds, refusal, testsIn } from './ask.ts'

const risk = (probabilityDecimal: number) => ({ resourceType: 'RiskAssessment', prediction: [{ probabilityDecimal }] })
const UCUM = 'http://unitsofmeasure.org'
const weight = (value: number, more: object = {}) =>
  ({ resourceType: 'Observation', code: {}, valueQuantity: { value, unit: 'kilos', system: UCUM, code: 'kg', ...more } })

describe('number parameters', () => {
  it.each([
    [0.5, '0.5', true], [0.54, '0.5', true], [0.55, '0.5', false], [0.45, '0.5', true], [0.449, '0.5', false],
    [0.54, '0.50', false], [0.504, '0.50', true], [50, '5e1', true], [50.4, '5e1', true], [50.5, '5e1', false], [-0.5, '-0.5', true],
    [0.5, 'ne0.5', false], [0.6, 'ne0.5', true],
    [0.5, 'gt0.5', false], [0.51, 'gt0.5', true], [0.5, 'ge0.5', true], [0.49, 'ge0.5', false],
    [0.5, 'lt0.5', false], [0.49, 'lt0.5', true], [0.5, 'le0.5', true], [0.51, 'le0.5', false],
    [0.51, 'sa0.5', true], [0.5, 'sa0.5', false], [0.49, 'eb0.5', true], [0.5, 'eb0.5', false],
    [0.54, 'ap0.5', true], [0.56, 'ap0.5', false], [-0.54, 'ap-0.5', true],
  ])('%d under %s -> %s', (value, asked, expected) => {
    expect(finds(risk(value), `probability=${asked}`)).toBe(expected)
  })

  it.each([
    ['100', 99.5, 100.5], ['100.00', 99.995, 100.005], ['1e2', 95, 105], ['5.4', 5.35, 5.45], ['0', -0.5, 0.5], ['-3', -3.5, -2.5], ['1.5E-3', 0.00145, 0.00155],
  ])('%s stands for [%d, %d)', (asked, low, high) => {
    expect(testsIn(`RiskAssessment?probability=${asked}`)).toEqual([expect.objectContaining({ low, high, value: Number(asked) })])
  })

  it.each(['abc', '1,5x', '1e999', '--1', '1.', '.5', 'xx5', 'ge', '0x10', 'NaN', 'Infinity'])('%s is no number', asked => {
    expect(refusal(`RiskAssessment?probability=${asked}`).issues[0]?.code).toBe('search-bad-value')
  })
})

const sampled = { resourceType: 'Observation', code: {}, valueSampledData: { origin: { value: 10, code: 'mV' }, factor: 2, data: '0 5 E 2' } }

describe('quantity parameters', () => {
  it.each<[object, string, boolean, string]>([
    [weight(70), '70', true, 'of any unit'],
    [weight(70), `70|${UCUM}|kg`, true, 'of this unit'],
    [weight(70), `70|${UCUM}|g`, false, 'of another'],
    [weight(70), '70||kg', true, 'by code without system'],
    [weight(70), '70||kilos', true, 'by the unit as people write it'],
    [weight(70), `gt60|${UCUM}|kg`, true, 'prefix and unit'],
    [weight(70), 'lt60', false, 'prefix alone'],
    [weight(70.4), '70', true, 'inside the implied precision'],
    [weight(70.4), '70.0', false, 'outside a finer one'],
    [weight(70, { comparator: '>' }), 'gt100', true, 'more than 70 may be more than 100'],
    [weight(70, { comparator: '<' }), 'lt10', true, 'less than 70 may be less than 10'],
    [weight(70, { comparator: '<' }), '70', false, 'but is not 70'],
    [sampled, 'ge20||mV', true, 'samples reach from 10 to 20'],
    [{ resourceType: 'Condition', onsetRange: { low: { value: 30, code: 'a' }, high: { value: 40, code: 'a' } } }, 'onset-age=ap35||a', true, 'a range'],
    [{ resourceType: 'Condition', onsetRange: { low: { value: 30, code: 'a' } } }, 'onset-age=gt90', true, 'open above'],
    [{ resourceType: 'Invoice', totalNet: { value: 12.5, currency: 'GBP' } }, 'totalnet=12.5|urn:iso:std:iso:4217|GBP', true, 'money'],
  ])('%# %j: %s -> %s: %s', (resource, asked, expected) => {
    const query = asked.includes('=') && /^[a-z-]+=/.test(asked) ? asked : `value-quantity=${asked}`
    expect(finds(resource, query)).toBe(expected)
  })

  it.each(['5|kg', 'kg', '|http://x|kg', '5|a|b|c', '5|a\\x|b'])('%s is refused', asked => {
    expect(refusal(`Observation?value-quantity=${asked}`).issues[0]?.text).toMatch(/number\|system\|code/)
  })
})
