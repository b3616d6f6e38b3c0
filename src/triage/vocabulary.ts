/**
 * The codes in which partners state needs, red and soft flags, and kinds of referrer, as the packs list them:
 * the hub's own code systems, SNOMED CT, ODS roles, national Pathways dispositions.
 */

export interface Vocabulary {
  readonly needs: ReadonlySet<string>
  readonly redFlags: ReadonlySet<string>
  readonly softFlags: ReadonlySet<string>
  readonly referrerKinds: ReadonlySet<string>
  /** SNOMED CT code to need. */
  readonly snomedNeeds: ReadonlyMap<string, string>
  /** Pathways disposition (upper case) to red flag. */
  readonly pathwaysRedFlags: ReadonlyMap<string, string>
  /** SNOMED CT code of the source of a service request, or of a role, to referrer kind. */
  readonly snomedReferrers: ReadonlyMap<string, string>
  /** ODS role (`RO76`) to referrer kind. */
  readonly odsRoles: ReadonlyMap<string, string>
  /** ODS code of an organisation to referrer kind. */
  readonly odsOrganisations: ReadonlyMap<string, string>
}

export const SNOMED = 'http://snomed.info/sct'
export const LOINC = 'http://loinc.org'
