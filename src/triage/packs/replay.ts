/**
 * What a changed pack would have answered: every result of triage in a store, asked again of the case, the directory and
 * the capacity as they stood at that moment, of the pack in force and of the changed one.
 *
 * The versions of a store, in the order of its commits, are all there is to know. A result that the pack in force does not
 * give again went by something that is not stored so (the request as it was sent, other code, other coverage): it is told,
 * not compared.
 */
import type { GuidanceResponse, Parameters, ParametersParameter } from 'fhir/r4.js'
import { instant } from '../../fhir/clock.ts'
import { localReference } from '../../fhir/reference.ts'
import { refText, type Resource } from '../../fhir/resource.ts'
import { directoryOf, type Directory } from '../../directory/services.ts'
import type { StoredVersion } from '../../store/store.ts'
import type { CompiledPack, Triage } from '../load.ts'
import { proposeForCase } from '../proposing.ts'

export interface Replay {
  /** Results that were replayed. */
  readonly replayed: number
  readonly differing: readonly { readonly result: Result; readonly was: string; readonly wouldBe: string }[]
  readonly missed: readonly { readonly result: Result; readonly reason: string }[]
}

export interface Result {
  /** Id of the ServiceRequest. */
  readonly referral: string
  /** Of the answer, as an instant. */
  readonly at: string
  /** Version of the pack that gave it. */
  readonly version: string
}

/**
 * @param versions of a whole store, in the order of its commits
 * @param changed the same packs but for the one that is replayed
 * @param canonical of the pack that is replayed
 */
export const replay = async (
  versions: AsyncIterable<StoredVersion>, inForce: Triage, changed: Triage, canonical: string,
): Promise<Replay> => {
  const store = openPast(inForce.packs)
  const pack = inForce.packs.find(({ pack: { url } }) => url === canonical)
  const [differing, missed]: [Replay['differing'][number][], Replay['missed'][number][]] = [[], []]
  let replayed = 0
  const judge = (guidance: GuidanceResponse): void => {
    const kept = guidance.contained?.find((each): each is Parameters => each.resourceType === 'Parameters')
    if (kept === undefined || packOf(kept).canonical !== canonical) return
    const referral = guidance.requestIdentifier?.value ?? ''
    const result = { referral, at: guidance.occurrenceDateTime ?? '', version: packOf(kept).version }
    const resources = store.caseOf(referral, guidance)
    if (resources === undefined) return void missed.push({ result, reason: 'its ServiceRequest is not there' })
    // The kind of client that sent it is remembered on the result itself.
    const asked = { resources, addressed: pack?.locality.name, referrerKind: kept.meta?.tag?.[0]?.code, receivedAt: Date.parse(result.at) }
    const answer = (triage: Triage): string =>
      answerText(proposeForCase(triage, store.directory(), asked).parameters as unknown as Parameters)
    const was = answer(inForce)
    if (result.version === pack?.pack.version && was !== answerText(kept)) {
      const reason = `the pack in force would answer ${was} now, and answered ${answerText(kept)}: it went by something that is not stored`
      return void missed.push({ result, reason })
    }
    replayed++
    const wouldBe = answer(changed)
    if (wouldBe !== was) differing.push({ result, was, wouldBe })
  }

  let together: StoredVersion[] = []
  const close = (): void => {
    for (const version of together) store.add(version)
    for (const { ref, version, deleted, json } of together) {
      if (ref.type === 'GuidanceResponse' && version === 1 && !deleted) judge(JSON.parse(json) as GuidanceResponse)
    }
    together = []
  }
  // What is written at one moment is known together: a result stands in one commit with what it went by.
  for await (const version of versions) {
    if (together.length > 0 && together[0]?.lastUpdated !== version.lastUpdated) close()
    together.push(version)
  }
  close()
  return { replayed, differing, missed }
}

/** Not of the person's state: what the hub itself keeps in a case. */
const KEPT_BY_THE_HUB: ReadonlySet<string> = new Set([
  'ServiceRequest', 'Task', 'Provenance', 'AuditEvent', 'Communication', 'Binary', 'Appointment',
])
/** A PractitionerRole leads to its organisation, an Encounter to a place. */
const REACH = 2

interface Past {
  add(version: StoredVersion): void
  /** What triage read: the request first, the case, what they lead to; without results of that moment or later. */
  caseOf(referral: string, result: GuidanceResponse): readonly Resource[] | undefined
  directory(): Directory
}

/** A store as it was, version by version. */
const openPast = (packs: readonly CompiledPack[]): Past => {
  const current = new Map<string, Resource>()
  const cases = new Map<string, Set<string>>()
  const localityOf = new Map<string, string>(packs.flatMap(({ locality: { name, resources } }) =>
    resources.map(({ resourceType, id }) => [`${resourceType}/${id}`, name] as const)))
  let directory: Directory | undefined

  const near = (resources: readonly Resource[]): readonly Resource[] => {
    const found = new Map(resources.map(resource => [`${resource.resourceType}/${resource.id}`, resource]))
    let edge = resources
    for (let step = 0; step < REACH; step++) {
      edge = edge.flatMap(referencesIn).flatMap(text => {
        const resource = found.has(text) ? undefined : current.get(text)
        if (resource !== undefined) found.set(text, resource)
        return resource ?? []
      })
    }
    return [...found.values()]
  }

  return {
    add({ ref, deleted, json, caseId }) {
      const text = refText(ref)
      if (deleted) current.delete(text)
      else current.set(text, JSON.parse(json) as Resource)
      if (caseId !== undefined) cases.set(caseId, (cases.get(caseId) ?? new Set()).add(text))
      if (localityOf.has(text)) directory = undefined
    },
    caseOf(referral, { occurrenceDateTime = '', id }) {
      const request = current.get(`ServiceRequest/${referral}`)
      if (request === undefined) return undefined
      const isEarlier = (other: Resource): boolean => other.id !== id && String(other['occurrenceDateTime']) < occurrenceDateTime
      const members = [...cases.get(referral) ?? []].flatMap(text => current.get(text) ?? [])
        .filter(member => !KEPT_BY_THE_HUB.has(member.resourceType) && (member.resourceType !== 'GuidanceResponse' || isEarlier(member)))
      return near([request, ...members])
    },
    directory: () => (directory ??= directoryOf(packs.map(({ locality: { name } }) => ({
      locality: name, services: [...current].flatMap(([text, resource]) => (localityOf.get(text) === name ? [resource] : [])),
    })))),
  }
}

const referencesIn = (value: unknown): readonly string[] => {
  if (typeof value !== 'object' || value === null) return []
  const { reference } = value as { reference?: unknown }
  const ref = typeof reference === 'string' ? localReference(reference) : undefined
  return [...(ref === undefined ? [] : [refText(ref)]), ...Object.values(value).flatMap(referencesIn)]
}

const packOf = (kept: Parameters): { readonly canonical: string; readonly version: string } => {
  const part = (name: string): ParametersParameter | undefined => named(kept, 'pack')[0]?.part?.find(each => each.name === name)
  return { canonical: part('canonical')?.valueCanonical ?? '', version: part('version')?.valueString ?? '' }
}

const named = ({ parameter = [] }: Parameters, name: string): readonly ParametersParameter[] =>
  parameter.filter(each => each.name === name)

/** `offer UCR2H asap by 2026-11-24T12:15Z (mca)`: what a sender would notice. */
const answerText = (answer: Parameters): string => {
  const lines: string[][] = []
  for (const { part = [] } of named(answer, 'service')) {
    const line = part.find(({ name }) => name === 'line')?.valueInteger ?? 0
    ;(lines[line] ??= []).push(part.find(({ name }) => name === 'code')?.valueCode ?? '')
  }
  const due = Date.parse(named(answer, 'due')[0]?.valueInstant ?? '')
  const flags = named(answer, 'flag').map(({ valueCoding }) => valueCoding?.code ?? '').sort()
  return [
    named(answer, 'disposition')[0]?.valueCode, ...Object.values(lines).map(codes => codes.join(' or ')), named(answer, 'priority')[0]?.valueCode,
    ...(Number.isNaN(due) ? [] : [`by ${instant(due).slice(0, 16)}Z`]), ...(flags.length === 0 ? [] : [`(${flags.join(', ')})`]),
  ].join(' ')
}
