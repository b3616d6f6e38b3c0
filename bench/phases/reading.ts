/** Phases that read and search: the same questions at every size, each with far more answers than it shows. */
import { nhsNumber, familyOfPerson } from '../people.ts'
import { practiceOf } from '../neighbourhood.ts'
import { CONDITIONS, PLACE } from '../record.ts'
import { idOf } from '../chance.ts'
import { FLAT, gets, HUB, someone, TEAM_SERVICE, type Desk, type Phase } from './phase.ts'

const patient = (desk: Desk, n: number): string => idOf(someone(desk, 'gp', n), PLACE.patient)
const identifier = (desk: Desk, n: number): string => `identifier=https://fhir.nhs.uk/Id/nhs-number|${nhsNumber(someone(desk, 'gp', n))}`
const condition = (n: number): string => CONDITIONS[n % CONDITIONS.length]![0]
/** A week of the two years. */
const week = (param: string, n: number): string => {
  const day = (k: number): string => new Date(Date.parse('2025-01-01') + ((n * 7) % 600 + k) * 86_400_000).toISOString().slice(0, 10)
  return `${param}=ge${day(0)}&${param}=lt${day(7)}`
}

const count = { alone: 500, together: 4_000 }

export const reading: readonly Phase[] = [
  {
    name: 'resource', title: 'read a directory resource', aim: { ratio: 0.2, cpuMs: { sqlite: 0.1 }, growth: FLAT }, count: { alone: 2_000, together: 12_000 },
    requests: gets('gp', () => TEAM_SERVICE),
  },
  {
    name: 'read', title: "read a patient's data", aim: { ratio: 0.12, cpuMs: { sqlite: 0.167, mongo: 0.5 }, growth: FLAT }, count: { alone: 1_000, together: 8_000 },
    requests: gets('gp', (desk, n) => `Patient/${patient(desk, n)}`),
  },
  {
    name: 'identifier', title: 'token: a patient by NHS number', aim: { ratio: 0.12, cpuMs: { sqlite: 0.17 }, growth: FLAT }, count: { alone: 1_000, together: 8_000 },
    requests: gets('gp', (desk, n) => `Patient?${identifier(desk, n)}`),
  },
  {
    name: 'token', title: 'token: who has a diagnosis', aim: { growth: FLAT }, count,
    requests: gets('gp', (_, n) => `Condition?code=http://snomed.info/sct|${condition(n)}&_count=20`),
  },
  {
    name: 'string', title: 'string: patients by surname', aim: { growth: FLAT }, count,
    requests: gets('gp', (desk, n) => `Patient?family=${encodeURIComponent(familyOfPerson(someone(desk, 'gp', n)))}&_count=20`),
  },
  {
    name: 'reference', title: "reference: a patient's observations", aim: { growth: FLAT }, count,
    requests: gets('gp', (desk, n) => `Observation?patient=Patient/${patient(desk, n)}`),
  },
  {
    name: 'date', title: 'date range: encounters of a week', aim: { growth: FLAT }, count,
    requests: gets('gp', (_, n) => `Encounter?${week('date', n)}&_count=20`),
  },
  {
    name: 'chain', title: 'chain of two: conditions by practice', aim: { cpuMs: { sqlite: 2 } }, count: { alone: 200, together: 1_000 },
    requests: gets('gp', (_, n) => `Condition?patient:Patient.general-practitioner:Organization.name=${encodeURIComponent(practiceOf(n).name)}&_count=20`),
  },
  {
    name: 'has', title: '_has: patients with a diagnosis', aim: {}, count: { alone: 200, together: 1_000 },
    requests: gets('gp', (_, n) => `Patient?_has:Condition:patient:code=http://snomed.info/sct|${condition(n)}&_count=20`),
  },
  {
    name: 'revinclude', title: '_revinclude: a patient with observations', aim: { growth: FLAT }, count: { alone: 300, together: 2_000 },
    requests: gets('gp', (desk, n) => `Patient?${identifier(desk, n)}&_revinclude=Observation:patient`),
  },
  {
    name: 'worklist', title: "worklist: a team's, newest first, 20", aim: { cpuMs: { sqlite: 0.286, mongo: 1 }, growth: FLAT }, count: { alone: 500, together: 4_000 },
    requests: gets('team', () => `Task?owner=${TEAM_SERVICE}&status=requested&_sort=-_lastUpdated&_count=20`),
  },
  {
    name: 'worklist-authored', title: 'the same by -authored-on', aim: { cpuMs: { sqlite: 0.286, mongo: 1 }, growth: FLAT }, count: { alone: 500, together: 4_000 },
    requests: gets('team', () => `Task?owner=${TEAM_SERVICE}&status=requested&_sort=-authored-on&_count=20`),
  },
  {
    name: 'worklist-hub', title: "the hub's own: all open referrals", aim: { cpuMs: { sqlite: 0.286, mongo: 1 }, growth: FLAT }, count: { alone: 500, together: 3_000 },
    requests: gets('hub', () => `Task?owner=${HUB}&status=in-progress&_sort=-_lastUpdated&_count=20`),
  },
  {
    name: 'two-tokens', title: 'two parameters, by date: pulses that are final', aim: { cpuMs: { sqlite: 0.667 }, growth: FLAT }, count,
    requests: gets('gp', () => 'Observation?code=http://loinc.org|8867-4&status=final&_sort=-date&_count=20'),
  },
  {
    name: 'two-kinds', title: 'two parameters, by age: surname and gender', aim: { cpuMs: { sqlite: 0.667 }, growth: FLAT }, count,
    requests: gets('gp', (desk, n) => `Patient?family=${encodeURIComponent(familyOfPerson(someone(desk, 'gp', n)))}&gender=female&_sort=birthdate&_count=20`),
  },
  {
    name: 'walk', title: 'page walk: pulses by date, 50 a page', aim: { growth: FLAT }, count: { alone: 100, together: 640 }, follows: true,
    requests: gets('gp', () => 'Observation?code=http://loinc.org|8867-4&_sort=-date&_count=50'),
  },
]
