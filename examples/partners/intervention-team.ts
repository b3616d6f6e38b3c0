/** A community intervention team: nurses and therapists for a crisis at home, up to twelve weeks. */
import { runCareTeam } from './care-team.ts'

await runCareTeam('Intervention team')
