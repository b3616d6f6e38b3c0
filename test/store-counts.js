/**
 * Says at the end of a run how many tests ran on each store, or why those on MongoDB did not. A reporter of Jest's, which
 * loads it as it is: so not TypeScript.
 */

const NAMES = ['SQLite', 'MongoDB']

const OTHERS = 'SQLite with a hub around it, or no store'

/** The store that a suite is of by its title, `SQLite: commit`, or else that of its project. */
const storeOf = (displayName, { ancestorTitles: [suite = ''] }) =>
  NAMES.find(name => suite === name || suite.startsWith(`${name}:`)) ?? displayName ?? OTHERS

export default class StoreCounts {
  onRunComplete(contexts, { testResults }) {
    const counts = new Map()
    for (const { displayName, testResults: tests } of testResults) {
      for (const test of tests) {
        const name = storeOf(displayName?.name, test)
        const { passed, failed, skipped } = counts.get(name) ?? { passed: 0, failed: 0, skipped: 0 }
        counts.set(name, {
          passed: passed + (test.status === 'passed'),
          failed: failed + (test.status === 'failed'),
          skipped: skipped + (test.status === 'pending'),
        })
      }
    }
    const said = [...counts].map(([name, { passed, failed, skipped }]) =>
      `${name}: ${passed} passed${failed > 0 ? `, ${failed} failed` : ''}${skipped > 0 ? `, ${skipped} skipped` : ''}`)
    const why = process.env.MONGO_URL ? [] : ['MongoDB is not here: MONGO_URL names no replica set (npm run with-mongod -- npm test provides one)']
    process.stderr.write(`\n${[...said, ...why].map(line => `Stores:      ${line}`).join('\n')}\n`)
  }
}
