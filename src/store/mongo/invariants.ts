/**
 * What no two documents may say, held by the database itself: a second line behind the guard of referrals, which judges
 * in the order of commits (docs/decisions/0028-one-sequencer.md). Request keys are `_id`s and need nothing more.
 */
import type { IndexDescription } from 'mongodb'
import { hubCodeSystem } from '../../fhir/resource.ts'
import { codedOf, keyOf, type IndexFields } from './documents.ts'

const COORDINATES = codedOf('Task.code', 'coordinate', hubCodeSystem('task-code'))
/** R4 TaskStatus, those in which somebody still has to act. */
const OPEN = ['draft', 'requested', 'received', 'accepted', 'ready', 'in-progress', 'on-hold'].map(status => keyOf('Task.status', status))

/** A referral has one open coordinating Task at most (docs/referral.md). */
export const oneCoordinatingTask: IndexDescription = {
  name: 'one_coordinating_task', key: { caseId: 1, type: 1 }, unique: true,
  partialFilterExpression: { caseId: { $type: 'string' }, type: 'Task', coded: COORDINATES, keys: { $in: OPEN } },
}

/** Whether the index would hold the document: those it would not are written first, so that a successor finds the place free. */
export const coordinates = ({ coded, keys }: Pick<IndexFields, 'coded' | 'keys'>): boolean =>
  coded.includes(COORDINATES) && keys.some(key => OPEN.includes(key))
