/**
 * One sequence: somebody's steps through a few referrals, some sensible and some not, each by one of the ways a write can
 * come; after each, what was read back must hold (reading.ts), and the answer must agree with what $available-actions said.
 */
import type { Parameters, Task } from 'fhir/r4.js'
import { transitions, type Transition } from '../../../src/referral/transitions.ts'
import { worth } from './choosing.ts'
import { partyOf, type Answer, type Partner, type Partners } from './partners.ts'
import type { Random } from './random.ts'
import { isOpen, kindOf, read, versionsOf, violations, type Reading } from './reading.ts'
import { redFlag, scenarios, type Scenario } from './scenarios.ts'
import { edgeOf, parametersFor, rowsFrom, stateOf, taskAfter, type Brought, type Counts } from './table.ts'

export interface World {
  readonly partners: Partners
  readonly random: Random
  readonly counts: Counts
  /** How often every edge is wanted. */
  readonly times: number
  /** What was done, for whoever reads a failure. */
  readonly told: string[]
  advance(duration: string): Promise<void>
}

interface Case {
  readonly id: string
  readonly scenario: Scenario
  reading: Reading
}

const LINES: Partial<Record<Scenario, number>> = { 'two lines': 2, 'faulty data': 2 }
const SERVICES = ['HealthcareService/cl-ucr2h', 'HealthcareService/cl-vw'] as const
/** What a refusal may be: not now, not yours, not visible, not that version, not valid. Never a fault of the hub. */
const REFUSALS = [400, 403, 404, 409, 412, 422]

/** Runs a sequence on two referrals of their own; throws with everything that was done when something does not hold. */
export const runSequence = async (world: World, steps: number): Promise<void> => {
  const names = Object.keys(scenarios) as Scenario[]
  const cases = [await open(world, world.random.pick(names)), await open(world, world.random.pick(names))]
  for (let step = 0; step < steps; step += 1) await act(world, world.random.pick(cases))
}

const open = async ({ partners, told }: World, scenario: Scenario): Promise<Case> => {
  const answer = await partners.send(partners.named('gp'), 'POST', 'ServiceRequest/$submit', scenarios[scenario]())
  const reference = (answer.body as unknown as Parameters).parameter?.find(({ name }) => name === 'referral')?.valueReference?.reference
  if (answer.status !== 201 || reference === undefined) throw new Error(`${scenario}: not stored, ${answer.status} ${JSON.stringify(answer.body)}`)
  const id = reference.slice('ServiceRequest/'.length)
  told.push(`${scenario}: ${reference}`)
  return { id, scenario, reading: await read(partners, id) }
}

const act = async (world: World, of: Case): Promise<void> => {
  const { random } = world
  const chance = random.below(100)
  const answer = chance < 76 ? await sensible(world, of) : chance < 90 ? await wild(world, of) : await besides(world, of)
  if (answer === undefined) return
  const before = of.reading
  of.reading = await read(world.partners, of.id)
  const isRefused = REFUSALS.includes(answer.status)
  check(world, answer.status < 300 || isRefused, `answered ${answer.status} ${JSON.stringify(answer.body)}`)
  if (isRefused) check(world, versionsOf(of.reading) === versionsOf(before), `refused with ${answer.status}, and changed something`)
  for (const violation of violations(of.reading, LINES[of.scenario] ?? 1)) check(world, false, violation)
}

/** A step that the table holds, by who may take it, with what it needs; toward rare edges. */
const sensible = (world: World, of: Case): Promise<Answer | undefined> => {
  const { partners, random, counts } = world
  const choices = of.reading.tasks.filter(isOpen).flatMap(task => rowsFrom(task).map(row => ({ task, row })))
  if (choices.length === 0) return Promise.resolve(undefined)
  const { task, row } = random.weighted(choices, choice => worth(choice.row, stateOf(choice.task), counts, world.times))
  const able = partners.all.filter(partner => row.who.some(who => who === partyOf(partner, task)))
    .filter(({ practitioner }) => practitioner !== undefined || !row.needs.includes('practitioner'))
  return able.length === 0 ? Promise.resolve(undefined) : take(world, of, random.pick(able), task, row, true)
}

/** Anybody, any Task, any row of its kind, with or without what it needs. */
const wild = (world: World, of: Case): Promise<Answer | undefined> => {
  const { partners, random } = world
  const task = random.pick(of.reading.tasks)
  return take(world, of, random.pick(partners.all), task, random.pick(transitions.filter(({ kind }) => kind === kindOf(task))), random.below(2) === 0)
}

type Means = '$transition' | 'PUT' | 'PUT of the status alone' | 'transaction'

/** Takes a step, or tries to, and holds the answer against what the hub said was open to this partner. */
const take = async (world: World, of: Case, partner: Partner, task: Task, row: Transition, isComplete: boolean): Promise<Answer | undefined> => {
  const { partners, random, counts, told } = world
  const means = meansFor(random, row)
  if (means !== '$transition' && isAt(task, row)) return undefined
  const listed = await actionsListed(world, partner, task)
  const brought = { isComplete, service: random.pick(SERVICES) }
  const isCurrent = random.below(8) > 0
  const ifMatch = `W/"${Number(task.meta?.versionId) + (isCurrent ? 0 : 7)}"`
  told.push(`${partner.name}: ${edgeOf(row, stateOf(task))} -> ${textOfState(row)}, by ${means}${isComplete ? '' : ', lacking what it needs'}${isCurrent ? '' : ', from another version'}`)
  const answer = await sendStep(partners, partner, task, row, means, brought, ifMatch)
  told.push(`  ${answer.status} ${answer.status < 300 ? '' : textOf(answer)}`)

  // An action may mean another row than the one chosen: the one that the proposal makes it mean.
  const meant = rowsFrom(task).find(each => (means === '$transition' ? each.action === row.action : textOfState(each) === textOfState(row))
    && listed.some(({ action, state }) => action === each.action && state === textOfState(each)))
  const isListed = meant !== undefined
  const isReady = meant !== undefined && meant.needs.every(need => isBrought(need, meant, row, { isComplete, partner, disposition: of.scenario }))
  const isTaken = answer.status < 300
  if (means !== 'PUT of the status alone') {
    check(world, isTaken === (isListed && isReady && isCurrent),
      `${isTaken ? 'accepted' : 'refused'}, though ${isListed ? '' : 'not '}listed${isReady ? '' : ', not ready'}${isCurrent ? '' : ', not current'}: ${JSON.stringify(listed)}`)
  }
  if (isTaken && meant !== undefined && means !== 'PUT of the status alone') {
    const edge = edgeOf(meant, stateOf(task))
    counts.set(edge, (counts.get(edge) ?? 0) + 1)
  }
  return answer
}

const textOfState = ({ to }: Transition): string => `${to.status}/${to.business}`

/** Whether the step that was sent brought what the row it means needs. */
const isBrought = (
  need: Transition['needs'][number], meant: Transition, sent: Transition, by: { isComplete: boolean; partner: Partner; disposition: Scenario },
): boolean => {
  if (need === 'practitioner') return by.partner.practitioner !== undefined
  // The question may be left out where the proposal itself says what is missing.
  if (need === 'question' && by.disposition === 'more information') return true
  return by.isComplete && sent.needs.includes(need) && sent.reasons === meant.reasons
}

/** What leads where asking leads is asked for by its action alone. */
const meansFor = (random: Random, row: Transition): Means => {
  const chance = row.when === 'moreinfo' ? 0 : random.below(100)
  if (chance < 55) return '$transition'
  if (chance < 82) return 'PUT'
  return chance < 92 ? 'PUT of the status alone' : 'transaction'
}

/** A PUT to where the Task already is, or of a status it already has, is no step. */
const isAt = (task: Task, row: Transition): boolean => task.status === row.to.status && row.from.every(({ business }) => business !== stateOf(task).business)
  || (task.status === row.to.status && stateOf(task).business === row.to.business)

const sendStep = (
  partners: Partners, partner: Partner, task: Task, row: Transition, means: Means, brought: Brought, ifMatch: string,
): Promise<Answer> => {
  const after = taskAfter(task, row, brought)
  switch (means) {
    case '$transition': return partners.send(partner, 'POST', `Task/${task.id}/$transition`, parametersFor(row, brought), ifMatch)
    case 'PUT': return partners.send(partner, 'PUT', `Task/${task.id}`, after, ifMatch)
    case 'PUT of the status alone':
      return partners.send(partner, 'PUT', `Task/${task.id}`, { ...after, businessStatus: task.businessStatus }, ifMatch)
    case 'transaction': return partners.send(partner, 'POST', '', {
      resourceType: 'Bundle', type: 'transaction', entry: [{ resource: after, request: { method: 'PUT', url: `Task/${task.id}`, ifMatch } }],
    })
  }
}

interface Listed {
  readonly action: string
  readonly state: string
}

/** What the hub lists as open to the partner, held against the table: all that needs no circumstance, and nothing that is not in it. */
const actionsListed = async (world: World, partner: Partner, task: Task): Promise<readonly Listed[]> => {
  const answer = await world.partners.send(partner, 'GET', `Task/${task.id}/$available-actions`)
  const party = partyOf(partner, task)
  if (answer.status !== 200) {
    check(world, [403, 404].includes(answer.status), `$available-actions answered ${answer.status}`)
    check(world, party === undefined || !isOpen(task), `${partner.name} cannot see a Task that is ${party}'s`)
    return []
  }
  const part = (parts: NonNullable<Parameters['parameter']>[number], name: string): string => parts.part?.find(each => each.name === name)?.valueCode ?? ''
  const listed = ((answer.body as unknown as Parameters).parameter ?? []).filter(({ name }) => name === 'action')
    .map(each => ({ action: part(each, 'name'), state: `${part(each, 'status')}/${part(each, 'businessStatus')}` }))
  const meant = rowsFrom(task).filter(({ who }) => party !== undefined && who.includes(party))
  const isMeant = ({ action, state }: Listed): boolean => meant.some(({ to, ...row }) => row.action === action && `${to.status}/${to.business}` === state)
  check(world, listed.every(isMeant), `${partner.name} is offered what the table does not hold: ${JSON.stringify(listed)}`)
  const always = meant.filter(({ when }) => when === undefined)
  check(world, always.every(({ action }) => listed.some(each => each.action === action)), `${partner.name} is not offered all the table holds: ${JSON.stringify(listed)}`)
  return listed
}

/** What is no step of the table: the ServiceRequest, deletions, Tasks by hand, new findings, time. */
const besides = async (world: World, of: Case): Promise<Answer | undefined> => {
  const { partners, random, told } = world
  const { request, tasks } = of.reading
  const partner = random.pick(partners.all)
  const task = random.pick(tasks)
  const tell = async (what: string, sending: Promise<Answer>): Promise<Answer> => {
    const answer = await sending
    told.push(`${partner.name}: ${what}`, `  ${answer.status} ${answer.status < 300 ? '' : textOf(answer)}`)
    return answer
  }
  switch (random.below(8)) {
    case 0: {
      const status = random.pick(['revoked', 'entered-in-error', 'completed', 'on-hold', 'active'] as const)
      return tell(`ServiceRequest -> ${status}`, partners.send(partner, 'PUT', `ServiceRequest/${of.id}`, { ...request, status }, `W/"${request.meta?.versionId}"`))
    }
    case 1: {
      // A closed referral may be deleted by an administrator; there is nothing left to hold then.
      if (request.status !== 'active') return undefined
      const path = random.pick([`Task/${task.id}`, `ServiceRequest/${of.id}`, request.subject.reference ?? ''])
      const answer = await tell(`DELETE ${path.split('/')[0]}`, partners.send(partner, 'DELETE', path))
      // To whom it is not visible it is as if it were not there, and there is nothing to delete.
      check(world, versionsOf(await read(partners, of.id)) === versionsOf(of.reading), 'deleted what an open referral rests on')
      return answer
    }
    case 2: {
      const { id: _id, meta: _meta, ...content } = task
      const answer = await tell(`POST of a ${kindOf(task)} Task`, partners.send(partner, 'POST', 'Task', content))
      check(world, answer.status >= 400, 'made a workflow Task by hand')
      return answer
    }
    case 3: {
      const element = random.pick(['owner', 'restriction', 'basedOn', 'focus', 'code', 'groupIdentifier', 'businessStatus'] as const)
      const { [element]: gone, ...rest } = task
      if (gone === undefined || (element === 'restriction' && !isOpen(task))) return undefined
      const answer = await tell(`PUT of a ${kindOf(task)} Task without ${element}`, partners.send(partner, 'PUT', `Task/${task.id}`, rest, `W/"${task.meta?.versionId}"`))
      check(world, answer.status >= 400, `took ${element} away`)
      return answer
    }
    case 4: return tell('red flag', partners.send(partner, 'POST', 'Flag', redFlag(request.subject)))
    case 5: return tell('Observation', partners.send(partner, 'POST', 'Observation', {
      resourceType: 'Observation', status: 'final', code: { text: 'Pulse' }, subject: request.subject, basedOn: [{ reference: `ServiceRequest/${of.id}` }],
      effectiveDateTime: '2026-11-24T10:14:00Z', valueQuantity: { value: 88, unit: '/min' },
    }))
    case 6: await world.advance('PT4M')
      return undefined
    default: return outsiders(world, of)
  }
}

/** A service whose every offer ended by its own refusal keeps the ServiceRequest and its own Tasks, and sees nothing else of the case. */
const outsiders = async (world: World, of: Case): Promise<undefined> => {
  const { partners } = world
  for (const partner of partners.all.filter(({ client }) => ['team', 'ward', 'charity'].includes(client))) {
    const own = of.reading.tasks.filter(task => ['offer', 'redirect'].includes(kindOf(task)) && partyOf(partner, task) === 'service')
    if (own.some(task => isOpen(task) || kindOf(task) === 'redirect')) continue
    const seen = await read(partners, of.id, partner)
    check(world, seen.tasks.every(task => own.some(({ id }) => id === task.id)), `${partner.name} sees Tasks of others`)
    check(world, seen.tasks.length === own.length, `${partner.name} lost sight of its own Task`)
    const person = await partners.send(partner, 'GET', of.reading.request.subject.reference ?? '')
    check(world, person.status === 404, `${partner.name} still reads the person (${person.status})`)
  }
}

const textOf = ({ body }: Answer): string => ((body['issue'] as { details?: { text?: string } }[] | undefined)?.[0]?.details?.text ?? '').slice(0, 160)

/** Throws with everything that was done. */
const check = ({ told }: World, holds: boolean, what: string): void => {
  if (!holds) throw new Error(`${what}\n${told.join('\n')}`)
}
