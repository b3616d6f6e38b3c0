/**
 * The proposal of a referral in sentences: what, by when, why, and by which rules. Read from the GuidanceResponse that
 * the triage Task points to, which carries the answer of `$triage`.
 */
import type { GuidanceResponse, HealthcareService, Parameters, ParametersParameter, Task } from 'fhir/r4.js'
import { clockTime, codeOf, tasksOf } from './case.ts'
import type { Connection } from './connection.ts'

export const proposalOf = async (connection: Connection, referralId: string): Promise<readonly string[]> => {
  const triage = (await tasksOf(connection, referralId)).find(task => codeOf(task) === 'triage')
  const guidance = await readGuidance(connection, triage)
  const proposal = guidance.contained?.find(resource => resource.resourceType === 'Parameters') as Parameters | undefined
  const parameters = proposal?.parameter ?? []
  const due = text(parameters, 'due')
  const pack = parameters.find(({ name }) => name === 'pack')?.part
  return [
    `GuidanceResponse/${guidance.id} proposes: ${text(parameters, 'disposition')}, ${text(parameters, 'priority')}, ` +
      `by ${clockTime(due === '' ? undefined : due)}; a clinician decides`,
    ...await Promise.all(parameters.filter(({ name }) => name === 'service').map(({ part }) => serviceSentence(connection, part))),
    ...reasons(parameters),
    `by the rules of ${text(pack, 'canonical').split('/').pop()} ${text(pack, 'version')}`,
  ]
}

const readGuidance = async ({ fhir, request }: Connection, triage: Task | undefined): Promise<GuidanceResponse> => {
  const reference = triage?.output?.find(output => output.valueReference?.reference?.startsWith('GuidanceResponse/'))?.valueReference?.reference
  if (reference === undefined) throw new Error('nothing is proposed')
  return await fhir.read({
    resourceType: 'GuidanceResponse', id: reference.replace('GuidanceResponse/', ''), options: request(),
  }) as unknown as GuidanceResponse
}

/** Line 0 is the most urgent need's; services of one line are alternatives, further lines run beside it. */
const serviceSentence = async ({ fhir, request }: Connection, part: readonly ParametersParameter[] | undefined): Promise<string> => {
  const reference = part?.find(({ name }) => name === 'reference')?.valueReference?.reference ?? ''
  const service = await fhir.read({
    resourceType: 'HealthcareService', id: reference.replace('HealthcareService/', ''), options: request(),
  }) as unknown as HealthcareService
  const [line, rank] = [text(part, 'line'), text(part, 'rank')]
  const beginning = rank !== '1' ? 'or, should that refuse,' : line !== '0' ? 'and beside it' : 'first'
  return `${beginning} ${service.name} (${text(part, 'code')}): ${text(part, 'reason')}`
}

/** Rules a clinician asks for first of an offer; whatever the answer, those that were not met come before them all. */
const TOLD = ['news2-emergency', 'adult', 'lives-in-area', 'safe-to-wait', 'before-cut-off']

/** A rule's source ends with where the sentence stands, in brackets; of its facts the first decides. */
const reasons = (parameters: readonly ParametersParameter[]): readonly string[] => {
  const rules = parameters.filter(({ name }) => name === 'rule').map(({ part }) => ({
    id: text(part, 'id'), result: text(part, 'result'), fact: text(part, 'fact').split(', ')[0], sentence: text(part, 'source').split(' [')[0],
  }))
  const isOffer = text(parameters, 'disposition') === 'offer'
  const told = [
    ...rules.filter(({ result }) => result === 'fail'), ...rules.filter(({ id, result }) => isOffer && result === 'pass' && TOLD.includes(id)),
  ]
  return told.slice(0, TOLD.length).map(({ sentence, result, fact }) => `because ${result === 'pass' ? 'met' : 'NOT met'}: ${sentence} (${fact})`)
}

/** The value of a parameter in words, empty when there is none. */
const text = (parts: readonly ParametersParameter[] | undefined, name: string): string => {
  const found = parts?.find(part => part.name === name)
  return String(Object.entries(found ?? {}).find(([key]) => key.startsWith('value'))?.[1] ?? '')
}
