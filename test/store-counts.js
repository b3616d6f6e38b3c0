/** Says at the end of a run how many tests ran on each store, or why those on MongoDB did not. A reporter of Jest's, so not TypeScript. */

const NAMES = ['SQLite', 'MongoDB']

/** The store a test names in its title, or that of its project. */
const storeOf = (displayName, { fullName }) => NAMES.find(name => fullName.includes(name)) ?? displayName ?? 'SQLite or no store'

export default class StoreCounts {
  onRunComplete(contexts, { testResults }) {
    const counts = new Map()
    for (const { displayName, testResults: tests } of testResults) {
      for (const test of tests) {
        const name = storeOf(displayName?.name, test)
        const { passed, failed, skipped } = counts.get(name) ?? { passed: 0, failed: 0, skipped: 0 }
        counts.set(name, {
          passed: passed + (test.status === 'passed'), failed: failed + (test.status === 'failed'), skipped: skipped + (test.status === 'pending'),
        })
      }
    }
    const said = [...counts].map(([name, { passed, failed, skipped }]) =>
      `${name}: ${passed} passed${failed > 0 ? `, ${failed} failed` : ''}${skipped > 0 ? `, ${skipped} skipped` : ''}`)
    const why = process.env.MONGO_URL ? [] : ['MongoDB: not run, since MONGO_URL names no replica set (node scripts/with-mongod.ts npm test provides one)']
    process.stderr.write(`\nStores:      ${[...said, ...why].join(' · ')}\n`)
  }
}
