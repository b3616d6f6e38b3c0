/** Same day emergency care: the person comes, is assessed and treated, and goes home the same day. */
import { runCareTeam } from './care-team.ts'

await runCareTeam('Same-day clinic')
