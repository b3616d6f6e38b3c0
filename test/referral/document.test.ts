/** docs/referral.md shows the table that judges, row by row. */
import { readFileSync } from 'node:fs'
import { CIRCUMSTANCE_TEXT } from '../../src/referral/circumstances.ts'
import { transitions, type Transition } from '../../src/referral/transitions.ts'

const states = ({ from }: Transition): string => from.map(({ status, business }) => `${status}/${business}`).join(', ')
const row = (one: Transition): string => {
  const needs = [...one.needs, ...one.takes.map(take => `(${take})`)].join(', ')
  const when = one.when === undefined ? '' : `: ${CIRCUMSTANCE_TEXT[one.when]}`
  return `| ${one.kind} | \`${one.action}\`${when} | ${states(one)} | ${one.to.status}/${one.to.business} | ${one.who.join(', ')} | ${needs} | ${one.meaning} |`
}

it('docs/referral.md holds the table as it is', () => {
  const page = readFileSync(new URL('../../docs/referral.md', import.meta.url), 'utf8')
  const [, table = ''] = page.split('| Task | action | from |')
  expect(table.split('\n').slice(2, 2 + transitions.length)).toEqual(transitions.map(row))
})
