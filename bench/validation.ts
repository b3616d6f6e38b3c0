/** The validator without a hub, warm, on one core: `npm run bench -- --only validation`. Figures in docs/validation.md. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Alone, Held } from './validation/alone.ts'
import { measurables } from './validation/resources.ts'

const ALONE = fileURLToPath(new URL('validation/alone.ts', import.meta.url))
const AIM_MB = 60

const inProcess = async <T>(...args: readonly string[]): Promise<T> => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', '--disable-warning=ExperimentalWarning', ALONE, ...args])
  return JSON.parse(stdout) as T
}

const fixed = (value: number, width: number, places = 0): string => value.toFixed(places).padStart(width)
const aim = (value: number | undefined): string => (value === undefined ? '' : `(${value})`).padEnd(7)
const percent = (share: number): string => `${fixed(100 * share, 4)} %`

/** @param seconds of CPU for each resource */
export const measureValidation = async (seconds: number, say: (line: string) => void): Promise<void> => {
  say(`${''.padEnd(30)}  per second (aim)   p99 ms (aim)   first use ms (aim)   bytes   invariants  of that FHIRPath`)
  for (const { name, title, aim: aims } of measurables) {
    const { perSecond, p99Ms, firstMs, bytes, invariants, engine } = await inProcess<Alone>(name, String(seconds))
    say(`${title.padEnd(30)}  ${fixed(perSecond, 10)} ${aim(aims.perSecond)} ${fixed(p99Ms, 7, 2)} ${aim(aims.p99Ms)} ${fixed(firstMs, 12)} ${aim(aims.firstMs)} ${fixed(bytes, 7)}   `
      + `${percent(invariants).padStart(10)}  ${percent(invariants === 0 ? 0 : engine / invariants).padStart(16)}`)
  }
  const { profiles, residentMb } = await inProcess<Held>('profiles')
  say(`definitions and all ${profiles} UK Core profiles resident: ${residentMb.toFixed(0)} MB (${AIM_MB})`)
}
