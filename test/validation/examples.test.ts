/** Every example UK Core publishes, against UK Core's own definitions and the restated ones: an error only where it is wrong. */
import { describeSet, judgesAsThePageSays } from './judged/section.ts'
import { ukcoreExamples } from './judged/ukcore-examples.ts'

describeSet('UK Core examples', ukcoreExamples, () => judgesAsThePageSays(ukcoreExamples))
