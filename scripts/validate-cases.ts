/**
 * npm run validate:cases [-- SET…]: runs the judged sets (HL7's cases, the examples of R4 and UK Core, single faults,
 * hostile documents) and writes what came out into docs/validation.md. A set that cannot be run here keeps its section.
 *
 * Exit status: 0 all as expected, 1 something is judged otherwise than expected, 2 wrong use.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { PAGE, withSection } from '../test/validation/judged/set.ts'
import { judgedSets } from '../test/validation/judged/sets.ts'

const asked = process.argv.slice(2)
const unknown = asked.find(name => !judgedSets.some(set => set.name === name))
if (unknown !== undefined) {
  process.stderr.write(`there is no set "${unknown}"; there are: ${judgedSets.map(({ name }) => name).join(', ')}\n`)
  process.exit(2)
}

for (const { name, missing, run } of judgedSets) {
  if (asked.length > 0 && !asked.includes(name)) continue
  if (missing !== undefined) {
    process.stdout.write(`${name}: not run, ${missing}; its section is that of an earlier run\n`)
    continue
  }
  const start = process.cpuUsage().user
  const { section, problems, notes = [] } = run()
  process.stdout.write(`${name}: ${((process.cpuUsage().user - start) / 1e6).toFixed(1)} s of CPU, ${problems.length === 0 ? 'as expected' : `${problems.length} otherwise than expected`}\n`)
  for (const line of [...notes, ...problems]) process.stdout.write(`  ${line}\n`)
  if (problems.length > 0) process.exitCode = 1
  // the page is read anew each time: the rest of it may be written meanwhile
  writeFileSync(PAGE, withSection(readFileSync(PAGE, 'utf8'), name, section))
}
