/**
 * A referral as the hub sees it inside one unit of work: the ServiceRequest, its coordinating Task, its triage, the
 * proposal it rests on, and its offers by line.
 */
import type { ServiceRequest, Task } from 'fhir/r4.js'
import { localReference } from '../fhir/reference.ts'
import type { Resource } from '../fhir/resource.ts'
import type { Unit } from '../rest/unit.ts'
import type { Condition } from '../search/plan.ts'
import { businessOf, detail, kindOf, LINE_EXTENSION, type TaskKind } from './codes.ts'
import { asRequest } from './parties.ts'
import { keptProposal, type KeptProposal } from './proposing.ts'

export interface Referral {
  /** Id of the ServiceRequest, which is the id of the case. */
  readonly id: string
  readonly request: ServiceRequest
  /** Undefined while it is being opened. */
  readonly coordinating: Task | undefined
  readonly triage: Task | undefined
  readonly proposal: KeptProposal
  /** In no order. */
  readonly offers: readonly Task[]
  /** Of every kind, the coordinating Task and the offers included. */
  readonly tasks: readonly Task[]
}

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
  const request = asRequest(await unit.read({ type: 'ServiceRequest', id }))
  if (request === undefined) return undefined
  const tasks = (isNew(unit, id) ? written(unit, id) : await unit.find('Task', basedOn(id))).map(resource => resource as unknown as Task)
  const of = (kind: TaskKind): readonly Task[] => tasks.filter(task => kindOf(task) === kind)
  const triage = of('triage')[0]
  const guidance = localReference(detail(triage?.output, 'proposal')?.valueReference?.reference ?? '')
  return {
    id, request, tasks, triage,
    coordinating: of('coordinate').find(isOpen) ?? of('coordinate')[0],
    proposal: keptProposal(guidance === undefined ? undefined : await unit.read(guidance)),
    offers: of('offer'),
  }
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

/** One line's offers. */
export interface Line {
  readonly line: number
  /** The offer somebody works on, if any. */
  readonly open: Task | undefined
  readonly isDone: boolean
  readonly offers: readonly Task[]
}

/** The service did it, or the person did not want it. */
const endsLine = (offer: Task): boolean => offer.status === 'completed' || businessOf(offer) === 'declined-by-patient'

/** The lines that were ever offered. */
export const linesOf = (referral: Pick<Referral, 'offers'>): readonly Line[] => {
  const numbers = [...new Set(referral.offers.map(lineOf))].sort((a, b) => a - b)
  return numbers.map(line => {
    const offers = referral.offers.filter(offer => lineOf(offer) === line)
    return { line, offers, open: offers.find(isOpen), isDone: offers.some(endsLine) }
  })
}

/** A typed resource as the rest room takes it. */
export const asResource = (resource: Task | ServiceRequest): Resource => resource as unknown as Resource

