/** A virtual ward: care of the acute kind at the person's own home, for days. */
import { runCareTeam } from './care-team.ts'

await runCareTeam('Virtual ward')
