/** A good and a bad referral as `npm run validate` reports them. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { JudgedSet } from './set.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const FILES = ['examples/validate/good-referral.json', 'examples/validate/bad-referral.json']

export const twoReferrals: JudgedSet = {
  name: 'two-referrals',
  missing: undefined,
  run() {
    const { status, stdout } = spawnSync(process.execPath, ['scripts/validate.ts', ...FILES], { encoding: 'utf8', cwd: ROOT, env: { ...process.env, NODE_OPTIONS: '' } })
    return {
      section: `\`\`\`\nnpm run validate -- ${FILES.join(' ')}\n\n${stdout}\`\`\`\n`,
      problems: [
        ...(status === 1 ? [] : [`the exit status is ${status}, not 1`]),
        ...(stdout.startsWith(`${FILES[0]}: 0 errors, 0 warnings`) ? [] : ['the good referral is not wholly good']),
      ],
    }
  },
}
