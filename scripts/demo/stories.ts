/**
 * The stories: what happens when, and who says what they then read from the hub. Each is a day of its own, in order,
 * because a hub's clock only goes forward. All times are GMT.
 */
import type { PlayerName } from './cast.ts'

export type Beat =
  | readonly [who: PlayerName, words: string]
  /** The words that its process does not survive. */
  | { readonly kind: 'killed'; readonly who: PlayerName; readonly words: string }
  /** Switched on again, with signal. */
  | { readonly kind: 'restart'; readonly who: PlayerName }

export interface Step {
  /** Instant. */
  readonly at: string
  readonly title: string
  readonly beats: readonly Beat[]
}

export interface Story {
  readonly name: string
  readonly title: string
  readonly steps: readonly Step[]
  readonly ending: string
}

const at = (day: string, time: string): string => `${day}T${time}:00Z`

const gp = (day: string): Story => ({
  name: 'gp',
  title: 'A fall in Preston',
  steps: [
    {
      at: at(day, '10:15'), title: 'An 84-year-old in Preston fell without injury. Her GP refers her.',
      beats: [['gp', `refer ${at(day, '10:14')}`]],
    },
    { at: at(day, '10:22'), title: 'A named clinician at the hub confirms the proposal.', beats: [['hub', 'confirm'], ['gp', 'look offered']] },
    {
      at: at(day, '10:27'), title: 'The two-hour response team takes it and says when it comes.',
      beats: [['team', `accept ${at(day, '11:15')}`], ['gp', 'look accepted']],
    },
    { at: at(day, '10:50'), title: 'The team sets off.', beats: [['team', 'en-route'], ['gp', 'look en-route']] },
    { at: at(day, '11:12'), title: 'The team is at the door.', beats: [['team', 'visit'], ['gp', 'look visited']] },
    {
      at: at(day, '11:55'), title: 'She stays at home, with a plan.',
      beats: [['team', 'complete stayed-at-home'], ['gp', 'look discharged'], ['gp', 'finished']],
    },
  ],
  ending: 'The referral went from the GP to the team and back, and nobody was left without an owner.',
})

const crew = (day: string, later: string): Story => ({
  name: 'crew',
  title: 'A crew without signal',
  steps: [
    {
      at: at(day, '10:05'), title: 'Near Chorley, without signal, a crew is with an 82-year-old who is off his legs.',
      beats: [['crew', `write 4711 crew ${at(day, '10:05')}`], ['crew', 'send'], ['crew', 'may-leave 4711 no']],
    },
    {
      at: at(day, '11:40'), title: 'Signal at last. The terminal sends; its battery dies before it has kept the receipt.',
      beats: [
        { kind: 'restart', who: 'crew' }, ['crew', 'battery-dies-after answered'], { kind: 'killed', who: 'crew', words: 'send' },
      ],
    },
    {
      at: at(day, '11:42'), title: 'On a new battery it finds no receipt and sends again: one referral, both times kept.',
      beats: [{ kind: 'restart', who: 'crew' }, ['crew', 'send'], ['crew', 'look 4711 triage-proposed'], ['crew', 'may-leave 4711 no']],
    },
    { at: at(day, '11:44'), title: 'A named clinician at the hub confirms.', beats: [['hub', 'confirm'], ['crew', 'may-leave 4711 no']] },
    {
      at: at(day, '11:46'), title: 'The two-hour team has no room. The hub owns the next step at once.',
      beats: [['team', 'reject 22'], ['hub', 'rerouted'], ['crew', 'look 4711 offered'], ['crew', 'may-leave 4711 no']],
    },
    {
      at: at(day, '11:48'), title: 'The next alternative, the virtual ward, accepts. Only now may the crew leave.',
      beats: [['ward', `accept ${at(day, '12:00')}`], ['crew', 'look 4711 accepted'], ['crew', 'may-leave 4711 yes']],
    },
    {
      at: at(day, '12:01'), title: 'The ward\'s nurse is with him, inside the two hours from when the crew wrote.',
      beats: [['ward', 'visit'], ['ward', 'manage'], ['crew', 'look 4711 managing']],
    },
    {
      at: at(later, '14:00'), title: 'Two days later he walks again; the crew reads what became of him.',
      beats: [['ward', 'complete virtual-ward'], ['crew', 'finished 4711']],
    },
  ],
  ending: 'Written once, sent twice, refused once: one referral, never without an owner, and the crew left when it could.',
})

const carer = (day: string, later: string): Story => ({
  name: 'carer',
  title: 'A carer\'s breakdown in Burton, Friday at half past four',
  steps: [
    {
      at: at(day, '16:30'), title: 'An 82-year-old is alone: the daughter who cares for her is in hospital. The office shuts this minute.',
      beats: [['socialWorker', `refer ${at(day, '16:29')} carer-breakdown`]],
    },
    {
      at: at(day, '16:36'), title: 'The weekend is no answer. A nurse on duty looks at it within the quarter of an hour, and decides.',
      beats: [['nurse', 'confirm'], ['socialWorker', 'look offered']],
    },
    {
      at: at(day, '16:41'), title: 'The community intervention team takes it.',
      beats: [['interventionTeam', `accept ${at(day, '17:20')}`], ['socialWorker', 'look accepted']],
    },
    {
      at: at(day, '17:18'), title: 'A nurse of the team is with her, and stays in charge over the weekend.',
      beats: [['interventionTeam', 'visit'], ['interventionTeam', 'manage'], ['socialWorker', 'look managing']],
    },
    {
      at: at(later, '11:30'), title: 'The next day her sister has come to stay.',
      beats: [['interventionTeam', 'complete stayed-at-home'], ['socialWorker', 'finished']],
    },
  ],
  ending: 'Nobody said "on Monday": the nurses work when the office does not, and the emergency duty team was named at once.',
})

const careHome = (day: string): Story => ({
  name: 'care-home',
  title: 'A care home at night',
  steps: [
    {
      at: at(day, '19:10'), title: 'Dark, two on shift, and a resident is worse than at tea: NEWS2 is 7.',
      beats: [['home', `send care-home-night ${at(day, '19:09')}`], ['home', 'advised'], ['home', 'open']],
    },
    { at: at(day, '19:13'), title: 'A named clinician at the hub sees it first of all, and rings the home.', beats: [['hub', 'open']] },
    { at: at(day, '19:30'), title: 'Waiting for the ambulance. The case is still open, and still somebody\'s.', beats: [['home', 'open']] },
    {
      at: at(day, '19:50'), title: 'The ambulance has her. The clinician writes down how it ended.',
      beats: [['hub', 'escalated admitted'], ['home', 'finished']],
    },
  ],
  ending: 'The advice came with the answer, and the case stayed open until a person closed it.',
})

const twoNeeds = (day: string): Story => ({
  name: 'two-needs',
  title: 'A person with two needs',
  steps: [
    {
      at: at(day, '11:00'), title: 'A 71-year-old slipped on the stairs, and his calf is swollen. The GP sends one referral.',
      beats: [['gp', `refer ${at(day, '10:59')} two-needs`]],
    },
    { at: at(day, '11:06'), title: 'The clinician confirms: two lines, two services.', beats: [['hub', 'confirm'], ['gp', 'look offered']] },
    { at: at(day, '11:10'), title: 'The two-hour team takes the fall.', beats: [['team', `accept ${at(day, '11:40')}`], ['gp', 'look offered']] },
    {
      at: at(day, '11:14'), title: 'Same day emergency care takes the leg.',
      beats: [['clinic', `accept ${at(day, '12:45')}`], ['gp', 'look accepted']],
    },
    { at: at(day, '11:38'), title: 'The team is at the door.', beats: [['team', 'visit'], ['gp', 'look accepted']] },
    {
      at: at(day, '12:10'), title: 'The fall is dealt with. The referral stays open for the leg.',
      beats: [['team', 'complete stayed-at-home'], ['gp', 'look accepted']],
    },
    { at: at(day, '12:43'), title: 'His daughter has driven him to the clinic.', beats: [['clinic', 'visit'], ['gp', 'look visited']] },
    {
      at: at(day, '15:20'), title: 'The scan is clear. Both lines are at their end, and so is the referral.',
      beats: [['clinic', 'complete same-day-care'], ['gp', 'look discharged'], ['gp', 'finished']],
    },
  ],
  ending: 'One referral, two lines, each followed to its end.',
})

const integrator = (day: string): Story => ({
  name: 'integrator',
  title: 'An integrator looks around',
  steps: [
    { at: at(day, '09:00'), title: 'What can this hub do?', beats: [['integrator', 'capabilities']] },
    { at: at(day, '09:01'), title: 'Which services are there, a page at a time?', beats: [['integrator', 'services']] },
    {
      at: at(day, '09:02'), title: 'Who answers a crisis in Chorley, or acute illness in Preston? Who works from Leyland?',
      beats: [['integrator', 'find crisis Chorley'], ['integrator', 'find acute-illness Preston'], ['integrator', 'based Leyland']],
    },
    {
      at: at(day, '09:03'), title: 'Who can see somebody who has fallen in Preston, in time? And what of a carer\'s breakdown in Burton?',
      beats: [['integrator', 'ask fall-no-injury PR11AA'], ['integrator', 'ask carer-breakdown DE141AA']],
    },
    { at: at(day, '09:04'), title: 'And whose referrals are there?', beats: [['integrator', 'barred']] },
  ],
  ending: 'The directory is open to those who build; nobody\'s care is.',
})

/** In order of their days. */
export const stories: readonly Story[] = [
  gp('2026-11-24'), crew('2026-11-25', '2026-11-27'), carer('2026-11-27', '2026-11-28'), careHome('2026-11-29'),
  twoNeeds('2026-11-30'), integrator('2026-12-01'),
]
