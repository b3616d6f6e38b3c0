import { finds, refusal, testsIn } from './ask.ts'

const on = (authoredOn: string) => ({ resourceType: 'Task', authoredOn })
const during = (start?: string, end?: string) => ({ resourceType: 'Task', executionPeriod: { ...(start ? { start } : {}), ...(end ? { end } : {}) } })

describe('date parameters: a prefix compares the span asked for with the span found', () => {
  it.each([
    ['2026-11-24', 'authored-on=2026-11-24', true],
    ['2026-11-24T23:59:59Z', 'authored-on=2026-11-24', true],
    ['2026-11-24T10:15:00Z', 'authored-on=2026', true],
    ['2026-11', 'authored-on=2026-11-24', false],
    ['2026', 'authored-on=eq2026', true],
    ['2026-11-24T10:15:30Z', 'authored-on=2026-11-24T10:15Z', true],
    ['2026-11-24T10:15:30Z', 'authored-on=2026-11-24T11:15:30+01:00', true],
    ['2026-11-24T10:15:30Z', 'authored-on=2026-11-24T11:15:30 01:00', true],
    ['2026-11-24', 'authored-on=ne2026-11-24', false],
    ['2026-11', 'authored-on=ne2026-11-24', true],
    ['2026-11-25', 'authored-on=gt2026-11-24', true],
    ['2026-11-24T12:00:00Z', 'authored-on=gt2026-11-24', false],
    ['2026-11-24T12:00:00Z', 'authored-on=gt2026-11-24T11:00:00Z', true],
    ['2026-11', 'authored-on=gt2026-11-24', true],
    ['2026-11-23', 'authored-on=lt2026-11-24', true],
    ['2026-11-24', 'authored-on=lt2026-11-24', false],
    ['2026-11', 'authored-on=lt2026-11-24', true],
    ['2026-11-24', 'authored-on=ge2026-11-24', true],
    ['2026-11-23', 'authored-on=ge2026-11-24', false],
    ['2026-11-24T00:00:00Z', 'authored-on=ge2026-11-24', true],
    ['2026-11-24', 'authored-on=le2026-11-24', true],
    ['2026-11-25', 'authored-on=le2026-11-24', false],
    ['2026-11-25', 'authored-on=sa2026-11-24', true],
    ['2026-11', 'authored-on=sa2026-11-24', false],
    ['2026-11-23', 'authored-on=eb2026-11-24', true],
    ['2026-11', 'authored-on=eb2026-11-24', false],
    ['2026-11-20', 'authored-on=ap2026-11-14', false],
    ['2026-11-15', 'authored-on=ap2026-11-14', true],
    ['2026-11-24', 'authored-on=2026-11-23,2026-11-24', true],
    ['2026-11-24', 'authored-on=ge2026-11-23&authored-on=le2026-11-25', true],
    ['2026-11-24', 'authored-on:missing=false', true],
  ])('%s: %s -> %s', (authoredOn, query, expected) => {
    expect(finds(on(authoredOn), query)).toBe(expected)
  })

  it.each([
    [during('2026-11-24', '2026-11-26'), 'period=2026-11-25', false, 'a day does not contain the period'],
    [during('2026-11-24', '2026-11-26'), 'period=2026-11', true, 'the month does'],
    [during('2026-11-24', '2026-11-26'), 'period=gt2026-11-25', true, 'part of it is later'],
    [during('2026-11-24', '2026-11-26'), 'period=sa2026-11-25', false, 'not all of it is'],
    [during('2026-11-24'), 'period=gt2099', true, 'an open end lies after everything'],
    [during('2026-11-24'), 'period=eb2099', false, 'and so not before'],
    [during(undefined, '2026-11-24'), 'period=lt1900', true, 'an open start lies before everything'],
    [during('2026-11-24', '2026-11-26'), 'period=ap2026-11-25', true, 'it overlaps'],
  ])('%j: %s -> %s: %s', (task, query, expected) => {
    expect(finds(task, query)).toBe(expected)
  })

  const at = (occurrenceTiming: object) => ({ resourceType: 'ServiceRequest', occurrenceTiming })
  it.each([
    [at({ event: ['2026-11-24', '2026-11-27'] }), 'occurrence=2026-11', true, 'all its events are in the month'],
    [at({ event: ['2026-11-24', '2026-11-27'] }), 'occurrence=2026-11-24', false, 'not all are on the day'],
    [at({ event: ['2026-11-24', '2026-11-27'] }), 'occurrence=sa2026-11-23', true, 'it starts after'],
    [at({ event: ['2026-11-24', '2026-11-27'] }), 'occurrence=eb2026-11-27', false, 'it does not end before'],
    [at({ repeat: { boundsPeriod: { start: '2026-11-24', end: '2026-12-24' }, frequency: 2 } }), 'occurrence=ap2026-12-01', true, 'its bounds overlap, whatever its schedule'],
    [at({ repeat: { boundsPeriod: { start: '2026-11-24' } } }), 'occurrence=gt2099', true, 'bounds may be open'],
    [at({ repeat: { frequency: 1, period: 1, periodUnit: 'd' } }), 'occurrence:missing=true', true, 'without limits it has no time'],
  ])('%j: %s -> %s: %s', (order, query, expected) => {
    expect(finds(order, query)).toBe(expected)
  })

  it('_lastUpdated is compared as an instant', () => {
    const task = { resourceType: 'Task' }
    expect(finds(task, '_lastUpdated=ge2026-11-24T12:00:00Z')).toBe(true)
    expect(finds(task, '_lastUpdated=gt2026-11-24T12:00:00.000Z')).toBe(false)
    expect(finds(task, '_lastUpdated=2026-11-24')).toBe(true)
    expect(finds(task, '_lastUpdated=lt2026-11-24')).toBe(false)
  })

  it('ap widens by a tenth of the distance to now', () => {
    const [test] = testsIn('Task?authored-on=ap2026-11-14T12:00:00.000Z')
    expect(test).toMatchObject({ low: Date.UTC(2026, 10, 13, 12), high: Date.UTC(2026, 10, 15, 12) + 1 })
  })

  it.each([
    ['Task?authored-on=2026-02-30', /does not exist/],
    ['Task?authored-on=zz2026', /"zz" is no prefix/],
    ['Task?authored-on=yesterday', /takes a date/],
    ['Task?authored-on=GE2026', /"GE" is no prefix/],
    ['Task?authored-on=ge', /takes a date/],
    ['Task?authored-on=gege2026', /"gege" is no prefix/],
    ['Task?_lastUpdated=2026-13', /_lastUpdated takes a date/],
    ['Task?_lastUpdated:exact=2026', /no modifier/],
    ['Task?authored-on:exact=2026', /no modifier/],
  ])('%s is refused: %s', (search, text) => {
    const { status, issues } = refusal(search)
    expect(status).toBe(400)
    expect(issues[0]?.text).toMatch(text)
  })
})
