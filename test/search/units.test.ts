import { createRequire } from 'node:module'
import { DIMENSIONS, equivalents } from '../../src/search/units.ts'
import { finds, testsIn } from './ask.ts'

interface Ucum {
  UcumLhcUtils: { getInstance(): { convertUnitTo(from: string, value: number, to: string): { status: string; toVal: number | null } } }
}

const quantity = (value: number, code: string) => ({
  resourceType: 'Observation', valueQuantity: { value, unit: code, system: 'http://unitsofmeasure.org', code },
})

describe('quantities in units that can be converted', () => {
  it.each<[object, string, boolean, string]>([
    [quantity(0.0054, 'g'), '5.4|http://unitsofmeasure.org|mg', true, 'the same mass'],
    [quantity(0.00544, 'g'), '5.4|http://unitsofmeasure.org|mg', true, 'with the precision that was asked'],
    [quantity(0.00546, 'g'), '5.4|http://unitsofmeasure.org|mg', false, 'and no more'],
    [quantity(5.4, 'g'), '5.4|http://unitsofmeasure.org|mg', false, 'another mass'],
    [quantity(5.4, 'mg'), '5.4|http://unitsofmeasure.org|mg', true, 'as written'],
    [quantity(38, 'Cel'), 'gt100|http://unitsofmeasure.org|[degF]', true, 'temperatures begin at another zero'],
    [quantity(37, 'Cel'), 'gt100|http://unitsofmeasure.org|[degF]', false, '98.6'],
    [quantity(16, 'kPa'), 'ge120|http://unitsofmeasure.org|mm[Hg]', true, 'pressures'],
    [quantity(2, 'h'), 'eq120|http://unitsofmeasure.org|min', true, 'durations'],
    [quantity(5.4, 'mg'), '5.4|http://unitsofmeasure.org|mL', false, 'another dimension'],
    [quantity(0.0054, 'g'), '5.4||mg', false, 'a code of any system is that code'],
    [quantity(0.0054, 'g'), '5.4|http://x.example/units|mg', false, 'so is one of another system'],
    [quantity(3, '{score}'), '3|http://unitsofmeasure.org|{score}', true, 'what cannot be converted is itself'],
  ])('%j: value-quantity=%s -> %s: %s', (resource, value, expected) => {
    expect(finds(resource, `value-quantity=${value}`)).toBe(expected)
  })

  it('in a composite too', () => {
    const observation = { ...quantity(0.0054, 'g'), code: { coding: [{ system: 'http://loinc.org', code: '1' }] } }
    expect(finds(observation, 'code-value-quantity=http://loinc.org|1$5.4|http://unitsofmeasure.org|mg')).toBe(true)
  })

  it('keep exact bounds exact', () => {
    expect(testsIn('Observation?value-quantity=5.4|http://unitsofmeasure.org|mg').find(test => 'code' in test && test.code === 'g'))
      .toMatchObject({ low: 0.00535, high: 0.00545, value: 0.0054 })
  })
})

describe('the table of units', () => {
  const { convertUnitTo } = (() => {
    const ucum = (createRequire(import.meta.url)('@lhncbc/ucum-lhc') as Ucum).UcumLhcUtils.getInstance()
    return { convertUnitTo: (from: string, value: number, to: string) => ucum.convertUnitTo(from, value, to) }
  })()
  const codes = DIMENSIONS.flatMap(units => [...units.keys()])

  it('has each unit once', () => {
    expect(new Set(codes).size).toBe(codes.length)
  })
  it.each(codes.map(code => [code]))('converts %s as UCUM does', code => {
    for (const { code: other, convert } of equivalents(code)) {
      const { status, toVal } = convertUnitTo(code, 37, other)
      expect([other, status]).toEqual([other, 'succeeded'])
      expect(convert(37) / toVal!).toBeCloseTo(1, 9)
    }
  })
})
