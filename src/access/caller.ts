/** Who asks: an argument of every repository call. There is no call without one. */

export const ROLES = ['referrer', 'hub', 'service', 'integrator', 'administrator'] as const
export type Role = (typeof ROLES)[number]

/** The named person on whose behalf the client acts, proven when the token was issued. */
export interface ActingPractitioner {
  /** `PractitionerRole/…`, active, of the client's organisation. */
  readonly role: string
  /** `Practitioner/…` */
  readonly practitioner: string
  readonly name: string
}

export interface Caller {
  /** Registered client id. */
  readonly client: string
  /** ODS code of the client's organisation. */
  readonly organisation: string
  readonly role: Role
  /** Folder name under `localities/`, for hubs and for referrers that always address one hub. */
  readonly locality: string | undefined
  /** Hub code system `referrer-kind`, when the client is always of one kind (`gp`, `ambulance`). */
  readonly referrerKind: string | undefined
  /** SMART system scopes, e.g. `system/*.read`. */
  readonly scopes: readonly string[]
  readonly practitioner: ActingPractitioner | undefined
}

/** The hub itself: loading of directories, timers. Audited like any other. */
export const systemCaller: Caller = {
  client: 'care-connexions', organisation: '', role: 'administrator', locality: undefined, referrerKind: undefined,
  scopes: ['system/*.*'], practitioner: undefined,
}
