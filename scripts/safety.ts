/**
 * `npm run safety [RUNS] [SEED]`: the properties of triage and of a referral's life over many more made-up cases than the
 * tests take each time, each time with a seed of its own. RUNS is per property (2,000 unless given).
 */
import { spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'

const [runs = '2000', seed = String(randomInt(2 ** 31))] = process.argv.slice(2)
if (![runs, seed].every(text => /^\d+$/.test(text))) {
  process.stderr.write('npm run safety [-- RUNS [SEED]], both whole numbers\n')
  process.exit(2)
}
process.stdout.write(`${runs} cases a property, seed ${seed} (to see them again: npm run safety -- ${runs} ${seed})\n`)
const { status } = spawnSync(process.execPath, [
  '--no-memory-protection-keys', '--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js',
  '--testTimeout=3600000', 'test/triage/safety', 'test/triage/model', 'test/referral/safety',
], { stdio: 'inherit', env: { ...process.env, SAFETY_RUNS: runs, SAFETY_SEED: seed, MODEL_RUNS: String(Number(runs) * 10), MODEL_SEED: seed } })
process.exit(status ?? 1)
