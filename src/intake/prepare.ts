/**
 * A submitted Bundle made ready to be stored: normalised, each resource judged, the ServiceRequest and the Patient made
 * from what is readable where they are missing or unusable, references leading where the resources will be.
 *
 * Nothing is refused here but a Bundle with neither request nor person (design, idea 6).
 */
import { outcomes, type Issue } from '../fhir/outcomes.ts'
import { refText, type Resource, type ResourceRef } from '../fhir/resource.ts'
import { askedOf, furtherRequests, isAbout, requestFrom, withReasonsOf } from './asked.ts'
import { draftOf, refOf, type Draft, type Examine } from './drafts.ts'
import { aboutPatient, doubtsAbout, knownPersonOf, patientFrom, personOf } from './person.ts'
import type { SentReferral } from './referral-bundle.ts'
import { identifierKey, outsideReferences, relink, type Relinking } from './relink.ts'
import { ask, MAX_ISSUES_TOLD, problemsOf, type Problem, type Remark } from './remarks.ts'

/** Resources of this hub that a Bundle may point to, looked up one by one. */
const MAX_OUTSIDE = 100

export interface PrepareParts {
  readonly examine: Examine
  /** Whether the caller may see a resource of this hub. */
  readonly isVisible: (ref: ResourceRef) => Promise<boolean>
  /** This hub's own addresses. */
  readonly bases: readonly string[]
}

export interface Prepared {
  /** With its id; status active. */
  readonly request: Resource
  /** Where it stands in what was sent, when it is stored as sent. */
  readonly requestAt: string | undefined
  /** Every other resource to store, with ids; the Patient among them unless it is known here already. */
  readonly others: readonly Resource[]
  /** What is not stored; triage reads it all the same. */
  readonly leftOut: readonly Resource[]
  readonly problems: readonly Problem[]
  /** Stored resources that differ from what was sent by listed rules, or were mended. */
  readonly changed: readonly { readonly ref: ResourceRef; readonly rules: readonly string[] }[]
  readonly issues: readonly Issue[]
}

export const prepare = async (sent: SentReferral, parts: PrepareParts): Promise<Prepared> => {
  const drafts = sent.entries.map(entry => draftOf(entry, parts.examine))
  const core = await coreOf(drafts, parts)
  const { asked, person, patient, request } = core
  const isStored = (draft: Draft): boolean => draft.isUsable || draft === asked || draft === person
  const leftOut = drafts.filter(draft => !isStored(draft))
  const others = [
    ...(patient === undefined ? [] : [patient]),
    ...drafts.filter(draft => draft.isUsable && draft !== asked && draft !== person).map(({ resource }) => resource),
  ]
  const relinking = await relinkingOf(drafts.filter(isStored), leftOut, [request, ...others], parts)
  const draftOfId = new Map(drafts.map(draft => [draft.resource.id, draft]))
  const lost = [request, ...others].flatMap(resource => linked(resource, draftOfId.get(resource.id), relinking))
  // What is left out is linked for triage only; its loss is told already.
  for (const { resource, entry } of leftOut) relink(resource, entry.base, relinking)

  const remarks = [...sent.remarks, ...drafts.flatMap(draft => draft.remarks), ...leftOut.map(notStored), ...core.remarks, ...lost]
  return {
    request, others,
    requestAt: asked?.isUsable === true ? asked.entry.at : undefined,
    leftOut: leftOut.map(({ resource }) => resource),
    problems: problemsOf(remarks, new Map(drafts.map(draft =>
      [draft.entry.at, { resource: draft.resource, ref: isStored(draft) ? refOf(draft.resource) : undefined }]))),
    changed: drafts.filter(isStored).map(draft => ({ ref: refOf(draft.resource), rules: changesOf(draft, core) }))
      .filter(({ rules }) => rules.length > 0),
    issues: remarks.map(({ issue }) => issue),
  }
}

/** The two resources that a referral cannot be without, and where they come from. */
interface Core {
  readonly asked: Draft | undefined
  readonly person: Draft | undefined
  readonly request: Resource
  /** Undefined for a person who is a Patient of this hub already. */
  readonly patient: Resource | undefined
  /** Whether the ServiceRequest carries reasons of others. */
  readonly hasFurther: boolean
  readonly remarks: readonly Remark[]
}

const coreOf = async (drafts: readonly Draft[], { examine, isVisible, bases }: PrepareParts): Promise<Core> => {
  const asked = askedOf(drafts)
  const named = personOf(asked, drafts)
  const known = named === undefined ? knownPersonOf(asked, bases) : undefined
  const isKnown = known !== undefined && await isVisible(known)
  const person = isKnown ? undefined : named ?? firstPatient(drafts)
  if (asked === undefined && person === undefined) {
    throw outcomes.businessRule('nothing-to-refer',
      'the Bundle has neither a ServiceRequest nor a Patient; send at least one of them', 'Bundle.entry')
  }
  const made = isKnown ? undefined : patientFrom(person, asked, examine)
  const single = requestFrom(asked, made === undefined ? undefined : aboutPatient(asked, made.patient), examine)
  const others = furtherRequests(asked, drafts, isAbout([...(person?.entry.addresses ?? []), ...(known === undefined ? [] : [refText(known)])]))
  return {
    asked, person,
    request: withReasonsOf(single.request, others.further),
    patient: made?.patient,
    hasFurther: others.further.length > 0,
    remarks: [...made?.remarks ?? [], ...doubtsAbout(person, asked), ...single.remarks, ...others.remarks],
  }
}

const changesOf = (draft: Draft, { asked, hasFurther }: Core): readonly string[] => [
  ...draft.rules,
  ...(draft.isUsable ? [] : ['mended']),
  ...(draft === asked && hasFurther ? ['reasons-of-further-requests'] : []),
]

const notStored = ({ entry: { at }, resource: { resourceType } }: Draft): Remark =>
  ask('not-stored', at, `the ${resourceType} could not be stored as sent; it stands in the Binary, and a person looks at it`)

/** Rewrites the references of a resource in place; answers a remark for each that leads nowhere, the first few. */
const linked = (resource: Resource, draft: Draft | undefined, relinking: Relinking): readonly Remark[] => {
  const at = draft?.entry.at ?? 'Bundle'
  return relink(resource, draft?.entry.base, relinking).slice(0, MAX_ISSUES_TOLD).map(path => ask('reference-not-stored', at,
    'it leads to nothing that is known here or was stored, so only its words were kept; send the resource along, or its identifier',
    at + path.replace(/^[A-Za-z]+/, '')))
}

/** Usable before unusable, else the first. */
const firstPatient = (drafts: readonly Draft[]): Draft | undefined => {
  const people = drafts.filter(({ resource }) => resource.resourceType === 'Patient')
  return people.find(({ isUsable }) => isUsable) ?? people[0]
}

const relinkingOf = async (
  stored: readonly Draft[], leftOut: readonly Draft[], resources: readonly Resource[], { bases, isVisible }: PrepareParts,
): Promise<Relinking> => {
  const at = new Map<string, ResourceRef>()
  const identified = new Map<string, ResourceRef | undefined>()
  for (const { entry, resource } of stored) {
    // Two entries of one address: the first is meant.
    for (const address of entry.addresses) if (!at.has(address)) at.set(address, refOf(resource))
    for (const key of keysOf(resource)) identified.set(key, identified.has(key) ? undefined : refOf(resource))
  }
  const known = new Set<string>()
  for (const ref of outsideReferences(resources, { stored: at, bases }).slice(0, MAX_OUTSIDE)) {
    if (await isVisible(ref)) known.add(refText(ref))
  }
  return {
    stored: at, bases, known,
    own: new Set(resources.map(resource => refText(refOf(resource)))),
    identified: new Map([...identified].flatMap(([key, ref]) => (ref === undefined ? [] : [[key, ref] as const]))),
    leftOut: new Map(leftOut.flatMap(({ entry }) => entry.addresses.map(address => [address, entry.at] as const))),
  }
}

const keysOf = ({ identifier }: Resource): readonly string[] =>
  (Array.isArray(identifier) ? identifier.flatMap(each => identifierKey(each) ?? []) : [])
