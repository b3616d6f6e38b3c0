/**
 * Every invariant of base R4: an element that meets it is not told of, one that breaks it is, under its key and with the
 * severity that R4 publishes.
 */
import { baseInvariants, rules, samples, toldOf, without } from './judged/base-invariants.ts'
import { describeSet, judgesAsThePageSays } from './judged/section.ts'

describeSet('the invariants of base R4', baseInvariants, () => {
  judgesAsThePageSays(baseInvariants)

  it('are those that have samples or reasons, and no others', () => {
    expect(rules.length).toBeGreaterThan(230)
    expect(Object.keys({ ...samples, ...without }).filter(name => !rules.some(rule => rule.name === name))).toEqual([])
  })

  it.each(rules.filter(({ name }) => samples[name]).map(rule => [rule.name, rule] as const))('%s', (name, rule) => {
    const { meet, break: breaking } = samples[name]!
    expect(meet.map(element => [element, toldOf(rule, element)])).toEqual(meet.map(element => [element, []]))
    expect(breaking.length).toBeGreaterThan(0)
    expect(breaking.map(element => [element, toldOf(rule, element)[0]])).toEqual(breaking.map(element => [element, rule.severity]))
  })
})
