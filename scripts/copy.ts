/**
 * `npm run copy -- --from sqlite:FILE --to mongodb://…`: copies a whole store to an empty MongoDB database and compares
 * both at the end. No hub may run on either meanwhile. Killed at any moment and started again, it goes on where it was.
 *
 * BASE_URL as for the hub: absolute references under it are indexed as its own. Exit status 1: not copied, or not equal.
 */
import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { readConfig } from '../src/config.ts'
import { loadDefinitions } from '../src/definitions/load.ts'
import { systemClock } from '../src/fhir/clock.ts'
import { openLiveParameters } from '../src/rest/search-parameters/live.ts'
import { parseStored } from '../src/rest/unit-of-work.ts'
import { createExtractor } from '../src/search/extract.ts'
import { shownAddress, storeAddress, withoutCredentials, type StoreAddress } from '../src/store/address.ts'
import { compare, type Comparison } from '../src/store/compare.ts'
import { copy, Refused } from '../src/store/copy.ts'
import { openMongoTarget } from '../src/store/mongo/copy-target.ts'
import { openSqliteContents } from '../src/store/sqlite/contents.ts'
import { openSqliteStore } from '../src/store/sqlite/open.ts'
import { copying } from './copy/progress.ts'
import { progressOn } from './progress.ts'

const USAGE = 'npm run copy -- --from sqlite:FILE --to mongodb://HOST,…/DATABASE?replicaSet=NAME'

class UsageError extends Error {}

const say = (line: string): void => { process.stdout.write(`${line}\n`) }

const addressOf = <K extends StoreAddress['kind']>(name: string, text: string | undefined, kind: K): Extract<StoreAddress, { kind: K }> => {
  if (text === undefined) throw new UsageError(`--${name} is needed`)
  const address = storeAddress(text)
  if ('problem' in address) throw new UsageError(`--${name} ${address.problem}`)
  if (address.kind !== kind) throw new UsageError(`--${name} must be ${kind}: a copy goes from a file to a MongoDB`)
  return address as Extract<StoreAddress, { kind: K }>
}

/** Holds the file for as long as it runs: a hub that has it open is in the way, and none can start. */
const copyFile = async (from: string, to: string, baseUrl: string | undefined): Promise<Comparison> => {
  const report = progressOn(process.stdout, copying)
  const hub = await openSqliteStore({ path: from, clock: systemClock() })
  try {
    const live = await openLiveParameters(hub, loadDefinitions())
    const extract = createExtractor(live.definitions(), { bases: baseUrl === undefined ? [] : [`${baseUrl}/fhir`] })
    const target = await openMongoTarget(to)
    const source = openSqliteContents(from)
    try {
      await copy(source, target, version => extract(parseStored(version)), report)
      const comparison = await compare(source, target, report)
      if (comparison.differing === 0) await target.release()
      return comparison
    } finally {
      source.close()
      await target.close()
    }
  } finally {
    await hub.close()
  }
}

const tell = ({ left, right, differences, differing }: Comparison): void => {
  say(`${'type'.padEnd(28)}${'current'.padStart(10)}${'deleted'.padStart(10)}${'versions'.padStart(10)}`)
  for (const [type, { current, deleted, versions }] of [...left.types].sort(([a], [b]) => (a < b ? -1 : 1))) {
    say(`${type.padEnd(28)}${[current, deleted, versions].map(count => String(count).padStart(10)).join('')}`)
  }
  say(`cases ${left.cases}, request keys ${left.keys}`)
  say(`events sha256 ${left.digest}`)
  if (differing === 0) return say('equal')
  say(`events sha256 ${right.digest} in the target, cases ${right.cases}, request keys ${right.keys}`)
  for (const difference of differences) say(difference)
  if (differing > differences.length) say(`and ${differing - differences.length} more`)
  say('not equal: no hub opens the copy')
}

const run = async (): Promise<number> => {
  const { values } = parseArgs({ options: { from: { type: 'string' }, to: { type: 'string' } } })
  const from = addressOf('from', values.from, 'sqlite')
  const to = addressOf('to', values.to, 'mongodb')
  if (!existsSync(from.path)) throw new UsageError(`there is no file ${from.path}`)
  const { baseUrl } = readConfig({ BASE_URL: process.env['BASE_URL'] })
  say(`from ${shownAddress(from)} to ${shownAddress(to)}`)
  const comparison = await copyFile(from.path, to.url, baseUrl)
  tell(comparison)
  return comparison.differing === 0 ? 0 : 1
}

try {
  process.exitCode = await run()
} catch (error) {
  const isUsage = error instanceof UsageError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS') === true
  const message = withoutCredentials(error instanceof Error ? error.message : String(error))
  process.stderr.write(`${error instanceof Refused || isUsage ? '' : 'the copy stopped: '}${message}\n${isUsage ? `${USAGE}\n` : ''}`)
  process.exitCode = isUsage ? 2 : 1
}
