/** All judged sets, in the order of docs/validation.md. */
import { baseInvariants } from './base-invariants.ts'
import { hl7Cases } from './hl7-cases.ts'
import { hostileDocuments } from './hostile.ts'
import { r4Collections, r4Examples } from './r4-examples.ts'
import type { JudgedSet } from './set.ts'
import { faultsInR4, faultsInUkCore } from './single-faults.ts'
import { twoReferrals } from './two-referrals.ts'
import { ukcoreExamples } from './ukcore-examples.ts'

export const judgedSets: readonly JudgedSet[] = [hl7Cases, r4Examples, r4Collections, ukcoreExamples, baseInvariants, faultsInUkCore, faultsInR4, hostileDocuments, twoReferrals]
