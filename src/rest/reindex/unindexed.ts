/**
 * What a search by the hub's own parameters may miss, because resources that were there before a parameter are not all
 * indexed by it yet. Said in the answer of a search; a condition of a write is refused, for it could make a second resource.
 */
import type { Caller } from '../../access/caller.ts'
import { visibilityOf } from '../../access/visibility.ts'
import { outcomes, type Issue } from '../../fhir/outcomes.ts'
import { askedTypes } from '../../search/custom/asked.ts'
import { typesOf } from '../../search/custom/definition.ts'
import type { SearchPlan } from '../../search/plan.ts'
import type { LiveParameter, LiveParameters } from '../search-parameters/live.ts'
import { recordOf, runOf, type Ledger } from './ledger.ts'
import type { Reindexer } from './reindex.ts'

export interface Unindexed {
  /** A warning for each parameter and type that the search may miss resources by; none when all is indexed. */
  notes(caller: Caller, plan: Omit<SearchPlan, 'visibility'>): Promise<readonly Issue[]>
  /** Throws `search-parameter-incomplete` (422) when the plan is a condition that may miss a resource. */
  requireIndexed(plan: Omit<SearchPlan, 'visibility'>): Promise<void>
}

interface Lack {
  readonly parameter: LiveParameter
  readonly type: string
  /** Resources stored before the parameter, and how many of them are indexed by it; undefined: not counted yet. */
  readonly counts: { readonly total: number; readonly done: number } | undefined
}

export const createUnindexed = (live: LiveParameters, reindexer: Pick<Reindexer, 'ledger'>): Unindexed => {
  const lacking = async (plan: Omit<SearchPlan, 'visibility'>): Promise<readonly Lack[]> => {
    const asked = live.all().map(parameter => ({
      parameter, types: askedTypes(plan, parameter.parameter, typesOf(live.definitions(), parameter.parameter)),
    })).filter(({ types }) => types.length > 0)
    if (asked.length === 0) return []
    const ledger = await reindexer.ledger()
    return asked.flatMap(({ parameter, types }) => types.flatMap(type => lackOf(ledger, parameter, type)))
  }

  return {
    notes: async (caller, plan) => (await lacking(plan)).map(lack => note(lack, visibilityOf(caller).kind === 'all')),
    async requireIndexed(plan) {
      const [first] = await lacking(plan)
      if (first !== undefined) throw outcomes.conditionIncomplete(first.type, first.parameter.parameter.code, first.parameter.id)
    },
  }
}

const lackOf = (ledger: Ledger, parameter: LiveParameter, type: string): readonly Lack[] => {
  const record = recordOf(ledger, parameter.id)
  if (record?.since !== parameter.since) return [{ parameter, type, counts: undefined }]
  const owed = record.owes.find(one => one.type === type)
  if (owed === undefined) return []
  const run = runOf(ledger, type)
  const counts = run?.status === 'in-progress' && run.covers >= parameter.since
    ? { total: run.total, done: run.changed + run.skipped }
    : { total: owed.total, done: 0 }
  return [{ parameter, type, counts }]
}

/** How many there are of a type is told only to those who see them all. */
const note = ({ parameter, type, counts }: Lack, seesAll: boolean): Issue => ({
  severity: 'warning', type: 'incomplete', code: 'search-parameter-incomplete',
  text: `"${parameter.parameter.code}" does not find every ${type} yet: `
    + (seesAll && counts !== undefined ? `${counts.done} of ${counts.total}` : 'not all')
    + ` stored before the parameter are indexed by it; run SearchParameter/${parameter.id}/$reindex, or await its end`,
})
