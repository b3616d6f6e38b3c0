/**
 * npm run validate -- FILE… [--profile URL]: validates FHIR JSON files as an ordinary write would be, and further
 * against --profile (which may be given more than once). "-" reads standard input.
 *
 * Prints for each file a line with its name and counts, then its OperationOutcome. Exit status: 0 no errors,
 * 1 errors, 2 wrong use or a file that cannot be read.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { loadDefinitions } from '../src/definitions/load.ts'
import { parseJson } from '../src/fhir/json.ts'
import { FhirError, operationOutcome, type Issue } from '../src/fhir/outcomes.ts'
import type { Resource } from '../src/fhir/resource.ts'
import { createValidator } from '../src/validation/engine.ts'

const USAGE = `usage: npm run validate -- FILE… [--profile URL]
  FILE           a FHIR R4 resource as JSON; "-" reads standard input
  --profile URL  a profile it must meet as well; may be repeated`

const misused = (text: string): never => {
  process.stderr.write(`${text}\n${USAGE}\n`)
  process.exit(2)
}

const readArguments = () => {
  try {
    return parseArgs({ allowPositionals: true, options: { profile: { type: 'string', multiple: true }, help: { type: 'boolean' } } })
  } catch (error) {
    return misused(error instanceof Error ? error.message : String(error))
  }
}

const read = (file: string): string => {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch {
    return misused(`${file} cannot be read`)
  }
}

const { values, positionals } = readArguments()
if (values.help) {
  process.stdout.write(`${USAGE}\n`)
  process.exit(0)
}
if (positionals.length === 0) misused('no FILE was given')

const validator = createValidator(loadDefinitions())
const also = values.profile ?? []

const issuesOf = (text: string): readonly Issue[] => {
  try {
    return validator.validate(parseJson(text) as Resource, { profiles: 'ukcore', unknownProfile: 'error', also })
  } catch (error) {
    if (error instanceof FhirError) return error.issues
    throw error
  }
}

const texts = positionals.map(file => [file, read(file)] as const)
let failed = false
for (const [file, text] of texts) {
  const issues = issuesOf(text)
  const count = (severity: Issue['severity']): number => issues.filter(issue => issue.severity === severity).length
  const errors = count('error') + count('fatal')
  failed ||= errors > 0
  const name = file === '-' ? 'standard input' : file
  process.stdout.write(`${name}: ${errors} errors, ${count('warning')} warnings, ${count('information')} notes\n`)
  process.stdout.write(`${JSON.stringify(operationOutcome(issues), null, 2)}\n`)
}
process.exitCode = failed ? 1 : 0
