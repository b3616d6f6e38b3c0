/**
 * What every desk reads of a referral: its Tasks, words for the state each is in, what may be done next; and making a
 * transition, on the version that was read, so that nobody acts on a state that has passed.
 */
import type { Bundle, Parameters, ServiceRequest, Task } from 'fhir/r4.js'
import type { Connection } from './connection.ts'

const london = (instant: string, form: Intl.DateTimeFormatOptions): string =>
  new Date(instant).toLocaleString('en-GB', { timeZone: 'Europe/London', ...form })
const dayOf = (instant: string): string => london(instant, { weekday: 'short', day: 'numeric', month: 'short' })

/** Time of day where the partners are; with the day, where that is not the day of `seenAt`. */
export const clockTime = (instant: string | undefined, seenAt = instant): string => {
  if (instant === undefined || seenAt === undefined) return '--:--'
  const time = london(instant, { hour: '2-digit', minute: '2-digit' })
  return dayOf(instant) === dayOf(seenAt) ? time : `${dayOf(instant)} ${time}`
}

export const resources = <T>(bundle: Bundle): T[] =>
  (bundle.entry ?? []).flatMap(({ resource }) => (resource === undefined ? [] : [resource as T]))

export const codeOf = (task: Task): string => task.code?.coding?.[0]?.code ?? 'no code'
export const businessOf = (task: Task): string => task.businessStatus?.coding?.[0]?.code ?? ''
export const isOpen = (task: Task): boolean => !['completed', 'cancelled', 'rejected', 'failed'].includes(task.status)
export const ownerOf = (task: Task): string => task.owner?.display ?? task.owner?.reference ?? 'nobody'
export const referralOf = (task: Task): string => (task.focus?.reference ?? '').replace('ServiceRequest/', '')

/** `Accepted [accepted]`: what people say, and FHIR's lifecycle. */
export const stateOf = (task: Task): string =>
  `${task.businessStatus?.coding?.[0]?.display ?? task.businessStatus?.text ?? 'no state'} [${task.status}]`

export const reasonOf = (task: Task): string | undefined => task.statusReason?.coding?.[0]?.display ?? task.statusReason?.text

/** `, next action by 10:30`, while there is one. */
export const nextActionOf = (task: Task): string =>
  isOpen(task) ? `, next action by ${clockTime(task.restriction?.period?.end, task.meta?.lastUpdated)}` : ''

/** Of an offer, as its service wrote it. */
export const etaOf = (task: Task): string | undefined =>
  task.extension?.find(extension => extension.url.endsWith('/StructureDefinition/eta'))?.valueDateTime

export const tasksOf = async ({ fhir, request }: Connection, referralId: string): Promise<Task[]> => {
  const bundle = await fhir.search({
    resourceType: 'Task', searchParams: { focus: `ServiceRequest/${referralId}`, _count: 50 }, options: request(),
  })
  return resources<Task>(bundle as unknown as Bundle)
}

export const coordinatingOf = async (connection: Connection, referralId: string): Promise<Task> => {
  const found = (await tasksOf(connection, referralId)).filter(task => codeOf(task) === 'coordinate')
  const [task] = found
  if (task === undefined || found.length > 1) throw new Error(`the referral has ${found.length} coordinating Tasks, not one`)
  return task
}

export const readReferral = async ({ fhir, request }: Connection, id: string): Promise<ServiceRequest> =>
  await fhir.read({ resourceType: 'ServiceRequest', id, options: request() }) as unknown as ServiceRequest

export const readTask = async ({ fhir, request }: Connection, id: string): Promise<Task> =>
  await fhir.read({ resourceType: 'Task', id, options: request() }) as unknown as Task

export interface Input {
  readonly action: string
  readonly [name: string]: string
}

/** `Task/[id]/$available-actions`: what this caller may do next. */
export const actionsOn = async ({ fhir, request }: Connection, task: Task): Promise<readonly string[]> => {
  const answer = await fhir.operation({
    name: 'available-actions', resourceType: 'Task', id: String(task.id), method: 'GET', options: request(),
  }) as unknown as Parameters
  return (answer.parameter ?? []).filter(({ name }) => name === 'action')
    .flatMap(({ part = [] }) => part.find(({ name }) => name === 'name')?.valueCode ?? [])
}

/** `Task/[id]/$transition` on the version that was read. */
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
