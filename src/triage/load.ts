/**
 * Rule packs from the localities' files: read and checked (`packs/faults.ts`), compiled to functions. A pack with a fault
 * is refused with every fault and its place.
 */
import type { Locality } from '../directory/load.ts'
import { compileCondition, factsIn, type Compiled, type Condition } from './condition.ts'
import { stepNumber, STEPS, type Candidacy, type Need, type PackService, type Place, type Rule, type RulePack } from './pack.ts'
import { PackRefused, readPack, type PackFault } from './packs/faults.ts'
import type { Unplaced } from './packs/text.ts'
import type { Vocabulary } from './vocabulary.ts'

export interface CompiledRule {
  readonly rule: Rule
  readonly step: number
  readonly fails: Compiled
  readonly facts: readonly string[]
}

export type CompiledCandidacies = readonly { readonly code: string; readonly when: Compiled | undefined; readonly mark: string | undefined }[]

export interface CompiledNeed {
  readonly need: Need
  readonly services: CompiledCandidacies
}

export interface CompiledPlace {
  readonly place: Place
  readonly when: Compiled
  readonly services: CompiledCandidacies
}

export interface CompiledPack {
  readonly pack: RulePack
  readonly locality: Locality
  /** In the order of evaluation: by step, 10 before 9. */
  readonly rules: readonly CompiledRule[]
  readonly needs: ReadonlyMap<string, CompiledNeed>
  readonly places: readonly CompiledPlace[]
  readonly services: ReadonlyMap<string, PackService>
  /** By the code of the service that they stand behind. */
  readonly destinations: ReadonlyMap<string, CompiledCandidacies>
  /** The place in the pack's file of something that is wrong with it. */
  readonly place: (fault: Unplaced) => PackFault
}

/** The packs of all localities and the codes that any of them reads. */
export interface Triage {
  readonly packs: readonly CompiledPack[]
  readonly vocabulary: Vocabulary
}

/** @throws PackRefused for the first locality whose pack has a fault */
export const openTriage = (localities: readonly Locality[]): Triage => triageOf(localities.map(compilePack))

export const triageOf = (packs: readonly CompiledPack[]): Triage => ({ packs, vocabulary: vocabularyOf(packs) })

/** @throws PackRefused */
export const compilePack = (locality: Locality): CompiledPack => {
  const { file, text } = locality.pack
  const read = readPack(text, locality)
  if (read.kind === 'faulty') throw new PackRefused(file, read.faults)
  const { pack } = read
  const compile = (condition: Condition): Compiled => compileCondition(condition, pack.thresholds)
  const candidacies = (services: readonly Candidacy[]): CompiledCandidacies =>
    services.map(({ code, when, mark }) => ({ code, when: when === undefined ? undefined : compile(when), mark }))
  return {
    pack,
    locality,
    rules: pack.rules
      .map(rule => ({ rule, step: stepNumber(rule), fails: compile(rule.failsWhen), facts: factsIn(rule.failsWhen) }))
      .sort((a, b) => STEPS.indexOf(a.step) - STEPS.indexOf(b.step)),
    needs: new Map(pack.needs.map(need => [need.code, { need, services: candidacies(need.services) }])),
    places: (pack.places ?? []).map(place => ({ place, when: compile(place.when), services: candidacies(place.services) })),
    services: new Map(pack.services.map(service => [service.code, service])),
    destinations: new Map(pack.services.flatMap(({ code, destinations }) => (destinations === undefined ? [] : [[code, candidacies(destinations)] as const]))),
    place: read.place,
  }
}

const vocabularyOf = (packs: readonly CompiledPack[]): Vocabulary => {
  const all = packs.map(({ pack }) => pack)
  const referrers = all.flatMap(pack => pack.referrers)
  return {
    needs: new Set(all.flatMap(pack => pack.needs.map(({ code }) => code))),
    redFlags: new Set(all.flatMap(pack => pack.redFlags.map(({ code }) => code))),
    softFlags: new Set(all.flatMap(pack => pack.softFlags.map(({ code }) => code))),
    referrerKinds: new Set(referrers.map(({ code }) => code)),
    snomedNeeds: new Map(all.flatMap(pack => pack.needs.flatMap(({ code, snomed }) => (snomed ?? []).map(each => [each, code] as const)))),
    pathwaysRedFlags: new Map(all.flatMap(pack => pack.redFlags.flatMap(({ code, pathways }) => (pathways ?? []).map(each => [each.toUpperCase(), code] as const)))),
    snomedReferrers: new Map(referrers.flatMap(({ code, snomed }) => (snomed ?? []).map(each => [each, code] as const))),
    odsRoles: new Map(referrers.flatMap(({ code, odsRoles }) => (odsRoles ?? []).map(each => [each, code] as const))),
    odsOrganisations: new Map([
      ...packs.flatMap(({ locality: { coverage } }) => Object.keys(coverage.practices).map(ods => [ods, 'gp'] as const)),
      ...referrers.flatMap(({ code, odsOrganisations }) => (odsOrganisations ?? []).map(each => [each, code] as const)),
    ]),
  }
}
