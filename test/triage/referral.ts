/** Referrals for the tests of triage: the facts of a vignette as resources, and what the engine says of them. */
import type { Resource } from '../../src/fhir/resource.ts'
import { loadLocalities } from '../../src/directory/load.ts'
import { shippedDirectory } from '../../src/directory/services.ts'
import { bundleContent } from '../../src/triage/facts/resources.ts'
import { openTriage } from '../../src/triage/load.ts'
import { propose } from '../../src/triage/propose.ts'
import type { Proposal } from '../../src/triage/proposal.ts'
import { receivedAtOf, referralBundle, type Given } from '../../scripts/vignette-bundle.ts'

export const localities = loadLocalities('localities')
export const triage = openTriage(localities)
export const directory = shippedDirectory(localities)

/** A fall in Preston on a Tuesday morning: an ordinary offer of the two-hour response. */
export const usual: Given = {
  receivedAt: '2026-11-24T10:15', referrer: 'gp', age: 84, residence: 'preston', practice: 'cl', setting: 'own-home',
  needs: ['fall-no-injury'], news2: 1, frailty: 6, consent: 'given', safeToWait: true,
}

/** As ordinary a referral in another locality: what its own criteria ask for is stated. */
const USUAL: Readonly<Record<string, Partial<Given>>> = {
  'east-staffordshire': { residence: 'east-staffs', practice: 'ss', rehabPotential: true },
}

export const usualIn = (locality: string): Given => ({ ...usual, ...USUAL[locality] })

/** `usual` without some facts. */
export const without = (...facts: readonly (keyof Given)[]): Given =>
  Object.fromEntries(Object.entries(usual).filter(([fact]) => !facts.includes(fact as keyof Given))) as unknown as Given

export const proposalFor = (given: Given, forms: 'first' | 'second' = 'first'): Proposal => {
  const bundle = referralBundle('T', given, forms, localities) as unknown as Resource
  return propose(triage, {
    ...bundleContent(bundle), directory, receivedAt: receivedAtOf(given.receivedAt), capacity: new Map(Object.entries(given.capacity ?? {})),
  })
}

/** What triage makes of resources as they are, on that morning. */
export const proposalOf = (resources: readonly Resource[], more: Partial<Parameters<typeof propose>[1]> = {}): Proposal =>
  propose(triage, { resources, directory, receivedAt: receivedAtOf(usual.receivedAt), ...more })

/** A request with its patient, and whatever else. */
export const referral = (patient: object, request: object, ...others: readonly object[]): readonly Resource[] => [
  { resourceType: 'ServiceRequest', id: 'request', status: 'active', intent: 'order', subject: { reference: 'Patient/patient' }, ...request },
  { resourceType: 'Patient', id: 'patient', ...patient },
  ...others as readonly Resource[],
]
