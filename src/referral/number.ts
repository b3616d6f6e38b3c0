/** The referral number people read and say: from the ServiceRequest's id, so that it needs no counter and never changes. */
import { createHash } from 'node:crypto'
import type { Identifier } from 'fhir/r4.js'
import { REFERRAL_NUMBER_SYSTEM } from '../fhir/resource.ts'

/** Crockford's base 32: no I, L, O or U, so that it survives a telephone. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** 10 of 32 = 50 bits: among a million referrals two alike are one chance in two thousand. */
const LENGTH = 10

/** `CC-7K3M9-QPXWV` */
export const referralNumber = (serviceRequestId: string): string => {
  const digest = createHash('sha256').update(serviceRequestId).digest()
  const letters = Array.from({ length: LENGTH }, (_, index) => ALPHABET[(digest[index] ?? 0) % ALPHABET.length]).join('')
  return `CC-${letters.slice(0, 5)}-${letters.slice(5)}`
}

export const referralIdentifier = (serviceRequestId: string): Identifier =>
  ({ system: REFERRAL_NUMBER_SYSTEM, value: referralNumber(serviceRequestId) })
