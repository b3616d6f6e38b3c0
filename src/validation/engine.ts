/**
 * The validator: puts together types, profiles, bindings, references and extensions over one set of definitions,
 * decides which profiles a resource must meet, and never throws.
 */
import type { Definitions, StructureDefinition } from '../definitions/definitions.ts'
import { keeping } from '../definitions/kept.ts'
import { nearest } from '../fhir/nearest.ts'
import type { Resource } from '../fhir/resource.ts'
import { compileBindings } from './bindings.ts'
import { compileProfile, type Profile } from './compile.ts'
import { compileExtensions } from './extensions.ts'
import { collectFindings, inDocumentOrder, startRun, type Finding, type Findings } from './findings.ts'
import { compileReferences } from './references.ts'
import { createRules } from './rules.ts'
import { isResource, type Knowledge, type Scope } from './scope.ts'
import { typesOf } from './types.ts'
import type { ValidationIssue, ValidationOptions, Validator } from './validator.ts'
import { createWalk, type Position } from './walk.ts'

/** A profile may use itself by way of its elements' types; values end first, except in a broken definition. */
const MAX_PROFILE_DEPTH = 32

/** Types that every resource is of: their profiles are for all. */
const ABSTRACT: ReadonlySet<string> = new Set(['Resource', 'DomainResource'])

/** @param definitions types, profiles, value sets; profiles are compiled on first use and kept */
export const createValidator = (definitions: Definitions): Validator => {
  const types = typesOf(definitions)
  const bindings = compileBindings(definitions)
  const references = compileReferences(definitions)
  const compiled = keeping((structure: StructureDefinition, from): Profile =>
    compileProfile(structure, { definitions: { ...definitions, ...from }, types, bindings }))
  let profileDepth = 0

  const profileOf = (canonical: string): Profile | undefined => {
    const structure = definitions.structure(canonical)
    return structure && compiled(structure, definitions)
  }

  const meetProfile = (canonical: string, value: unknown, path: string, scope: Scope): void => {
    const profile = profileOf(canonical)
    if (profile === undefined || profileDepth >= MAX_PROFILE_DEPTH) return
    for (const problem of profile.problems) {
      scope.findings.once(`definition ${profile.url} ${problem}`, path, { severity: 'warning', type: 'processing', code: 'definition', source: profile.url,
        text: `the definition ${profile.url} is not wholly checked: ${problem}; correct that definition` })
    }
    profileDepth++
    try {
      meetRules(profile, value, path, scope)
    } finally {
      profileDepth--
    }
  }

  const conforms = (canonical: string, value: unknown, scope: Scope): boolean | undefined => {
    const profile = profileOf(canonical)
    if (profile === undefined) return undefined
    if (!isResource(value)) return meetsAlone(canonical, value, scope)
    if (value.resourceType !== profile.type && !ABSTRACT.has(profile.type)) return false
    if (profileDepth >= MAX_PROFILE_DEPTH) return undefined
    const { conformance } = scope.findings.run
    const known = conformance.get(value) ?? new Map<string, boolean>()
    conformance.set(value, known)
    const answer = known.get(canonical)
    if (answer !== undefined) return answer
    known.set(canonical, true)
    const found = meetsAlone(canonical, value, scope)
    known.set(canonical, found)
    return found
  }

  const meetsAlone = (canonical: string, value: unknown, scope: Scope): boolean => {
    const findings = collectFindings(scope.findings.run)
    meetProfile(canonical, value, '', { ...scope, findings })
    return !findings.hasErrors()
  }

  /** Steps up a hierarchy of codes; undefined where the system or its hierarchy is not here. */
  const subsumes = (system: string, above: string, code: string): boolean | undefined => {
    if (above === code) return true
    const known = definitions.codeSystem(system)
    if (known === undefined || !known.codes.has(above) || !known.codes.has(code)) return undefined
    const seen = new Set([code])
    for (const step of seen) for (const parent of known.parents?.get(step) ?? []) seen.add(parent)
    return seen.has(above)
  }

  /** One of several profiles is enough. */
  const meetProfiles = (canonicals: readonly string[], value: unknown, path: string, scope: Scope): void => {
    const known = canonicals.filter(canonical => definitions.structure(canonical) !== undefined)
    const unknown = canonicals.find(canonical => !known.includes(canonical))
    if (unknown !== undefined) {
      if (known.some(canonical => conforms(canonical, value, scope) === true)) return
      scope.findings.once(`profile ${unknown}`, path, { severity: 'information', type: 'informational', code: 'not-checked:profile',
        text: `whether this meets ${unknown} is not checked: the profile is not known here` })
      return
    }
    if (known.length === 1) meetProfile(known[0]!, value, path, scope)
    else if (known.length > 1 && !known.some(canonical => conforms(canonical, value, scope) === true)) {
      scope.findings.add(path, { severity: 'error', type: 'structure', code: 'type-profile', text: `it meets none of ${known.join(', ')}; make it meet one` })
    }
  }

  const meetRules = createRules({ bindings, references, meetProfiles })
  const extensions = compileExtensions(definitions, meetProfile)

  const isAncestor = (ancestor: string, of: string): boolean => {
    for (let structure = definitions.structure(of), steps = 0; structure?.baseDefinition !== undefined && steps < MAX_PROFILE_DEPTH; steps++) {
      if (structure.baseDefinition === ancestor) return true
      structure = definitions.structure(structure.baseDefinition)
    }
    return false
  }

  /** Under `ukcore` nothing is taken that does not meet the default profile of its type. */
  const isAssured = (canonical: string, { profiles: asked }: ValidationOptions): boolean => {
    const structure = asked === 'ukcore' ? definitions.structure(canonical) : undefined
    return structure !== undefined && definitions.defaultProfile(structure.type) === structure.url
  }

  const walkWith = (options: ValidationOptions) => {
    const meetResourceProfiles = (resource: Resource, path: string, position: Position, scope: Scope): void => {
      const wanted = new Set<string>()
      const ask = (canonical: string, at: string, severity: 'error' | 'warning'): void => {
        const structure = definitions.structure(canonical)
        if (structure === undefined) {
          if (!scope.findings.isFull()) scope.findings.add(at, unknownProfile(definitions, canonical, severity, scope.findings))
        } else if (structure.type !== resource.resourceType && !ABSTRACT.has(structure.type)) {
          scope.findings.add(at, { severity: 'error', type: 'value', code: 'profile-type',
            text: `${canonical} is a profile of ${structure.type}, not of ${resource.resourceType}; claim one of ${resource.resourceType}, or none` })
        } else {
          // of two versions known here the one that is named
          wanted.add(definitions.structure(structure.url) === structure ? structure.url : canonical)
        }
      }
      const standard = options.profiles === 'ukcore' && position !== 'contained' ? definitions.defaultProfile(resource.resourceType) : undefined
      if (standard !== undefined && definitions.structure(standard) !== undefined) wanted.add(standard)
      const claimed: unknown = resource.meta?.profile
      if (Array.isArray(claimed)) {
        claimed.forEach((canonical: unknown, i) => {
          if (typeof canonical === 'string') ask(canonical, `${path}.meta.profile[${i}]`, options.unknownProfile)
        })
      }
      if (position === 'whole') for (const canonical of options.also ?? []) ask(canonical, path, 'error')
      for (const canonical of wanted) {
        // a profile says again all that the profiles it derives from say
        if (![...wanted].some(other => other !== canonical && isAncestor(canonical, other))) meetProfile(canonical, resource, path, scope)
      }
    }
    return createWalk({ definitions, types, bindings, references, extensions, meetProfiles, meetResourceProfiles })
  }

  const validate = (resource: Resource, options: ValidationOptions): readonly ValidationIssue[] => {
    const findings = collectFindings(startRun(options.preferred))
    const root = isResource(resource) && /^\w+$/.test(resource.resourceType) ? resource.resourceType : 'Resource'
    profileDepth = 0
    try {
      const isShaped = definitions.resourceTypes.has(root) && definitions.gate(root)(resource)
      const knowledge: Knowledge = {
        contains: (valueSet, value) => bindings.contains(valueSet, value), conforms, subsumes, isAssured: profile => isAssured(profile, options),
      }
      walkWith(options)(resource, root, 'whole', { findings, knowledge, resource, rootResource: resource, bundle: undefined, base: undefined, isShaped })
      if (!isShaped && !findings.hasErrors()) {
        findings.add(root, { severity: 'error', type: 'structure', code: 'shape',
          text: `the resource has not the shape of an R4 ${root}, but the place could not be found; compare it with https://hl7.org/fhir/R4/${root.toLowerCase()}.html` })
      }
    } catch (error) {
      findings.add(root, { severity: 'error', type: 'exception', code: 'not-validated',
        text: `validation could not be finished, so the resource is not accepted as valid (${error instanceof RangeError ? 'it is too deep' : 'a definition is at fault'})` })
    }
    return inDocumentOrder(findings.issues, resource)
  }
  return { validate }
}

const unknownProfile = (definitions: Definitions, canonical: string, severity: 'error' | 'warning', findings: Findings): Finding => {
  const [url = '', version] = canonical.split('|', 2)
  const known = definitions.structure(url)
  if (known !== undefined) {
    return { severity, type: 'not-found', code: 'profile-unknown',
      text: `the profile ${url} is known here in version ${known.version ?? 'none'}, not ${version ?? ''}; claim that version or none` }
  }
  const near = findings.suggest(() => nearest(url, definitions.canonicals('StructureDefinition')))
  if (near === url) {
    return { severity, type: 'processing', code: 'definition', source: url,
      text: `the definition ${url} is broken or rests on one that is not here, so nothing can be checked by it; correct that definition, or claim another` }
  }
  return { severity, type: 'not-found', code: 'profile-unknown',
    text: `the profile ${canonical.slice(0, 200)} is not known here, so it cannot be checked${near === undefined ? '; claim a known one, or none' : `; did you mean ${near}?`}` }
}
