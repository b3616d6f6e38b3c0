/** R4's own examples and definitions against base R4: an error only where they are wrong. */
import { r4Examples } from './judged/r4-examples.ts'
import { describeSet, judgesAsThePageSays } from './judged/section.ts'

describeSet('the examples and definitions of R4', r4Examples, () => judgesAsThePageSays(r4Examples))
