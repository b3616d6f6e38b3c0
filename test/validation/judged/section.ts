/** What the tests of the judged sets share: a set's section of docs/validation.md is what it says now, without problems. */
import { sectionOf, type JudgedSet } from './set.ts'

/** Names of its tests say why a set is skipped. */
export const describeSet = (title: string, set: JudgedSet, tests: () => void): void => {
  (set.missing === undefined ? describe : describe.skip)(set.missing === undefined ? title : `${title} (skipped: ${set.missing})`, tests)
}

export const judgesAsThePageSays = (set: JudgedSet): void => {
  it('are judged as they should be, and as docs/validation.md says', () => {
    const { section, problems } = set.run()
    expect(problems).toEqual([])
    expect(sectionOf(set.name)).toBe(section)
  })
}
