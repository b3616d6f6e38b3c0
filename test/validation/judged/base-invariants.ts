/**
 * The invariants of base R4, one by one: an element that meets it and one that breaks it, or the reason why there is none.
 */
import { clinicalResources } from '../base-invariants/clinical.ts'
import { conformance } from '../base-invariants/conformance.ts'
import { dataTypes } from '../base-invariants/data-types.ts'
import { at, type Samples } from '../base-invariants/sample.ts'
import { testing } from '../base-invariants/testing.ts'
import { check, DECLARED, definitions } from '../setup.ts'
import { table, type JudgedSet } from './set.ts'

export interface Rule { readonly name: string; readonly key: string; readonly severity: string; readonly type: string }

/** Rules of resource and data types; keys that several types use for rules of their own are named with the type. */
const published = (): readonly Rule[] => {
  const rules = new Map<string, Rule & { readonly expression: string | undefined }>()
  for (const url of definitions.canonicals('StructureDefinition')) {
    const structure = definitions.structure(url)
    if (structure === undefined || structure.derivation === 'constraint' || definitions.type(structure.type) !== structure) continue
    for (const { path, constraints } of structure.elements) {
      const type = path.split('.')[0]!
      for (const { key, expression, severity } of constraints ?? []) rules.set(`${key} ${expression}`, rules.get(`${key} ${expression}`) ?? { name: key.startsWith('inv-') ? `${key} ${type}` : key, key, severity, type, expression })
    }
  }
  return [...rules.values()]
}

/** Rules without a sample, and why. */
export const without: Readonly<Record<string, string>> = {
  'dom-6': 'a recommendation that is off: docs/validation.md',
  'eld-11': 'as published it is always met: select() of truth values always has some',
}

export const rules: readonly Rule[] = published()

/** "Name should be usable as an identifier": the same rule under a key of each definition's own. */
const names: Samples = Object.fromEntries(rules.filter(({ key }) => key.endsWith('-0')).map(({ name, type }) => [name, at(type, [{ name: 'Good_Name1' }, {}], [{ name: 'bad name' }])]))
export const samples: Samples = { ...names, ...dataTypes, ...clinicalResources, ...conformance, ...testing }

/** Severities with which an element is told of by the rule. */
export const toldOf = ({ key, name }: Rule, element: unknown): readonly string[] =>
  check(samples[name]!.around(element), DECLARED).filter(({ code }) => code === key).map(({ severity }) => severity)

export const baseInvariants: JudgedSet = {
  name: 'base-invariants',
  missing: undefined,
  run() {
    const asked = rules.filter(({ name }) => samples[name] !== undefined)
    const met = asked.flatMap(rule => samples[rule.name]!.meet.map(element => ({ rule, isRight: toldOf(rule, element).length === 0 })))
    const broken = asked.flatMap(rule => samples[rule.name]!.break.map(element => ({ rule, isRight: toldOf(rule, element)[0] === rule.severity })))
    const right = (tried: typeof met): string => `${tried.filter(({ isRight }) => isRight).length} of ${tried.length}`
    return {
      section: `${table(['invariants of base R4', 'with an element that meets and one that breaks it', 'met and not told of', 'broken and told of'],
        [[`${rules.length}`, `${asked.length}`, right(met), right(broken)]])}
${table(['without', 'because'], Object.entries(without).map(([name, because]) => [`\`${name}\``, because]))}`,
      problems: [
        ...[...met, ...broken].filter(({ isRight }) => !isRight).map(({ rule }) => `${rule.name} is judged otherwise than it should be`),
        ...rules.filter(({ name }) => samples[name] === undefined && without[name] === undefined).map(({ name }) => `${name} has neither a sample nor a reason`),
      ],
    }
  },
}
