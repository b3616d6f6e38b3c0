/**
 * Rule packs from the localities' files: checked against `pack.schema.json`, checked in themselves (every code a rule
 * names exists, every question has its words), compiled to functions. A pack that fails is refused with every reason.
 */
import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import type { Locality } from '../directory/load.ts'
import { compileCondition, type Compiled, type Condition, factsIn } from './condition.ts'
import { stepNumber, type Need, type PackService, type Rule, type RulePack } from './pack.ts'
import { SITUATION_FACTS } from './situation.ts'
import type { Vocabulary } from './vocabulary.ts'

export interface CompiledRule {
  readonly rule: Rule
  readonly step: number
  readonly fails: Compiled
  readonly facts: readonly string[]
}

export interface CompiledNeed {
  readonly need: Need
  readonly services: readonly { readonly code: string; readonly when: Compiled | undefined; readonly mark: string | undefined }[]
}

export interface CompiledPack {
  readonly pack: RulePack
  readonly locality: Locality
  /** In the order of evaluation: by step, 10 before 9. */
  readonly rules: readonly CompiledRule[]
  readonly needs: ReadonlyMap<string, CompiledNeed>
  readonly services: ReadonlyMap<string, PackService>
}

/** The packs of all localities and the codes that any of them reads. */
export interface Triage {
  readonly packs: readonly CompiledPack[]
  readonly vocabulary: Vocabulary
}

/** Admission already decided (10) comes before safety at home (9). */
const STEPS = [1, 2, 3, 4, 5, 6, 7, 8, 10, 9, 11, 12]

const schema = JSON.parse(readFileSync(new URL('./pack.schema.json', import.meta.url), 'utf8')) as object
const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile<RulePack>(schema)

/** @throws Error naming the file and every place at fault */
export const openTriage = (localities: readonly Locality[]): Triage => {
  const packs = localities.map(locality => compilePack(locality))
  return { packs, vocabulary: vocabularyOf(packs, localities) }
}

/** Checks and compiles one locality's pack. */
export const compilePack = (locality: Locality): CompiledPack => {
  const { file, content } = locality.pack
  if (!validate(content)) {
    throw new Error(`${file}: ${(validate.errors ?? []).map(({ instancePath, message }) => `${instancePath || '/'} ${message}`).join('; ')}`)
  }
  const wrong = contradictions(content, locality)
  if (wrong.length > 0) throw new Error(`${file}: ${wrong.join('; ')}`)
  const compile = (condition: Condition): Compiled => compileCondition(condition, content.thresholds)
  return {
    pack: content,
    locality,
    rules: content.rules
      .map(rule => ({ rule, step: stepNumber(rule), fails: compile(rule.failsWhen), facts: factsIn(rule.failsWhen) }))
      .sort((a, b) => STEPS.indexOf(a.step) - STEPS.indexOf(b.step)),
    needs: new Map(content.needs.map(need => [need.code, {
      need,
      services: need.services.map(({ code, when, mark }) => ({ code, when: when === undefined ? undefined : compile(when), mark })),
    }])),
    services: new Map(content.services.map(service => [service.code, service])),
  }
}

/** What the schema cannot say: names that lead nowhere. */
const contradictions = (pack: RulePack, locality: Locality): readonly string[] => {
  const services = new Set(pack.services.map(({ code }) => code))
  const conditions = [
    ...pack.rules.map(({ id, failsWhen }) => [`rule ${id}`, failsWhen] as const),
    ...pack.needs.flatMap(({ code, services: ranked }) => ranked.flatMap(({ when }) => (when === undefined ? [] : [[`need ${code}`, when] as const]))),
  ]
  const named = [
    ...pack.needs.flatMap(({ code, services: ranked }) => ranked.map(service => [`need ${code}`, service.code] as const)),
    ...pack.rules.flatMap(({ id, then }) => [
      ...then.decide?.services ?? [], ...(then.review?.candidates ?? []).flatMap(candidate => ('service' in candidate ? [candidate.service] : [])),
    ].map(code => [`rule ${id}`, code] as const)),
  ]
  const covered = new Set(locality.coverage.districts.map(({ code }) => code))
  return [
    ...repeated(pack.rules.map(({ id }) => id)).map(id => `rule ${id} stands twice`),
    ...repeated(pack.needs.map(({ code }) => code)).map(code => `need ${code} stands twice`),
    ...pack.rules.filter(rule => !STEPS.includes(stepNumber(rule))).map(({ id, step }) => `rule ${id} has step ${step}, which does not exist`),
    ...named.filter(([, code]) => !services.has(code)).map(([where, code]) => `${where} names the service ${code}, which the pack does not have`),
    ...conditions.flatMap(([where, condition]) => factsIn(condition).filter(fact => !SITUATION_FACTS.has(fact)).map(fact => `${where} asks for the fact ${fact}, which does not exist`)),
    ...conditions.flatMap(([where, condition]) => {
      try {
        compileCondition(condition, pack.thresholds)
        return []
      } catch (error) {
        return [`${where}: ${error instanceof Error ? error.message : 'cannot be compiled'}`]
      }
    }),
    ...pack.rules.flatMap(({ id, then }) => [
      ...(then.missing ?? []).filter(item => pack.texts.questions[item] === undefined).map(item => `rule ${id} asks for ${item}, for which there is no question`),
      ...(then.advice === undefined || then.advice in pack.texts.advice ? [] : [`rule ${id} gives the advice ${then.advice}, which has no text`]),
    ]),
    ...pack.districts.filter(code => !covered.has(code)).map(code => `district ${code} is not in the coverage`),
  ]
}

const repeated = (names: readonly string[]): readonly string[] => names.filter((name, index) => names.indexOf(name) !== index)

const vocabularyOf = (packs: readonly CompiledPack[], localities: readonly Locality[]): Vocabulary => {
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
      ...localities.flatMap(({ coverage }) => Object.keys(coverage.practices).map(ods => [ods, 'gp'] as const)),
      ...referrers.flatMap(({ code, odsOrganisations }) => (odsOrganisations ?? []).map(each => [each, code] as const)),
    ]),
  }
}
