/** HL7's own validator cases (R4, JSON, offline): the verdict of this validator against theirs. */
import { hl7Cases } from './judged/hl7-cases.ts'
import { describeSet, judgesAsThePageSays } from './judged/section.ts'

describeSet('HL7 validator cases', hl7Cases, () => judgesAsThePageSays(hl7Cases))
