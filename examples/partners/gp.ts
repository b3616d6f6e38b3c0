/**
 * A GP system: sends one referral, then follows it by polling Tasks until it is finished. The GP does nothing else.
 * Words: `refer INSTANT` (when the clinician pressed send), `look`.
 */
import { readFile } from 'node:fs/promises'
import type { Bundle, OperationOutcome, Parameters, ServiceRequest, Task } from 'fhir/r4.js'
import { clockTime, codeOf, etaOf, readReferral, resources, stateOf, tasksOf } from './case.ts'
import { connect } from './connection.ts'
import { runDesk, type Say } from './desk.ts'

const connection = await connect()
const { fhir, request } = connection

let referralId = ''
/** Versions of Tasks this system has told its clinician of, so that polling with `ge` tells nothing twice. */
const told = new Set<string>()
let lastSeen = ''

const value = (parameters: Parameters, name: string): string | undefined => {
  const found = parameters.parameter?.find(parameter => parameter.name === name)
  return found?.valueString ?? found?.valueCode ?? found?.valueIdentifier?.value ?? found?.valueReference?.reference
}

const refer = async (say: Say, authoredOn: string): Promise<void> => {
  const bundle = JSON.parse(await readFile(new URL('./referral.json', import.meta.url), 'utf8')) as Bundle
  for (const resource of resources<ServiceRequest>(bundle)) {
    if (resource.resourceType === 'ServiceRequest' && authoredOn !== '') resource.authoredOn = authoredOn
  }
  const answer = await fhir.operation({
    name: 'submit', resourceType: 'ServiceRequest', input: { ...bundle },
    options: request({ 'content-type': 'application/fhir+json' }),
  }) as unknown as Parameters
  referralId = (value(answer, 'referral') ?? '').replace('ServiceRequest/', '')
  if (referralId === '') throw new Error('the hub did not name the referral')
  say(`GP sent the referral; the hub answered: ${value(answer, 'status')}, number ${value(answer, 'identifier')}`)
  const outcome = answer.parameter?.find(parameter => parameter.name === 'outcome')?.resource as OperationOutcome | undefined
  for (const issue of outcome?.issue ?? []) {
    if (issue.severity !== 'information') say(`   the hub noted: ${issue.details?.text}`)
  }
  const referral = await readReferral(connection, referralId)
  say(`GP read back ServiceRequest/${referral.id}: ${referral.status}, ${referral.priority}, written ${clockTime(referral.authoredOn)}`)
  await look(say)
}

/** `GET /Task?owner=[hub]&_lastUpdated=ge…`: each step of every referral of ours, in the order in which it happened. */
const look = async (say: Say): Promise<void> => {
  const coordinating = (await tasksOf(connection, referralId)).find(task => codeOf(task) === 'coordinate')
  const hub = coordinating?.owner?.reference
  if (hub === undefined) throw new Error('no coordinating Task: nobody owns the referral')
  const bundle = await fhir.search({
    resourceType: 'Task',
    searchParams: { owner: hub, _sort: '_lastUpdated', ...(lastSeen === '' ? {} : { _lastUpdated: `ge${lastSeen}` }) },
    options: request(),
  }) as unknown as Bundle
  for (const task of resources<Task>(bundle)) {
    const version = `${task.id}/${task.meta?.versionId}`
    if (codeOf(task) !== 'coordinate' || told.has(version)) continue
    told.add(version)
    lastSeen = task.meta?.lastUpdated ?? lastSeen
    const eta = etaOf(task)
    say(`GP sees Task/${task.id}: ${stateOf(task)}${eta === undefined ? '' : `, expected ${clockTime(eta)}`}, ` +
      `owner ${task.owner?.display ?? task.owner?.reference}, next action by ${clockTime(task.restriction?.period?.end)}`)
  }
}

const finished = async (say: Say): Promise<void> => {
  const referral = await readReferral(connection, referralId)
  const open = (await tasksOf(connection, referralId)).filter(task => !['completed', 'cancelled', 'rejected', 'failed'].includes(task.status))
  if (referral.status !== 'completed' || open.length > 0) {
    throw new Error(`not finished: ServiceRequest is ${referral.status}, ${open.length} Tasks are open`)
  }
  say(`GP read back ServiceRequest/${referral.id}: ${referral.status}; nothing is left to do`)
}

await runDesk({ refer, look, finished })
