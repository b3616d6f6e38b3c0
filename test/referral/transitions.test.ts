/**
 * The transition table against the state machine of the domain: written out here by hand for the everyday path, and as
 * properties for every action from every state by every role.
 */
import { readFileSync } from 'node:fs'
import { BUSINESS_STATUS_DISPLAY } from '../../src/referral/codes.ts'
import { reasonLists } from '../../src/referral/reasons.ts'
import { transitions, type Circumstance, type Party, type State } from '../../src/referral/transitions.ts'
import { judge, leadingFrom, type Move } from '../../src/referral/verdict.ts'

const CIRCUMSTANCES: readonly Circumstance[] = ['offerable', 'emergency', 'moreinfo', 'redirect', 'closed', 'nobody-under-way']
const ANY: ReadonlySet<Circumstance> = new Set(CIRCUMSTANCES)
const PARTIES: readonly Party[] = ['hub', 'service', 'referrer', 'administrator']
const LAST = new Set(['completed', 'cancelled', 'failed', 'rejected'])
const kinds = [...new Set(transitions.map(({ kind }) => kind))]

const text = ({ status, business }: State): string => `${status}/${business}`
const statesOf = (kind: string): State[] => {
  const found = new Map(transitions.filter(row => row.kind === kind).flatMap(row => [...row.from, row.to]).map(state => [text(state), state]))
  return [...found.values()]
}
const move = (kind: Move['kind'], before: State, after: State, parties: readonly Party[], has: Move['has'] = () => true, holding = ANY): Move =>
  ({ kind, before, after, parties, has, holding })

describe('the everyday path (domain 3.2)', () => {
  const path: [Move['kind'], string, Party, string, string][] = [
    ['triage', 'in-progress/triage-proposed', 'hub', 'confirm', 'completed/confirmed'],
    ['triage', 'in-progress/triage-proposed', 'hub', 'override', 'completed/overridden'],
    ['triage', 'in-progress/triage-proposed', 'hub', 'request-info', 'on-hold/info-requested'],
    ['request-info', 'requested/info-requested', 'referrer', 'answer-info', 'completed/info-answered'],
    ['triage', 'on-hold/info-requested', 'hub', 'override', 'completed/overridden'],
    ['triage', 'in-progress/triage-proposed', 'hub', 'redirect', 'completed/redirected'],
    ['redirect', 'requested/redirected', 'service', 'accept', 'completed/redirected'],
    ['triage', 'in-progress/triage-proposed', 'hub', 'return-to-ambulance', 'completed/returned-to-ambulance'],
    ['follow-up', 'requested/returned-to-ambulance', 'hub', 'complete', 'completed/followed-up'],
    ['coordinate', 'in-progress/visited', 'referrer', 'died', 'completed/died'],
    ['offer', 'requested/offered', 'service', 'seen', 'received/seen'],
    ['offer', 'requested/offered', 'service', 'accept', 'accepted/accepted'],
    ['offer', 'received/seen', 'service', 'accept', 'accepted/accepted'],
    ['offer', 'received/seen', 'service', 'reject', 'rejected/rejected'],
    ['offer', 'accepted/accepted', 'service', 'en-route', 'in-progress/en-route'],
    ['offer', 'in-progress/en-route', 'service', 'visited', 'in-progress/visited'],
    ['offer', 'accepted/accepted', 'service', 'visited', 'in-progress/visited'],
    ['offer', 'in-progress/visited', 'service', 'managing', 'in-progress/managing'],
    ['offer', 'in-progress/visited', 'service', 'complete', 'completed/discharged'],
    ['offer', 'in-progress/managing', 'service', 'complete', 'completed/discharged'],
    ['coordinate', 'in-progress/offered', 'referrer', 'cancel', 'cancelled/cancelled-by-sender'],
  ]
  it.each(path)('%s %s: the %s may %s to %s', (kind, from, who, action, to) => {
    const [status, business] = from.split('/') as [State['status'], State['business']]
    const row = leadingFrom(kind, status, business).find(leading => leading.action === action)
    expect(row?.who).toContain(who)
    expect(row === undefined ? undefined : text(row.to)).toBe(to)
  })
})

describe.each(kinds)('every move of a %s Task', kind => {
  const states = statesOf(kind)
  const moves = states.flatMap(before => states.flatMap(after => PARTIES.map(party => ({ before, after, party }))))

  it(`is taken exactly where a row says so (${moves.length} moves)`, () => {
    const taken = moves.filter(({ before, after, party }) => judge(move(kind, before, after, [party])).kind === 'taken')
      .map(({ before, after, party }) => `${party}: ${text(before)} -> ${text(after)}`).sort()
    const meant = transitions.filter(row => row.kind === kind)
      .flatMap(row => row.from.flatMap(from => row.who.map(party => `${party}: ${text(from)} -> ${text(row.to)}`)))
    expect(taken).toEqual([...new Set(meant)].sort())
  })

  it('never leaves an end', () => {
    for (const { before, after, party } of moves.filter(found => LAST.has(found.before.status) && found.before !== found.after)) {
      expect(judge(move(kind, before, after, [party]))).toEqual({ kind: 'no-such-step', allowed: [] })
    }
  })

  it('names only what the caller may do when it refuses', () => {
    for (const { before, after, party } of moves) {
      const verdict = judge(move(kind, before, after, [party]))
      if (verdict.kind !== 'no-such-step' && verdict.kind !== 'not-yours') continue
      for (const row of verdict.allowed) {
        expect(row.who).toContain(party)
        expect(row.from.map(text)).toContain(text(before))
      }
    }
  })

  it('refuses strangers everything', () => {
    for (const { before, after } of moves.filter(found => found.before !== found.after)) {
      expect(['no-such-step', 'not-yours']).toContain(judge(move(kind, before, after, [])).kind)
    }
  })

  it('has no state from which no end can be reached', () => {
    const ends = (from: State, seen: Set<string>): boolean => {
      if (LAST.has(from.status)) return true
      if (seen.has(text(from))) return false
      seen.add(text(from))
      return leadingFrom(kind, from.status, from.business).some(row => ends(row.to, seen))
    }
    expect(states.filter(state => !ends(state, new Set())).map(text)).toEqual([])
  })

  it('has one row for an action from a state, whatever the proposal says', () => {
    const rows = transitions.filter(row => row.kind === kind)
      .flatMap(row => row.from.map(from => `${text(from)} ${row.action} ${row.when === 'nobody-under-way' ? '' : row.when ?? ''}`))
    expect(new Set(rows).size).toBe(rows.length)
  })

  it('takes a row with a circumstance only where that holds, and says which one it needs', () => {
    for (const row of transitions.filter(each => each.kind === kind && each.when !== undefined)) {
      for (const from of row.from) {
        const verdict = judge(move(kind, from, row.to, row.who, () => true, new Set(CIRCUMSTANCES.filter(each => each !== row.when))))
        const isSameStep = verdict.kind === 'taken' && text(verdict.row.to) === text(row.to) && verdict.row !== row
        expect(isSameStep || verdict.kind === 'not-now').toBe(true)
      }
    }
  })
})

describe('what must come with a step', () => {
  const rows = transitions.flatMap(row => row.needs.map(need => [row.kind, row.action, need, row] as const))
  it.each(rows)('%s: %s needs %s', (kind, _action, need, row) => {
    const [from] = row.from
    const holding: ReadonlySet<Circumstance> = new Set(row.when === undefined ? [] : [row.when])
    const verdict = judge(move(kind, from!, row.to, row.who, asked => asked !== need, holding))
    // Agreeing that something is missing leads where asking leads, which needs the question and no more.
    expect(verdict).toMatchObject(row.when === 'moreinfo' ? { kind: 'taken', row: { action: 'request-info' } } : { kind: 'needs', row, missing: need })
  })

  it('is a named practitioner for confirming, overriding and discharging', () => {
    const named = transitions.filter(row => row.needs.includes('practitioner')).map(row => row.action)
    expect(named).toEqual(expect.arrayContaining(['confirm', 'override', 'complete']))
  })

  it('is a reason wherever a Task ends without being done', () => {
    for (const row of transitions.filter(({ to }) => ['rejected', 'failed', 'cancelled'].includes(to.status))) {
      expect(row.needs).toContain('reason')
      expect(row.reasons).toBeDefined()
    }
  })
})

describe('a change of status alone', () => {
  const offered: State = { status: 'requested', business: 'offered' }
  const plain = (before: State, status: string): Move =>
    ({ kind: 'offer', before, after: { status, business: before.business }, parties: ['service'], has: () => true, holding: ANY })

  it('is taken for the one step it can mean', () => {
    const verdict = judge(plain(offered, 'accepted'))
    expect(verdict.kind === 'taken' ? verdict.row.action : verdict.kind).toBe('accept')
  })

  it('is refused where it could mean two', () => {
    const verdict = judge(plain({ status: 'accepted', business: 'accepted' }, 'in-progress'))
    expect(verdict.kind === 'no-such-step' ? verdict.allowed.map(({ action }) => action) : verdict.kind)
      .toEqual(expect.arrayContaining(['en-route', 'visited']))
  })
})

describe('the published code systems', () => {
  const codes = (id: string): string[] => {
    const file = new URL(`../../profiles/hub/codesystems/${id}.json`, import.meta.url)
    return (JSON.parse(readFileSync(file, 'utf8')) as { concept: { code: string }[] }).concept.map(({ code }) => code)
  }
  it('hold every action', () => expect(codes('action')).toEqual(expect.arrayContaining([...new Set(transitions.map(({ action }) => action))])))
  it('hold every business state', () => expect(codes('business-status')).toEqual(expect.arrayContaining(Object.keys(BUSINESS_STATUS_DISPLAY))))
  it.each(Object.entries(reasonLists).filter(([, { system }]) => system.startsWith('https://care-connexions.example')))(
    'hold the reasons of a %s', (_name, list) => {
      expect(codes(list.system.split('/').at(-1)!).sort()).toEqual(Object.keys(list.codes).sort())
    })
})
