import { describeSet, judgesAsThePageSays } from './judged/section.ts'
import { twoReferrals } from './judged/two-referrals.ts'

describeSet('npm run validate on a good and a bad referral', twoReferrals, () => judgesAsThePageSays(twoReferrals))
