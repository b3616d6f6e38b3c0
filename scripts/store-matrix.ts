/**
 * `node scripts/store-matrix.ts RESULTS.json [--check]`: what each store was seen to do, as docs/stores-matrix.md, from
 * Jest's results of test/contract, test/races and test/failover run with MONGO_URL (`--json --outputFile=RESULTS.json`).
 *
 * `--check` writes nothing and ends with 1 when the page says something else, or a case failed, or was left out.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const STORES = ['SQLite', 'MongoDB'] as const
type StoreName = (typeof STORES)[number]

/** Groups of cases that one store cannot have, and why. */
const NOT_FOR: Readonly<Record<string, Partial<Record<StoreName, string>>>> = {
  'a new definition, two hubs': { SQLite: 'one process for each file' },
  'a new search parameter, two hubs': { SQLite: 'one process for each file' },
  'failover': { SQLite: 'one file, no other machine to fail over to' },
  'races, two hubs': { SQLite: 'one process for each file' },
  'SIGKILL': { SQLite: 'killed 20 times in test/store/crash.test.ts' },
  'simultaneous clients of two hubs': { SQLite: 'one process for each file' },
}

const FOLDERS = /\/test\/(?:contract|races|failover)\//
const page = fileURLToPath(new URL('../docs/stores-matrix.md', import.meta.url))

interface Results {
  readonly testResults: readonly {
    readonly name: string
    readonly assertionResults: readonly { readonly ancestorTitles: readonly string[]; readonly title: string; readonly status: string }[]
  }[]
}

type Statuses = Map<StoreName, string>

/** Statuses by group and case. */
const casesOf = ({ testResults }: Results): ReadonlyMap<string, ReadonlyMap<string, Statuses>> => {
  const groups = new Map<string, Map<string, Statuses>>()
  for (const { name, assertionResults } of testResults) {
    if (!FOLDERS.test(name)) continue
    for (const { ancestorTitles: [first = '', ...others], title, status } of assertionResults) {
      const [, several, store, named] = /^(?:one hub on |(two hubs) on one )?(SQLite|MongoDB): (.+)$/.exec(first) ?? []
      if (store === undefined || named === undefined) continue
      const group = several === undefined ? named : `${named}, ${several}`
      const cases = groups.get(group) ?? new Map<string, Statuses>()
      groups.set(group, cases)
      const says = [...others, title].join(': ')
      cases.set(says, (cases.get(says) ?? new Map<StoreName, string>()).set(store as StoreName, status))
    }
  }
  return groups
}

const problems: string[] = []

const cell = (group: string, says: string, store: StoreName, status: string | undefined): string => {
  if (status === 'passed') return 'yes'
  const why = NOT_FOR[group]?.[store]
  if (status === undefined && why !== undefined) return why
  problems.push(`${store}: ${group}: ${says}: ${status ?? 'was not run, and NOT_FOR gives no reason'}`)
  return 'NO'
}

const table = (group: string, cases: ReadonlyMap<string, Statuses>): string => [
  `## ${group}`, '', `| | ${STORES.join(' | ')} |`, `|---|${STORES.map(() => '---|').join('')}`,
  ...[...cases].sort(([a], [b]) => (a < b ? -1 : 1)).map(([says, statuses]) =>
    `| ${says.replaceAll('|', '\\|')} | ${STORES.map(store => cell(group, says, store, statuses.get(store))).join(' | ')} |`),
  '',
].join('\n')

const [file, mode] = process.argv.slice(2)
if (file === undefined) {
  process.stderr.write('node scripts/store-matrix.ts RESULTS.json [--check]\n')
  process.exit(2)
}
const groups = casesOf(JSON.parse(readFileSync(file, 'utf8')) as Results)
const text = `# What each store was seen to do

Made by \`node scripts/store-matrix.ts\` from a run of \`test/contract\`, \`test/races\` and \`test/failover\` on both stores; CI holds it
to its own run. What the words mean: [stores](stores.md).

${[...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([group, cases]) => table(group, cases)).join('\n')}`

if (groups.size === 0) problems.push(`${file} has no case of a store: run test/contract, test/races and test/failover`)
if (mode !== '--check') writeFileSync(page, text)
else if (readFileSync(page, 'utf8') !== text) problems.push('docs/stores-matrix.md is of another run: make it anew without --check')
for (const problem of problems) process.stderr.write(`${problem}\n`)
if (problems.length > 0) process.exitCode = 1
