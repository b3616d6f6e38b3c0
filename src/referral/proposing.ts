/**
 * The question a referral puts to triage and the answer it keeps. Triage itself is handed in by `hub.ts`: this room
 * knows the shape of a proposal, not how it is reached.
 */
import type { GuidanceResponse, Parameters, ParametersParameter } from 'fhir/r4.js'
import { instant } from '../fhir/clock.ts'
import type { Resource } from '../fhir/resource.ts'

/** A hub that can be addressed: its Organization in the directory. */
export interface Hub {
  /** Folder name under `localities/`. */
  readonly locality: string
  /** `Organization/…` */
  readonly organization: string
  readonly ods: string
  readonly name: string
}

export interface ProposalRequest {
  /** Everything that came with the referral, the ServiceRequest first. */
  readonly resources: readonly Resource[]
  /** The hub the sender addressed, by locality; residence and practice may say otherwise. */
  readonly addressed: string | undefined
  /** Code system `referrer-kind`, when the client is always of one kind. */
  readonly referrerKind: string | undefined
  /** Instant, milliseconds. */
  readonly receivedAt: number
  /** Instant of the end of two-hour care that the hub's own records hold of the same person. */
  readonly lastTwoHourCareAt?: number | undefined
  /** What an earlier proposal gave: never lowered by a later one. */
  readonly urgencyGiven?: ReferralProposal['priority'] | undefined
}

export interface ProposedOffer {
  /** 0 for the lead need's line, 1.. for further needs. */
  readonly line: number
  readonly rank: number
  readonly code: string
  /** `HealthcareService/…` when the directory holds it. */
  readonly reference: string | undefined
  /** Of a further line, its own; the lead's are the proposal's. */
  readonly priority?: ReferralProposal['priority']
  /** Of a further line that is due at a time, milliseconds. */
  readonly dueAt?: number
}

export interface ReferralProposal {
  readonly disposition: string
  readonly priority: 'routine' | 'urgent' | 'asap' | 'stat'
  /** Instant, milliseconds. */
  readonly dueAt: number | undefined
  readonly services: readonly ProposedOffer[]
  readonly emergencyAdvice: string | undefined
  /** Locality whose rules were used. */
  readonly locality: string
  readonly pack: { readonly canonical: string; readonly version: string }
  readonly missing: readonly unknown[]
  /** Instant, milliseconds: receipt, or the authored time where the rules believe it. */
  readonly startAt: number
  /** Facts for want of which a rule failed. */
  readonly wanted: readonly string[]
  /** The answer of `$triage`. */
  readonly parameters: Resource
}

/** Never throws for what a referral contains; a fault is caught by who opens the referral, which then goes untriaged. */
export type Propose = (request: ProposalRequest) => Promise<ReferralProposal>

/** The proposal as it is kept: a GuidanceResponse with the answer of `$triage` contained (model, `$triage`). */
export const guidanceOf = (proposal: ReferralProposal, subject: string, serviceRequest: string, now: number): Resource => ({
  resourceType: 'GuidanceResponse',
  contained: [{ ...proposal.parameters, id: 'proposal' }],
  requestIdentifier: { value: serviceRequest },
  moduleCanonical: `${proposal.pack.canonical}|${proposal.pack.version}`,
  status: proposal.missing.length > 0 ? 'data-required' : 'success',
  subject: { reference: subject },
  occurrenceDateTime: instant(now),
  outputParameters: { reference: '#proposal' },
})

/** What a kept proposal says, read back from its GuidanceResponse. */
export interface KeptProposal {
  readonly disposition: string | undefined
  readonly priority: ReferralProposal['priority'] | undefined
  readonly dueAt: number | undefined
  /** The clock started then. */
  readonly startAt: number | undefined
  readonly services: readonly ProposedOffer[]
  /** What is asked for, as questions. */
  readonly questions: readonly string[]
  /** Code system `triage-flag`. */
  readonly flags: readonly string[]
  /** Hash of the facts it went by. */
  readonly inputs: string | undefined
}

export const keptProposal = (guidance: Resource | undefined): KeptProposal =>
  readProposal((guidance as GuidanceResponse | undefined)?.contained?.find(resource => resource.resourceType === 'Parameters') as Parameters | undefined)

/** Out-parameters of `$triage`, read back. */
export const readProposal = (answer: Parameters | undefined): KeptProposal => {
  const parameters = answer?.parameter ?? []
  const instantOf = (name: string): number | undefined => {
    const value = valueOf(parameters.find(parameter => parameter.name === name))
    const at = typeof value === 'string' ? Date.parse(value) : Number.NaN
    return Number.isNaN(at) ? undefined : at
  }
  return {
    disposition: valueOf(parameters.find(parameter => parameter.name === 'disposition')) as string | undefined,
    priority: valueOf(parameters.find(parameter => parameter.name === 'priority')) as KeptProposal['priority'],
    dueAt: instantOf('due'),
    startAt: instantOf('start'),
    services: parameters.filter(parameter => parameter.name === 'service').map(offerOf),
    flags: parameters.filter(parameter => parameter.name === 'flag').flatMap(({ valueCoding }) => valueCoding?.code ?? []),
    inputs: valueOf(parameters.find(parameter => parameter.name === 'inputs')) as string | undefined,
    questions: parameters.filter(parameter => parameter.name === 'missing').flatMap(questionOf),
  }
}

/**
 * Only an offer says which further needs have lines of their own. What takes its place for the lead's sake (an emergency,
 * say) does not make them go away.
 */
export const withFurtherLines = (latest: KeptProposal, earlier: KeptProposal): KeptProposal => {
  const own = new Set(latest.services.map(({ line }) => line))
  return { ...latest, services: [...latest.services, ...earlier.services.filter(({ line }) => line > 0 && !own.has(line))] }
}

const offerOf = ({ part = [] }: ParametersParameter): ProposedOffer => {
  const value = (name: string): unknown => valueOf(part.find(parameter => parameter.name === name))
  const reference = value('reference')
  const code = value('code')
  const literal = typeof reference === 'string' ? reference : (reference as { reference?: string } | undefined)?.reference
  const [priority, due] = [value('priority'), value('due')]
  return {
    line: Number(value('line') ?? 0), rank: Number(value('rank') ?? 1), code: typeof code === 'string' ? code : '', reference: literal,
    ...(typeof priority === 'string' ? { priority: priority as ReferralProposal['priority'] } : {}),
    ...(typeof due === 'string' ? { dueAt: Date.parse(due) } : {}),
  }
}

const questionOf = ({ part = [] }: ParametersParameter): readonly string[] => {
  const text = valueOf(part.find(parameter => parameter.name === 'text'))
  return typeof text === 'string' ? [text] : []
}

/** The value of a parameter, whatever its type. */
const valueOf = (parameter: ParametersParameter | undefined): unknown =>
  parameter === undefined ? undefined : Object.entries(parameter).find(([name]) => name.startsWith('value'))?.[1]
