/**
 * Safety as properties, over thousands of made-up referrals to every locality: what is missing never ranks below what is
 * usual, what is worse never ranks lower, order never matters, room and hours never lower urgency, nothing is ever
 * rejected or thrown, and nobody is offered what does not take them. "Urgency" is the priority (triage model).
 */
import fc from 'fast-check'
import type { Resource } from '../../src/fhir/resource.ts'
import { bundleContent } from '../../src/triage/facts/resources.ts'
import { URGENCY } from '../../src/triage/lines.ts'
import { proposeForCase } from '../../src/triage/proposing.ts'
import { propose } from '../../src/triage/propose.ts'
import type { Proposal } from '../../src/triage/proposal.ts'
import { receivedAtOf, referralBundle, type Given } from '../../scripts/vignette-bundle.ts'
import { areas, referralTo, RUNS, type Area } from './made.ts'
import { directory, localities, proposalFor, triage } from './referral.ts'

const HAS_PEOPLE_IN_IT = ['hospital-ward', 'ed', 'care-home']
const DISPOSITIONS = ['emergency', 'review', 'moreinfo', 'redirect', 'closed', 'offer']
const codes = (list: readonly { readonly code: string }[]): string[] => list.map(({ code }) => code)
const omit = (from: Given, ...facts: readonly (keyof Given)[]): Given =>
  Object.fromEntries(Object.entries(from).filter(([name]) => !facts.includes(name as keyof Given))) as unknown as Given
const contentOf = (given: Given): ReturnType<typeof bundleContent> => bundleContent(referralBundle('T', given, 'first', localities) as unknown as Resource)

const urgency = ({ priority }: Proposal): number => URGENCY[priority]
/** Fails with both proposals in its words. */
const notLess = (one: Proposal, other: Proposal): void => {
  if (urgency(one) > urgency(other)) throw new Error(`${one.disposition} ${one.priority} (${one.flags.join(', ')}) ranks below ${other.disposition} ${other.priority} (${other.flags.join(', ')})`)
}

describe.each(areas.map(area => [area.name, area] as const))('triage in %s', (_name, area) => {
  const holds = (property: (given: Given) => void): void => fc.assert(fc.property(referralTo(area), property), RUNS)
  const { pack } = area.pack

  describe('never', () => {
    it('rejects, throws, or ends without one of six dispositions, with what each of them needs', () => holds(given => {
      const { disposition, services, dueAt, rules, locality: proposalLocality } = proposalFor(given)
      expect(DISPOSITIONS).toContain(disposition)
      if (disposition === 'offer' || disposition === 'emergency') expect(services.length).toBeGreaterThan(0)
      if (['review', 'moreinfo', 'emergency'].includes(disposition)) expect(dueAt).toBeDefined()
      expect(rules.length).toBe(triage.packs.find(({ locality }) => locality.name === proposalLocality)?.rules.length)
    }))

    it.each(codes(pack.redFlags))('lowers urgency for the red flag %s', code => fc.assert(fc.property(referralTo(area), given => {
      notLess(proposalFor({ ...given, redFlags: [...new Set([...given.redFlags ?? [], code])] }), proposalFor(given))
    }), { ...RUNS, numRuns: Math.ceil(RUNS.numRuns / 4) }))

    it('lowers urgency for a soft flag', () => fc.assert(fc.property(referralTo(area), fc.constantFrom(...codes(pack.softFlags)), (given, code) => {
      notLess(proposalFor({ ...given, softFlags: [...new Set([...given.softFlags ?? [], code])] }), proposalFor(given))
    }), RUNS))

    it('lowers urgency for a higher early warning score', () => fc.assert(fc.property(referralTo(area), fc.integer({ min: 0, max: 19 }), fc.integer({ min: 1, max: 10 }), (given, score, more) => {
      notLess(proposalFor({ ...given, news2: Math.min(20, score + more) }), proposalFor({ ...given, news2: score }))
    }), RUNS))

    it('lowers urgency for any of the seven parts that scores more', () => fc.assert(fc.property(referralTo(area), subScores, fc.nat(6), (given, scores, which) => {
      const worse = scores.map((score, index) => (index === which ? Math.min(3, score + 1) : score))
      notLess(withParts(given, worse), withParts(given, scores))
    }), RUNS))

    it.each([
      ['age', 84], ['residence', area.residences[0]], ['practice', area.practice], ['setting', 'own-home'], ['news2', 0], ['frailty', 3],
      ['consent', 'given'], ['safeToWait', true], ['canTravel', true], ['rehabPotential', true], ['longTermCondition', true], ['longTermCondition', false],
      ['advancePlan', 'not-for-hospital'], ['lastTwoHourResponse', '2026-03-01'], ['ambulanceCategory', 'C5'], ['dischargeNotice', 'section2'],
    ] as const)('ranks a missing %s below %s', (fact, usual) => holds(given => {
      // Who refers those it has in it says where they are: nothing is missing.
      if (fact === 'setting' && HAS_PEOPLE_IN_IT.includes(given.referrer)) return
      // With new confusion, which scores 3 alone, no total is a normal one.
      if (fact === 'news2' && given.needs.includes('confusion')) return
      const [missing, stated] = [proposalFor(omit(given, fact)), proposalFor({ ...given, [fact]: usual })]
      // Home or practice may say whose rules apply: two localities may see one need differently.
      if (missing.locality === stated.locality) notLess(missing, stated)
    }))

    it('ranks a missing need below any other', () => holds(given => {
      notLess(proposalFor({ ...given, needs: [] }), proposalFor(given))
    }))

    it('ranks a missing part of NEWS2 below a normal one', () => fc.assert(fc.property(referralTo(area), subScores, fc.nat(6), (given, scores, which) => {
      const normal = scores.map((score, index) => (index === which ? 0 : score))
      notLess(withParts(given, normal.map((score, index) => (index === which ? undefined : score))), withParts(given, normal))
    }), RUNS))

    it('lowers an urgency already given when an observation is removed', () => fc.assert(fc.property(referralTo(area), fc.nat(), (given, which) => {
      const { resources } = stored(given)
      const before = triaged(resources, given)
      const observations = resources.filter(({ resourceType }) => resourceType === 'Observation')
      const removed = observations[which % Math.max(1, observations.length)]
      const request = resources.find(({ resourceType }) => resourceType === 'ServiceRequest')?.id
      const after = triaged([...resources.filter(resource => resource !== removed), kept(before, request)], given)
      notLess(after, before)
    }), RUNS))

    it('lowers urgency for want of room', () => holds(given => {
      const full = Object.fromEntries(codes(pack.services).map(code => [code, 0]))
      notLess(proposalFor({ ...given, capacity: full }), proposalFor(omit(given, 'capacity')))
    }))

    it('lowers urgency for the hour of the day', () => fc.assert(fc.property(referralTo(area), fc.constantFrom('03:00', '06:59', '07:00', '17:01', '18:01', '19:30', '20:00', '23:59'), (given, time) => {
      notLess(proposalFor({ ...given, receivedAt: `2026-11-24T${time}` }), proposalFor({ ...given, receivedAt: '2026-11-24T11:00' }))
    }), RUNS))

    it('offers anybody what is contradicted: a person asks first', () => holds(given => {
      const { resources, aliases } = contentOf({ ...given, setting: 'own-home' })
      const stranger: Resource = { resourceType: 'QuestionnaireResponse', id: 'form', status: 'completed', item: [{ linkId: 'setting', answer: [{ valueCoding: { code: 'ed' } }] }] }
      const proposal = propose(triage, { resources: [...resources, stranger], aliases, directory, receivedAt: receivedAtOf(given.receivedAt) })
      expect(proposal.conflicts.length).toBeGreaterThan(0)
      expect(proposal.disposition).not.toBe('offer')
    }))
  })

  describe('offers only', () => {
    it('what takes the need, or what the rules name for everybody', () => holds(given => {
      const { disposition, services } = proposalFor(given)
      const taking = new Set([...given.needs.flatMap(code => pack.needs.find(need => need.code === code)?.services ?? []), ...(pack.places ?? []).flatMap(place => place.services)].map(({ code }) => code))
      const named = new Set(pack.rules.flatMap(({ then }) => then.decide?.services ?? []))
      if (disposition === 'offer') for (const { code } of services) expect(taking.has(code) || named.has(code)).toBe(true)
    }))

    it('to those it covers: adults of the area, by home or by practice', () => holds(given => {
      if (proposalFor(given).disposition !== 'offer') return
      expect(area.residences.includes(given.residence ?? '') || given.practice === area.practice).toBe(true)
      expect(given.age).toBeGreaterThanOrEqual(18)
    }))

    it('what has room, and each service once in a line', () => holds(given => {
      const { disposition, services } = proposalFor(given)
      if (disposition !== 'offer') return
      for (const { code } of services) if (code !== 'ADMIT') expect(given.capacity?.[code]).not.toBe(0)
      expect(new Set(services.map(({ line, code }) => `${line} ${code}`)).size).toBe(services.length)
    }))

    it('what is in the directory, and is open or says when it opens', () => holds(given => {
      const { services, locality } = proposalFor(given)
      const at = receivedAtOf(given.receivedAt)
      for (const { code, reference, opensAt } of services) {
        const service = directory.find(locality, code)
        const isStated = (service?.hours.availableTime?.length ?? 0) > 0
        if (service === undefined) continue
        // An admission names the destination where it can.
        expect(code === 'ADMIT' ? reference?.startsWith(service.reference) : reference === service.reference).toBe(true)
        expect(!isStated || service.openingAt(at) !== undefined || opensAt === service.nextOpening(at)).toBe(true)
        if (opensAt !== undefined) expect(opensAt).toBeGreaterThan(at)
      }
    }))
  })

  describe('always', () => {
    it('says the same of the same facts, in whatever order the resources come', () => fc.assert(fc.property(referralTo(area), fc.infiniteStream(fc.nat()), (given, random) => {
      const { resources, aliases } = contentOf(given)
      const numbers = [...random.take(resources.length)]
      const shuffled = resources.map((resource, index) => ({ resource, at: numbers[index] ?? 0 })).sort((a, b) => a.at - b.at).map(({ resource }) => resource)
      const input = { aliases, directory, receivedAt: receivedAtOf(given.receivedAt) }
      expect(propose(triage, { ...input, resources: shuffled })).toEqual(propose(triage, { ...input, resources }))
    }), RUNS))

    it('says the same in both forms of the facts', () => holds(given => {
      // The first form of such a referrer says where the person is as well, the second does not.
      if (given.setting === undefined && HAS_PEOPLE_IN_IT.includes(given.referrer)) return
      const [first, second] = [proposalFor(given, 'first'), proposalFor(given, 'second')]
      expect([second.disposition, second.priority, second.dueAt, second.flags]).toEqual([first.disposition, first.priority, first.dueAt, first.flags])
    }))

    it('leads with the change to what it says it would: each that can be stated is stated, and triaged', () => holds(given => {
      const proposal = proposalFor(given)
      expect(proposal.changes.length).toBeLessThanOrEqual(12)
      for (const { fact, to, disposition } of proposal.changes) {
        const stated = restated(given, area, fact, to)
        if (stated !== undefined) expect([fact, to, proposalFor(stated).disposition]).toEqual([fact, to, disposition])
      }
    }))
  })
})

describe('triage of resources of any shape', () => {
  it('answers, whatever stands in the place of an element', () => {
    const bundle = referralBundle('T', { receivedAt: '2026-11-24T10:15', referrer: 'ambulance', age: 80, residence: 'preston', practice: 'cl', setting: 'care-home', needs: ['fall-no-injury'], redFlags: ['seizure'], softFlags: ['long-lie'], news2: 4, anySingleThree: true, frailty: 6, advancePlan: 'not-for-hospital', consent: 'given', safeToWait: true, ambulanceCategory: 'C3', lastTwoHourResponse: '2026-10-01', safeguarding: true }, 'second', localities)
    fc.assert(fc.property(fc.nat(), fc.nat(), fc.constantFrom<unknown>(null, 0, '', 'x', true, [], {}, [null], [[]], { coding: 'x' }, { coding: [null] }, { reference: 7 }), (which, where, junk) => {
      const { resources, aliases } = bundleContent(structuredClone(bundle) as unknown as Resource)
      const resource = resources[which % resources.length]
      if (resource !== undefined) spoil(resource, where, junk)
      expect(propose(triage, { resources, aliases, directory, receivedAt: 0 }).rules.length).toBeGreaterThan(30)
    }), { ...RUNS, numRuns: RUNS.numRuns * 20 })
  })

  it('lists what it cannot read apart from what it can, and says nothing of anybody by name', () => {
    const { resources, aliases } = contentOf({ receivedAt: '2026-11-24T10:15', referrer: 'gp', age: 84, residence: 'preston', practice: 'cl', needs: ['fall-no-injury'] })
    expect(JSON.stringify(propose(triage, { resources, aliases, directory, receivedAt: 0 }))).not.toMatch(/Vignette|Example Street/)
  })
})

/** Puts junk in the place of one element, at any depth; the type stays. */
const spoil = (target: object, where: number, junk: unknown): void => {
  const places: [Record<string, unknown>, string][] = []
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    for (const [key, value] of Object.entries(node)) {
      if (key !== 'resourceType') places.push([node as Record<string, unknown>, key])
      walk(value)
    }
  }
  walk(target)
  const place = places[where % places.length]
  if (place !== undefined) place[0][place[1]] = junk
}

/** The same referral with one fact otherwise; undefined where a vignette has no words for it. */
const restated = (given: Given, area: Area, fact: string, to: string): Given | undefined => {
  const yes = to === 'yes'
  switch (fact) {
    case 'red-flags': return { ...given, redFlags: to === 'none' ? [] : [area.pack.pack.redFlags[0]?.code ?? ''] }
    case 'soft-flags': return { ...given, softFlags: to === 'none' ? [] : [area.pack.pack.softFlags[0]?.code ?? ''] }
    case 'news2': return { ...given, news2: Number(to) }
    case 'age': return { ...given, age: Number(to) }
    case 'need': return { ...given, needs: [to] }
    case 'consent': return { ...given, consent: to }
    case 'advance-plan': return to === 'none' ? omit(given, 'advancePlan') : { ...given, advancePlan: to }
    case 'frailty': return { ...given, frailty: Number(to) }
    case 'safe-to-wait': return { ...given, safeToWait: yes }
    case 'can-travel': return { ...given, canTravel: yes }
    case 'rehab-potential': return { ...given, rehabPotential: yes }
    case 'long-term-condition': return { ...given, longTermCondition: yes }
    case 'admission-decided': return { ...given, admissionDecided: yes }
    default: return undefined
  }
}

const PARTS = ['1104301000000104', '1104311000000102', '1104331000000105', '1104341000000101', '1104351000000103', '1104361000000100', '1104371000000107']
const subScores = fc.tuple(...PARTS.map(() => fc.constantFrom(0, 0, 0, 1, 2, 3)))

/** NEWS2 as sub-scores alone; an undefined one is not sent. */
const withParts = (given: Given, scores: readonly (number | undefined)[]): Proposal => {
  const { resources, aliases } = contentOf(omit(given, 'news2', 'anySingleThree'))
  const sent = scores.flatMap((valueInteger, index) => (valueInteger === undefined ? [] : [{ code: { coding: [{ system: 'http://snomed.info/sct', code: PARTS[index] }] }, valueInteger }]))
  const observation: Resource = { resourceType: 'Observation', id: 'parts', status: 'final', code: { text: 'NEWS2' }, component: sent }
  return propose(triage, { resources: [...resources, observation], aliases, directory, receivedAt: receivedAtOf(given.receivedAt) })
}

/** As the hub stores it: with ids, and references that lead to them. */
const stored = (given: Given): { readonly resources: readonly Resource[] } => {
  const { resources, aliases } = contentOf(given)
  const names = new Map([...aliases].map(([fullUrl, { resourceType }]) => [fullUrl, `${resourceType}/${fullUrl.slice('urn:uuid:'.length)}`]))
  const ids = new Map([...aliases].map(([fullUrl, resource]) => [resource, fullUrl.slice('urn:uuid:'.length)]))
  return { resources: resources.map(resource => {
    const text = JSON.stringify({ ...resource, id: ids.get(resource) })
    return JSON.parse(text.replaceAll(/urn:uuid:[0-9a-f-]+/g, name => names.get(name) ?? name)) as Resource
  }) }
}

const triaged = (resources: readonly Resource[], { receivedAt }: Given): ReturnType<typeof proposeForCase> =>
  proposeForCase(triage, directory, { resources, addressed: undefined, referrerKind: undefined, receivedAt: receivedAtOf(receivedAt) })

/** The result beside the referral, as the hub keeps it. */
const kept = (proposal: ReturnType<typeof proposeForCase>, request: string | undefined): Resource => ({
  resourceType: 'GuidanceResponse', id: 'earlier', status: 'success', occurrenceDateTime: '2026-11-24T08:00:00Z',
  requestIdentifier: { value: request }, contained: [{ ...proposal.parameters, id: 'proposal' }],
})
