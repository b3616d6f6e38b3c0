/** A two-hour urgent community response team: sub-acute care at home, so that nobody goes to hospital who need not. */
import { runCareTeam } from './care-team.ts'

await runCareTeam('Two-hour team')
