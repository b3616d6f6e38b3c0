/** A referral read back from the hub, and what must be true of it whatever anybody did (domain 2.6, design idea 5). */
import type { Bundle, FhirResource, ServiceRequest, Task } from 'fhir/r4.js'
import { transitions, type Transition } from '../../../src/referral/transitions.ts'
import type { Partner, Partners } from './partners.ts'

export interface Reading {
  readonly request: ServiceRequest
  readonly tasks: readonly Task[]
}

const CODE_OF: Readonly<Record<string, Transition['kind']>> = { fulfill: 'offer' }
const OPEN = new Set(['requested', 'received', 'accepted', 'in-progress', 'on-hold'])

export const kindOf = (task: Task): string => {
  const code = task.code?.coding?.[0]?.code ?? ''
  return CODE_OF[code] ?? code
}
export const businessOf = (task: Task): string => task.businessStatus?.coding?.[0]?.code ?? ''
export const isOpen = ({ status }: Task): boolean => OPEN.has(status)
const line = (task: Task): number | undefined => task.extension?.find(({ url }) => url.endsWith('/line'))?.valueUnsignedInt

/** As a partner reads it, the hub's desk unless another is named; in an order that does not depend on ids. */
export const read = async (partners: Partners, referral: string, partner: Partner = partners.named('hub')): Promise<Reading> => {
  const { status, body } = await partners.send(partner, 'GET', `Task?based-on=ServiceRequest/${referral}&_count=200&_include=Task:focus`)
  if (status !== 200) throw new Error(`${partner.name} cannot read the referral: ${status}`)
  const resources = ((body as unknown as Bundle<FhirResource>).entry ?? []).map(({ resource }) => resource)
  const order = (task: Task): string => `${kindOf(task)} ${line(task)} ${task.status} ${businessOf(task)} ${task.owner?.reference}`
  return {
    request: resources.find(resource => resource?.resourceType === 'ServiceRequest') as ServiceRequest,
    tasks: resources.filter((resource): resource is Task => resource?.resourceType === 'Task').sort((a, b) => order(a).localeCompare(order(b))),
  }
}

/** Versions of everything that was read: equal when nothing was written. */
export const versionsOf = ({ request, tasks }: Reading): string =>
  [request, ...tasks].map(({ id, meta }) => `${id}/${meta?.versionId}`).sort().join(' ')

/** What is wrong with the referral as it stands; empty when nothing is. `lines`: needs with services of their own. */
export const violations = ({ request, tasks }: Reading, lines: number): readonly string[] => {
  const open = tasks.filter(isOpen)
  if (request.status !== 'active') {
    return open.filter(task => kindOf(task) !== 'fix-data').map(task => `closed (${request.status}), but ${kindOf(task)} is ${task.status}`)
  }
  const coordinating = open.filter(task => kindOf(task) === 'coordinate')
  const [owned] = coordinating
  if (owned === undefined || coordinating.length > 1) return [`open, with ${coordinating.length} coordinating Tasks`]
  return [
    ...(owned.owner?.reference === undefined ? ['nobody owns it'] : []),
    ...(Number.isNaN(Date.parse(owned.restriction?.period?.end ?? '')) ? ['no next-action time'] : []),
    ...stuck(open, owned),
    ...lostLines(tasks, owned, lines),
    ...changedClocks(tasks),
    ...(open.filter(task => kindOf(task) === 'triage').length > 1 ? ['two triage Tasks'] : []),
  ]
}

/** Beyond ending it, somebody can take every open referral further. */
const stuck = (open: readonly Task[], owned: Task): readonly string[] => {
  const further = open.flatMap(task => transitions.filter(row => row.kind === kindOf(task)
    && row.from.some(({ status, business }) => status === task.status && business === businessOf(task))
    && !row.entails.includes('close-referral') && !row.entails.includes('cancel-referral')))
  return further.length > 0 ? [] : [`stuck in ${businessOf(owned)}`]
}

/** Each line is asked of somebody, or at its end, or the coordinating Task says that it waits for the hub. */
const lostLines = (tasks: readonly Task[], owned: Task, lines: number): readonly string[] => {
  const waitsAsAWhole = tasks.some(task => isOpen(task) && ['triage', 'follow-up'].includes(kindOf(task))) || businessOf(owned) === 'escalated-999'
  if (waitsAsAWhole) return []
  const found: string[] = []
  for (let each = 0; each < lines; each += 1) {
    const attempts = tasks.filter(task => ['offer', 'redirect'].includes(kindOf(task)) && (line(task) ?? each) === each)
    const isAsked = attempts.filter(isOpen).length
    const isDone = attempts.some(task => task.status === 'completed' || businessOf(task) === 'declined-by-patient')
    if (isAsked > 1) found.push(`line ${each} is asked of ${isAsked} at once`)
    if (isAsked === 0 && !isDone && businessOf(owned) !== 'rejected') found.push(`line ${each} is lost (${businessOf(owned)})`)
  }
  return found
}

/** Offering a line again changes neither its urgency nor its clock. */
const changedClocks = (tasks: readonly Task[]): readonly string[] => {
  const clocks = new Map<number, Set<string>>()
  for (const task of tasks.filter(each => kindOf(each) === 'offer')) {
    const known = clocks.get(line(task) ?? 0) ?? new Set<string>()
    known.add(`${task.priority} ${task.restriction?.period?.end}`)
    clocks.set(line(task) ?? 0, known)
  }
  return [...clocks].flatMap(([each, known]) => (known.size > 1 ? [`line ${each} changed its clock: ${[...known].join(', ')}`] : []))
}
