/**
 * What R4, UK Core and this hub define, read-only: types and their elements, profiles, search parameters,
 * value sets, compartments, operations. Compiled by `scripts/definitions.ts` into `build/definitions/`
 * (see `definitions/build/`), loaded once by `loadDefinitions`.
 */

/** One element of a snapshot, in the order of the snapshot. Only what constrains is kept. */
export interface ElementDefinition {
  /** e.g. `Patient.identifier:nhsNumber.system` */
  readonly id: string
  /** e.g. `Patient.identifier.system` */
  readonly path: string
  readonly sliceName?: string
  readonly min: number
  /** `*` is Infinity in memory. */
  readonly max: number
  readonly types?: readonly ElementType[]
  /** `#Questionnaire.item` style content reference, without the leading `#`. */
  readonly contentReference?: string
  readonly binding?: Binding
  /** `fixedUri: 'https://…'` is `{ type: 'uri', value: 'https://…' }`. */
  readonly fixed?: { readonly type: string; readonly value: unknown }
  readonly pattern?: { readonly type: string; readonly value: unknown }
  readonly minValue?: { readonly type: string; readonly value: unknown }
  readonly maxValue?: { readonly type: string; readonly value: unknown }
  readonly maxLength?: number
  readonly slicing?: Slicing
  readonly constraints?: readonly Constraint[]
  readonly mustSupport?: boolean
  readonly isModifier?: boolean
  readonly isSummary?: boolean
}

export interface ElementType {
  /** Type name (`CodeableConcept`) or, for ids and primitives' `value`, the FHIRPath system type url. */
  readonly code: string
  /** Profiles the value itself must meet (extensions: the extension's canonical). */
  readonly profiles?: readonly string[]
  readonly targetProfiles?: readonly string[]
}

export interface Binding {
  readonly strength: 'required' | 'extensible' | 'preferred' | 'example'
  /** Canonical; with a version only where the definition names one, and never for R4's own. */
  readonly valueSet: string
  /** A preferred or extensible binding may not leave this one (extension elementdefinition-maxValueSet). */
  readonly maxValueSet?: string
}

export interface Discriminator {
  readonly type: 'value' | 'pattern' | 'exists' | 'type' | 'profile'
  readonly path: string
}

export interface Slicing {
  readonly discriminators: readonly Discriminator[]
  readonly ordered: boolean
  readonly rules: 'open' | 'closed' | 'openAtEnd'
}

export interface Constraint {
  readonly key: string
  readonly severity: 'error' | 'warning'
  readonly human: string
  readonly expression?: string
}

/** A base type or a profile with its whole snapshot. */
export interface StructureDefinition {
  readonly url: string
  readonly version?: string
  readonly name: string
  /** The R4 type constrained: `Patient`, `Extension`, `HumanName`, `string`. */
  readonly type: string
  readonly kind: 'resource' | 'complex-type' | 'primitive-type' | 'logical'
  readonly derivation: 'specialization' | 'constraint'
  readonly abstract: boolean
  readonly baseDefinition?: string
  /** Extensions only: where they may stand. */
  readonly context?: readonly { readonly type: 'element' | 'extension' | 'fhirpath'; readonly expression: string }[]
  readonly elements: readonly ElementDefinition[]
}

export type SearchParameterType =
  | 'number' | 'date' | 'string' | 'token' | 'reference' | 'composite' | 'quantity' | 'uri' | 'special'

/** The kinds of definition that have a canonical. */
export type CanonicalKind = 'StructureDefinition' | 'ValueSet' | 'CodeSystem' | 'SearchParameter' | 'OperationDefinition'

export interface SearchParameter {
  readonly url: string
  readonly code: string
  readonly type: SearchParameterType
  readonly base: readonly string[]
  /** FHIRPath; absent for `special` ones without (`near` has one; `_text` has none). */
  readonly expression?: string
  readonly targets?: readonly string[]
  readonly components?: readonly { readonly definition: string; readonly expression: string }[]
}

export interface CodeSystem {
  readonly url: string
  readonly version?: string
  readonly content: 'complete' | 'fragment' | 'example' | 'not-present' | 'supplement'
  readonly caseSensitive: boolean
  /** What stands below a code; without it, kinds of the code. */
  readonly hierarchyMeaning?: 'grouped-by' | 'is-a' | 'part-of' | 'classified-with'
  /** Canonical of the system whose codes a supplement says more about. */
  readonly supplements?: string
  /** code -> display (or empty string). */
  readonly codes: ReadonlyMap<string, string>
  /** child -> parents, where the system has a hierarchy. */
  readonly parents?: ReadonlyMap<string, readonly string[]>
  /** Codes that only group others and never stand in data. */
  readonly notSelectable?: ReadonlySet<string>
  /** Codes that are no longer to be used. */
  readonly inactive?: ReadonlySet<string>
  /** Codes of the properties that its concepts may have. */
  readonly declared: ReadonlySet<string>
  /** property -> code -> values, as texts. */
  readonly properties?: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>
  /** code -> what else it is called, in other languages or for other uses. */
  readonly designations?: ReadonlyMap<string, readonly string[]>
}

/** An expanded value set. `unknown`: cannot be expanded offline (SNOMED CT expressions): never "valid". */
export type ValueSet = {
  readonly url: string
  readonly version?: string
} & (
  | { readonly kind: 'expanded'; readonly codes: ReadonlyMap<string, ReadonlyMap<string, string>> }
  /** Whole systems without enumerable content are members by their form: `urn:ietf:bcp:47`, mime types. */
  | { readonly kind: 'by-form'; readonly systems: readonly string[] }
  /** `systems`: those that its codes are from, where it names them all; a code of another one is none of its. */
  | { readonly kind: 'unknown'; readonly reason: string; readonly systems?: readonly string[] }
)

export interface OperationDefinition {
  readonly url: string
  readonly code: string
  readonly system: boolean
  readonly type: boolean
  readonly instance: boolean
  readonly resource: readonly string[]
  readonly affectsState: boolean
}

export interface Definitions {
  /** Version of the compiled artefact (hash of its inputs). */
  readonly fingerprint: string
  /** All 146 R4 resource types that have instances. */
  readonly resourceTypes: ReadonlySet<string>
  /** Base definition of a resource or data type by name. */
  type(name: string): StructureDefinition | undefined
  /** Any structure by canonical; a `|version` suffix must match (`2.0.2-hub.1`, a restatement, also answers to `2.0.2`). */
  structure(url: string): StructureDefinition | undefined
  /** UK Core (or hub) profile every resource of this type must meet when PROFILES=ukcore. */
  defaultProfile(resourceType: string): string | undefined
  /** Parameters of a type including those of Resource and DomainResource, by code. */
  searchParameters(resourceType: string): ReadonlyMap<string, SearchParameter>
  /** By canonical; a `|version` suffix must match, but for R4's own, which have one version here. */
  valueSet(url: string): ValueSet | undefined
  codeSystem(url: string): CodeSystem | undefined
  /** Search parameter codes through which `resourceType` is in the compartment (`_id`: its own resource); empty: not in it. */
  compartment(compartment: string, resourceType: string): readonly string[]
  /** By code; several types define an `everything` or an `apply`, so name the type where it matters. */
  operation(code: string, resourceType?: string): OperationDefinition | undefined
  /** Profiles of a resource type beyond those this hub ships: put on the server, or from packages. */
  addedProfiles(resourceType: string): readonly string[]
  /** All canonicals of a kind, for listings. */
  canonicals(kind: CanonicalKind): readonly string[]
  /**
   * Structural gate of a resource type, compiled ahead of time by AJV: true when the JSON has the shape of the
   * base type (names, nesting, arrays, primitive formats, base required bindings are left to the walk).
   */
  gate(resourceType: string): (resource: unknown) => boolean
}
