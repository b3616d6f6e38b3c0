/** A social worker's program: a short form about somebody's care, sent and followed. */
import { runReferring } from './referring.ts'

await runReferring({ who: 'Social worker', organisation: 'ZES20', numbers: 'https://social-care.example/Id/concern' })
