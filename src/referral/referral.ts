/**
 * A referral as the hub sees it inside one unit of work: the ServiceRequest, its coordinating Task, its triage, the
 * proposal it rests on, and its offers by line.
 */
import type { ServiceRequest, Task } from 'fhir/r4.js'
import { localReference } from '../fhir/reference.ts'
import type { Resource } from '../fhir/resource.ts'
import type { Unit } from '../rest/unit.ts'
import type { Condition } from '../search/plan.ts'
import { businessOf, detail, kindOf, LINE_EXTENSION, type DetailKind, type TaskKind } from './codes.ts'
import { asRequest } from './parties.ts'
import { keptProposal, withFurtherLines, type KeptProposal } from './proposing.ts'

export interface Referral {
  /** Id of the ServiceRequest, which is the id of the case. */
  readonly id: string
  readonly request: ServiceRequest
  /** Undefined while it is being opened. */
  readonly coordinating: Task | undefined
  readonly triage: Task | undefined
  readonly proposal: KeptProposal
  /** The newest follow-up Task, of a person who was left with the ambulance service. */
  readonly followUp: Task | undefined
  /** In no order. */
  readonly offers: readonly Task[]
  /** Offers and redirections: what was tried to find somebody for a line. */
  readonly attempts: readonly Task[]
  /** Of every kind, the coordinating Task and the offers included. */
  readonly tasks: readonly Task[]
}

/** A referral without its proposal, of which some 20 kB are kept: enough to say whose it is and where it stands. */
export type ReferralTasks = Omit<Referral, 'proposal'>

const basedOn = (id: string): Condition =>
  ({ kind: 'match', param: 'based-on', test: { kind: 'reference', types: ['ServiceRequest'], id } })

/** The store holds nothing of a ServiceRequest that this unit creates: no need to ask it. */
const isNew = (unit: Unit, id: string): boolean =>
  unit.changes().some(({ ref, replaces }) => ref.type === 'ServiceRequest' && ref.id === id && replaces === 0)

const written = (unit: Unit, id: string): readonly Resource[] =>
  unit.changes().flatMap(({ ref, after }) => (ref.type === 'Task' && after !== undefined && isBasedOn(after, id) ? [after] : []))

const isBasedOn = (task: Resource, id: string): boolean =>
  (task as unknown as Task).basedOn?.some(({ reference }) => reference === `ServiceRequest/${id}`) ?? false

/** Reads a referral by its ServiceRequest; undefined when there is none, or it was never opened. */
export const readReferral = async (unit: Unit, id: string): Promise<Referral | undefined> => {
  const referral = await readReferralTasks(unit, id)
  return referral === undefined ? undefined : withKeptProposal(unit, referral)
}

export const withKeptProposal = async (unit: Unit, referral: ReferralTasks): Promise<Referral> =>
  ({ ...referral, proposal: await proposalOf(unit, referral.triage) })

/** As `readReferral`, for who may not need the proposal: every change of a Task comes by here. */
export const readReferralTasks = async (unit: Unit, id: string): Promise<ReferralTasks | undefined> => {
  const request = asRequest(await unit.read({ type: 'ServiceRequest', id }))
  if (request === undefined) return undefined
  const tasks = (isNew(unit, id) ? written(unit, id) : await unit.find('Task', basedOn(id))).map(resource => resource as unknown as Task)
  const of = (kind: TaskKind): readonly Task[] => tasks.filter(task => kindOf(task) === kind)
  const triage = of('triage')[0]
  return {
    id, request, tasks, triage,
    coordinating: of('coordinate').find(isOpen) ?? of('coordinate')[0],
    followUp: of('follow-up').find(isOpen) ?? of('follow-up').at(-1),
    offers: of('offer'),
    attempts: [...of('offer'), ...of('redirect')],
  }
}

const proposalOf = async (unit: Unit, triage: Task | undefined): Promise<KeptProposal> => {
  const latest = await readKept(unit, triage, 'proposal')
  return latest.disposition === 'offer' ? latest : withFurtherLines(latest, await readKept(unit, triage, 'earlier-proposal'))
}

const readKept = async (unit: Unit, triage: Task | undefined, kind: DetailKind): Promise<KeptProposal> => {
  const guidance = localReference(detail(triage?.output, kind)?.valueReference?.reference ?? '')
  return keptProposal(guidance === undefined ? undefined : await unit.read(guidance))
}

/** The referral a Task belongs to, by its case. */
export const referralOfTask = async (unit: Unit, task: Resource): Promise<Referral | undefined> => {
  const caseId = await unit.caseOf({ type: 'Task', id: String(task.id) })
  return caseId === undefined ? undefined : readReferral(unit, caseId)
}

const CLOSED = new Set<string>(['completed', 'cancelled', 'failed', 'rejected', 'entered-in-error'])

/** Whether somebody still has to do something. */
export const isOpen = (task: Task): boolean => !CLOSED.has(task.status)

/** The line of the referral an offer belongs to: 0 for the lead need. */
export const lineOf = (offer: Task): number =>
  offer.extension?.find(extension => extension.url === LINE_EXTENSION)?.valueUnsignedInt ?? 0

/** A redirection that names no line asks the other side to take the whole referral over. */
export const covers = (attempt: Task, line: number): boolean =>
  lineOf(attempt) === line || (kindOf(attempt) === 'redirect' && attempt.extension?.some(({ url }) => url === LINE_EXTENSION) !== true)

/** One line's attempts. */
export interface Line {
  readonly line: number
  /** The offer somebody works on, or the redirection somebody answers, if any. */
  readonly open: Task | undefined
  readonly isDone: boolean
  readonly attempts: readonly Task[]
}

/** The service did it, the other side took it over, or the person did not want it. */
const endsLine = (attempt: Task): boolean => attempt.status === 'completed' || businessOf(attempt) === 'declined-by-patient'

/** The lines a clinician decided on and those that were ever offered: none is lost because nobody could be offered it. */
export const linesOf = (referral: Pick<Referral, 'attempts' | 'proposal' | 'triage'>): readonly Line[] => {
  const numbers = new Set([...linesDecided(referral), ...referral.attempts.map(lineOf)])
  return [...numbers].sort((a, b) => a - b).map(line => {
    const attempts = referral.attempts.filter(attempt => covers(attempt, line))
    return { line, attempts, open: attempts.find(isOpen), isDone: attempts.some(endsLine) }
  })
}

/** Once a clinician has decided, the lead and every further line of the proposal must come to an end of its own. */
const linesDecided = ({ triage, proposal }: Pick<Referral, 'proposal' | 'triage'>): readonly number[] =>
  (triage?.status === 'completed' ? [0, ...proposal.services.map(({ line }) => line)] : [])

/** A typed resource as the rest room takes it. */
export const asResource = (resource: Task | ServiceRequest): Resource => resource as unknown as Resource

