/** What every desk reads of a referral: its Tasks, and words for the state each is in. */
import type { Bundle, ServiceRequest, Task } from 'fhir/r4.js'
import type { Connection } from './connection.ts'

/** Time of day where the partners are. */
export const clockTime = (instant: string | undefined): string =>
  instant === undefined ? '--:--' : new Date(instant).toLocaleTimeString('en-GB', { timeZone: 'Europe/London', hour: '2-digit', minute: '2-digit' })

export const resources = <T>(bundle: Bundle): T[] => (bundle.entry ?? []).flatMap(entry => (entry.resource === undefined ? [] : [entry.resource as T]))

export const codeOf = (task: Task): string => task.code?.coding?.[0]?.code ?? 'no code'

/** `accepted (accepted)`: what people say, and FHIR's lifecycle. */
export const stateOf = (task: Task): string =>
  `${task.businessStatus?.coding?.[0]?.display ?? task.businessStatus?.text ?? 'no state'} [${task.status}]`

export const etaOf = (task: Task): string | undefined =>
  task.extension?.find(extension => extension.url.endsWith('/StructureDefinition/eta'))?.valueDateTime

export const tasksOf = async ({ fhir, request }: Connection, referralId: string): Promise<Task[]> => {
  const bundle = await fhir.search({
    resourceType: 'Task', searchParams: { focus: `ServiceRequest/${referralId}`, _count: 50 }, options: request(),
  })
  return resources<Task>(bundle as unknown as Bundle)
}

export const readReferral = async ({ fhir, request }: Connection, id: string): Promise<ServiceRequest> =>
  await fhir.read({ resourceType: 'ServiceRequest', id, options: request() }) as unknown as ServiceRequest

export const readTask = async ({ fhir, request }: Connection, id: string): Promise<Task> =>
  await fhir.read({ resourceType: 'Task', id, options: request() }) as unknown as Task

export interface Input {
  readonly action: string
  readonly [name: string]: string
}

/** `Task/[id]/$transition` on the version that was read, so that nobody acts on a state that has passed. */
export const transition = async (
  { fhir, request }: Connection, task: Task, input: Input, values: readonly object[] = [],
): Promise<void> => {
  await fhir.operation({
    name: 'transition', resourceType: 'Task', id: String(task.id),
    input: {
      resourceType: 'Parameters',
      parameter: [...Object.entries(input).map(([name, value]) => ({ name, valueCode: value })), ...values],
    },
    options: request({ 'if-match': `W/"${task.meta?.versionId}"`, 'content-type': 'application/fhir+json' }),
  })
}
