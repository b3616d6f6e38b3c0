/** When two sendings are the same, and where they differ when they are not. */
import { differences, fingerprint } from '../../src/intake/fingerprint.ts'

const bundle = (family: string, more: object = {}): { resourceType: string } => ({
  resourceType: 'Bundle', type: 'collection', ...more, entry: [{ resource: { resourceType: 'Patient', name: [{ family }], gender: 'female' } }],
} as { resourceType: string })

it('the order of members and what the transport changes do not count', () => {
  const again = { id: 'x', timestamp: '2026-11-24T10:00:00Z', entry: [{ resource: { gender: 'female', name: [{ family: 'Jones' }], resourceType: 'Patient' } }], type: 'collection', resourceType: 'Bundle' }
  expect(fingerprint(again)).toBe(fingerprint(bundle('Jones')))
})

it('content counts', () => expect(fingerprint(bundle('Smith'))).not.toBe(fingerprint(bundle('Jones'))))

it('differences are named by place, never by value', () => {
  const places = differences(bundle('Smith'), bundle('Jones'))
  expect(places).toEqual(['Bundle.entry[0].resource.name[0].family'])
})

it('an entry more is a difference', () => {
  expect(differences(bundle('Jones'), { ...bundle('Jones'), entry: [] })).toEqual(['Bundle.entry[0]'])
})

it('at most five places are named', () => {
  const wide = (value: number): { resourceType: string } => ({ resourceType: 'Bundle', type: 'collection', entry: Array.from({ length: 20 }, () => ({ value })) } as never)
  expect(differences(wide(1), wide(2))).toHaveLength(5)
})
