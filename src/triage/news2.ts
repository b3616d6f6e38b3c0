/**
 * NEWS2 (Royal College of Physicians, 2017), recomputed from its observations.
 *
 * Seven parameters score 0 to 3. What is missing has no score: it is unknown, never 0, and the total of the others is
 * then only a lower bound. Scale 2 of oxygen saturation applies only where a clinician set a target of 88-92 %.
 */

export const PARAMETERS = ['respiration', 'saturation', 'oxygen', 'systolic', 'pulse', 'consciousness', 'temperature'] as const
export type Parameter = (typeof PARAMETERS)[number]

/** ACVPU: alert, new confusion, voice, pain, unresponsive. */
export type Consciousness = 'A' | 'C' | 'V' | 'P' | 'U'

export interface Vitals {
  /** Breaths per minute. */
  readonly respiration?: number
  /** SpO2 in percent. */
  readonly saturation?: number
  /** true: on supplemental oxygen. */
  readonly oxygen?: boolean
  /** mm[Hg] */
  readonly systolic?: number
  /** Beats per minute. */
  readonly pulse?: number
  readonly consciousness?: Consciousness
  /** Degrees Celsius. */
  readonly temperature?: number
  readonly scale: 1 | 2
}

export type Scores = Readonly<Partial<Record<Parameter, number>>>

/** Lower bounds from the highest down: the first that the value reaches gives the score. */
type Bands = readonly (readonly [from: number, score: number])[]

const BANDS = {
  respiration: [[25, 3], [21, 2], [12, 0], [9, 1], [-Infinity, 3]],
  saturation1: [[96, 0], [94, 1], [92, 2], [-Infinity, 3]],
  saturation2OnAir: [[88, 0], [86, 1], [84, 2], [-Infinity, 3]],
  saturation2OnOxygen: [[97, 3], [95, 2], [93, 1], [88, 0], [86, 1], [84, 2], [-Infinity, 3]],
  systolic: [[220, 3], [111, 0], [101, 1], [91, 2], [-Infinity, 3]],
  pulse: [[131, 3], [111, 2], [91, 1], [51, 0], [41, 1], [-Infinity, 3]],
  temperature: [[39.1, 2], [38.1, 1], [36.1, 0], [35.1, 1], [-Infinity, 3]],
} satisfies Record<string, Bands>

const band = (bands: Bands, value: number): number => bands.find(([from]) => value >= from)?.[1] ?? 3

/** The bands are of whole numbers; a converted reading between two of them takes the worse. */
const whole = (bands: Bands, value: number): number => Math.max(band(bands, Math.floor(value)), band(bands, Math.ceil(value)))

/** The score of each parameter that is known. */
export const scores = (vitals: Vitals): Scores => {
  const { respiration, saturation, oxygen, systolic, pulse, consciousness, temperature } = vitals
  return {
    ...(respiration === undefined ? {} : { respiration: whole(BANDS.respiration, respiration) }),
    ...saturationScore(saturation, oxygen, vitals.scale),
    ...(oxygen === undefined ? {} : { oxygen: oxygen ? 2 : 0 }),
    ...(systolic === undefined ? {} : { systolic: whole(BANDS.systolic, systolic) }),
    ...(pulse === undefined ? {} : { pulse: whole(BANDS.pulse, pulse) }),
    ...(consciousness === undefined ? {} : { consciousness: consciousness === 'A' ? 0 : 3 }),
    ...(temperature === undefined ? {} : { temperature: band(BANDS.temperature, Math.round(temperature * 10) / 10) }),
  }
}

/** On scale 2 a saturation of 93 or more counts only on oxygen; not knowing whether there is oxygen leaves it unknown. */
const saturationScore = (saturation: number | undefined, oxygen: boolean | undefined, scale: 1 | 2): Scores => {
  if (saturation === undefined) return {}
  if (scale === 1) return { saturation: whole(BANDS.saturation1, saturation) }
  if (saturation > 92 && oxygen === undefined) return {}
  return { saturation: whole(oxygen === true ? BANDS.saturation2OnOxygen : BANDS.saturation2OnAir, saturation) }
}

export const total = (known: Scores): number => PARAMETERS.reduce((sum, parameter) => sum + (known[parameter] ?? 0), 0)

export const isComplete = (known: Scores): boolean => PARAMETERS.every(parameter => known[parameter] !== undefined)

export const hasSingleThree = (known: Scores): boolean => PARAMETERS.some(parameter => known[parameter] === 3)
