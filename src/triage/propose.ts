/**
 * From a referral's resources to a proposal with its reasons. Pure and synchronous: the same resources, packs,
 * directory and time of receipt give the same proposal, in whatever order the resources come.
 */
import { hash } from 'node:crypto'
import type { Directory, DirectoryService } from '../directory/services.ts'
import { ODS_ORGANISATION_SYSTEM, type Resource } from '../fhir/resource.ts'
import { changesOf } from './changes.ts'
import type { Situation } from './condition.ts'
import { decide, type Decision } from './engine.ts'
import { factsOf, type Facts, type FactSource } from './facts.ts'
import { inOrder } from './facts/claims.ts'
import { list } from './facts/elements.ts'
import { moreUrgent } from './lines.ts'
import type { CompiledPack, Triage } from './load.ts'
import { momentOf } from './moment.ts'
import type { ObservedScore, Priority, Proposal, ProposedService } from './proposal.ts'
import { placeConflicts, practicePlace, residencePlace } from './placing.ts'
import { questionnaireOf } from './asking.ts'
import { traceOf } from './trace.ts'

export interface TriageInput {
  /** The referral's resources: ServiceRequest, Patient and what they refer to. */
  readonly resources: readonly Resource[]
  /** fullUrl to resource, for a Bundle whose references are not resolved (`bundleContent`). */
  readonly aliases?: ReadonlyMap<string, Resource>
  /** Instant, milliseconds. */
  readonly receivedAt: number
  /** When a stored referral first came in: its clock starts then, whenever it is triaged again. */
  readonly firstReceivedAt?: number | undefined
  /** Instant of the end of two-hour care that the hub's own records hold of the same person. */
  readonly lastTwoHourCareAt?: number | undefined
  /** Registered kind of the client (`Caller.referrerKind`). */
  readonly callerKind?: string | undefined
  /** Folder name of the hub addressed, or the client's registered locality; ServiceRequest.performer goes before it. */
  readonly addressedLocality?: string | undefined
  readonly directory: Directory
  /** What-if: free places by service code, before what the directory reports. */
  readonly capacity?: ReadonlyMap<string, number>
  /** Urgency given before, of a stored referral: never lowered by what is no longer known. */
  readonly urgencyGiven?: Priority | undefined
}

/** Never throws for what a referral says; missing and contradictory facts lead to a person. */
export const propose = (triage: Triage, input: TriageInput): Proposal => {
  const stated = readableFacts({
    resources: input.resources, ...(input.aliases === undefined ? {} : { aliases: input.aliases }),
    receivedAt: input.receivedAt, firstReceivedAt: input.firstReceivedAt,
    lastTwoHourCareAt: input.lastTwoHourCareAt, callerKind: input.callerKind, vocabulary: triage.vocabulary,
  })
  const pack = packFor(triage, stated, input)
  const misplaced = placeConflicts(pack.locality.area, stated)
  const facts = misplaced.length === 0 ? stated : { ...stated, conflicts: inOrder([...stated.conflicts, ...misplaced]) }
  const moment = momentOf(pack.pack, input.receivedAt, facts.authoredAt?.value, input.firstReceivedAt)
  const capacity = capacityOf(pack, input)
  const engine = { pack, facts, moment, directory: input.directory, capacity }
  const decision = decide(engine)
  const { pack: content } = pack
  const missing = decision.missing.map(linkId => ({ linkId, text: content.texts.questions[linkId] ?? linkId }))
  return {
    disposition: decision.disposition,
    services: proposedServices(pack, decision, input.directory, input.receivedAt),
    priority: input.urgencyGiven === undefined ? decision.priority : moreUrgent(decision.priority, input.urgencyGiven),
    dueAt: decision.dueAt,
    startAt: moment.startAt,
    flags: decision.flags,
    missing,
    questionnaire: questionnaireOf(pack.locality, missing),
    rules: traceOf(pack, decision, facts),
    observations: facts.news2.observed.map(part => agedAt(part, input.receivedAt)),
    conflicts: facts.conflicts,
    wanted: wantedBy(pack, decision),
    changes: changesOf(engine, decision),
    emergencyAdvice: decision.advice === undefined ? undefined : content.texts.advice[decision.advice],
    pack: { canonical: content.url, version: content.version },
    locality: pack.locality.name,
    inputs: hash('sha256', JSON.stringify([content.url, content.version, input.receivedAt, facts, [...capacity].sort(([one], [other]) => one.localeCompare(other, 'en'))])),
  }
}

/** Facts that are not known and that a rule which failed asked for. */
const wantedBy = (pack: CompiledPack, { failed, situation }: Decision): readonly string[] => [...new Set(pack.rules.flatMap(({ facts }, index) =>
  (failed[index] === true ? facts.filter(fact => situation[fact] === undefined) : [])))]

const agedAt = ({ parameter, score, from, at }: Facts['news2']['observed'][number], receivedAt: number): ObservedScore =>
  ({ parameter, score, from, ...(at === undefined ? {} : { minutesOld: Math.max(0, Math.floor((receivedAt - at) / 60_000)) }) })

/**
 * The facts of what can be read. A resource of such a shape that reading it fails says nothing; without it, what it
 * would have said is missing, and missing is never normal.
 */
const readableFacts = (source: FactSource): Facts => {
  const read = (part: FactSource): Facts | undefined => {
    try {
      return factsOf(part)
    } catch {
      return undefined
    }
  }
  const only = (resources: readonly Resource[]): FactSource => {
    const kept = new Set(resources)
    return { ...source, resources, aliases: new Map([...source.aliases ?? []].filter(([, resource]) => kept.has(resource))) }
  }
  return read(source) ?? read(only(source.resources.filter(resource => read(only([resource])) !== undefined))) ?? factsOf(only([]))
}

/** By residence, else by GP practice, else by the hub that was addressed; the first locality when nothing tells. */
const packFor = ({ packs }: Triage, facts: Facts, input: TriageInput): CompiledPack => {
  const served = (pack: CompiledPack, place: ReturnType<typeof residencePlace>): boolean =>
    place.kind === 'district' && pack.pack.districts.includes(place.code)
  const addressed = performerLocality(packs, input.resources) ?? input.addressedLocality
  const pack = packs.find(each => served(each, residencePlace(each.locality.area, facts.residence?.value)))
    ?? packs.find(each => served(each, practicePlace(each.locality.area, facts.practice?.value)))
    ?? packs.find(each => each.locality.name === addressed)
    ?? packs[0]
  if (pack === undefined) throw new Error('triage was opened without a locality')
  return pack
}

const performerLocality = (packs: readonly CompiledPack[], resources: readonly Resource[]): string | undefined => {
  const request = resources.find(({ resourceType }) => resourceType === 'ServiceRequest') as { performer?: readonly Performer[] } | undefined
  const performers = list(request?.performer)
  return packs.find(({ locality: { hub } }) => performers.some(({ reference, identifier }) =>
    reference === hub.organization || (identifier?.system === ODS_ORGANISATION_SYSTEM && identifier.value === hub.ods)))?.locality.name
}

interface Performer {
  readonly reference?: string
  readonly identifier?: { readonly system?: string; readonly value?: string }
}

/** What-if first; else a fresh count. An unconfirmed count is no reason to leave a service out. */
const capacityOf = (pack: CompiledPack, { capacity, directory, receivedAt }: TriageInput): ReadonlyMap<string, number> => {
  const known = new Map<string, number>()
  for (const code of pack.services.keys()) {
    const reported = directory.find(pack.locality.name, code)?.capacity(receivedAt)
    const free = capacity?.get(code) ?? (reported?.kind === 'reported' ? reported.free : undefined)
    if (free !== undefined) known.set(code, free)
  }
  return known
}

const proposedServices = (pack: CompiledPack, { lines, times, situation }: Decision, directory: Directory, receivedAt: number): readonly ProposedService[] =>
  lines.flatMap((codes, line) => codes.map((code, index) => {
    const service = destinationOf(pack, code, situation, directory, receivedAt) ?? directory.find(pack.locality.name, code)
    const opensAt = service === undefined || service.openingAt(receivedAt) !== undefined ? undefined : service.nextOpening(receivedAt)
    return {
      line,
      rank: index + 1,
      code,
      reference: service?.reference,
      reason: `${pack.services.get(code)?.reason ?? code}${pack.destinations.has(code) && service !== undefined ? `; destination: ${service.name}` : ''}`,
      ...(opensAt === undefined ? {} : { opensAt }),
      ...(line > 0 ? times[line] : {}),
    }
  }))

/** Of the services behind one that stands for several, the first that fits and is not known to be full; else the first that fits. */
const destinationOf = (pack: CompiledPack, code: string, situation: Situation, directory: Directory, receivedAt: number): DirectoryService | undefined => {
  const fitting = (pack.destinations.get(code) ?? []).filter(({ when }) => when === undefined || when(situation) === true)
    .flatMap(({ code: destination }) => directory.find(pack.locality.name, destination) ?? [])
  return fitting.find(service => {
    const room = service.capacity(receivedAt)
    return room.kind !== 'reported' || room.free > 0
  }) ?? fitting[0]
}
