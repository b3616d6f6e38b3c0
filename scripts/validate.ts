/**
 * npm run validate -- FILE… [--profile URL] [--package FILE.tgz] [--preferred] [--json]: validates FHIR JSON files as an ordinary write would
 * be, and further against --profile, with the definitions of --package over those the hub ships. Both may be repeated.
 * A file holds a resource, a Bundle, or a resource in each line; "-" is standard input.
 *
 * Prints what was found, or with --json an OperationOutcome in a line per resource; a summary on standard error.
 * Exit status: 0 no errors, 1 errors, 2 wrong use, or a file or package that cannot be read.
 */
import { parseArgs } from 'node:util'
import { isDefinition } from '../src/definitions/definition.ts'
import { loadDefinitions } from '../src/definitions/load.ts'
import { parseJson } from '../src/fhir/json.ts'
import { FhirError, operationOutcome, type Issue } from '../src/fhir/outcomes.ts'
import type { Resource } from '../src/fhir/resource.ts'
import { loadPackages } from '../src/rest/definitions/packages.ts'
import { judgeAlone } from '../src/rest/definitions/judge.ts'
import { createValidator } from '../src/validation/engine.ts'
import { documentsIn, type Document } from './validate/documents.ts'
import { counted, report, summary } from './validate/report.ts'

const USAGE = `usage: npm run validate -- FILE… [--profile URL] [--package FILE.tgz] [--preferred] [--json]
  FILE                a FHIR R4 resource or Bundle as JSON, or NDJSON; "-" reads standard input
  --profile URL       a profile that each must meet as well; may be repeated
  --package FILE.tgz  a FHIR package whose definitions count; may be repeated
  --preferred         tells of codes outside preferred value sets as well
  --json              prints an OperationOutcome in a line per resource`

const complain = (text: string): void => { process.stderr.write(`${text}\n`) }

const misused = (text: string): never => {
  complain(`${text}\n${USAGE}`)
  process.exit(2)
}

const readArguments = () => {
  try {
    return parseArgs({ allowPositionals: true, options: {
      profile: { type: 'string', multiple: true, default: [] }, package: { type: 'string', multiple: true, default: [] },
      preferred: { type: 'boolean', default: false }, json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false },
    } })
  } catch (error) {
    return misused(error instanceof Error ? error.message : String(error))
  }
}

const read = (file: string): readonly Document[] => {
  try {
    return documentsIn(file)
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
const documents = positionals.flatMap(read)

const began = performance.now()
const { definitions, loaded, problems, broken } = loadPackages(values.package, loadDefinitions())
for (const line of [...loaded, ...problems]) complain(line)
if (broken > 0) misused(broken === 1 ? 'a package cannot be read' : `${broken} packages cannot be read`)

const validator = createValidator(definitions)
const issuesOf = (text: string): readonly Issue[] => {
  try {
    const resource = parseJson(text) as Resource
    const issues = validator.validate(resource, { profiles: 'ukcore', unknownProfile: 'error', also: values.profile, preferred: values.preferred })
    return counted(issues).errors > 0 || !isDefinition(resource) ? issues : [...issues, ...judgeAlone(definitions, resource)]
  } catch (error) {
    if (error instanceof FhirError) return error.issues
    throw error
  }
}

const found = documents.map(({ name, text }) => {
  const issues = issuesOf(text)
  process.stdout.write(`${values.json ? JSON.stringify(operationOutcome(issues)) : report(name, issues)}\n`)
  return counted(issues)
})
complain(summary(found, (performance.now() - began) / 1000))
process.exitCode = found.some(({ errors }) => errors > 0) ? 1 : 0
