/** https://hl7.org/fhir/R4/search.html#number and #quantity */
import { UCUM } from '../observations.ts'
import { ask, type Case } from './case.ts'

const risk = (value: string, finds: string, why?: string): Case => ask(`RiskAssessment?probability=${value}`, finds, why)

export const numberCases: readonly Case[] = [
  risk('0.5', 'half point-45 point-54', 'the digits imply [0.45, 0.55)'),
  risk('0.50', 'half', '[0.495, 0.505)'),
  risk('5e-1', 'half', 'as R4 reads 1e2 as [95, 105): [0.495, 0.505)'),
  risk('ne0.5', 'point-55 point-449 low-and-high'),
  risk('gt0.5', 'point-54 point-55 low-and-high', 'with a comparison the precision is ignored'),
  risk('ge0.5', 'half point-54 point-55 low-and-high'),
  risk('lt0.5', 'point-45 point-449 low-and-high'),
  risk('le0.5', 'half point-45 point-449 low-and-high'),
  risk('sa0.5', 'point-54 point-55 low-and-high'),
  risk('eb0.5', 'point-45 point-449 low-and-high'),
  risk('ap0.5', 'half point-45 point-54 point-55', 'a tenth on either side'),
  risk('gt0.6&probability=lt0.4', 'low-and-high', 'each condition by any of several values'),
  risk('0.1,0.5', 'half low-and-high point-45 point-54'),
  risk('1e2', ''),
  ask('RiskAssessment?probability:missing=true', 'no-number'),
]

const weight = (value: string, finds: string, why?: string): Case =>
  ask(`Observation?code=29463-7&value-quantity=${value.replace('{ucum}', UCUM)}`, finds, why)

export const quantityCases: readonly Case[] = [
  weight('70', 'kg-70 kg-69-5 kg-70-4 lb-70', 'without a unit: any; [69.5, 70.5)'),
  weight('70|{ucum}|kg', 'kg-70 kg-69-5 kg-70-4'),
  weight('70.0|{ucum}|kg', 'kg-70'),
  weight('7.0e1|{ucum}|kg', 'kg-70 kg-69-5 kg-70-4'),
  weight('70||kg', 'kg-70 kg-69-5 kg-70-4'),
  weight('11||stone', 'stone-11', 'without a system: the code or the unit'),
  weight('70|{ucum}|g', ''),
  weight('70000|{ucum}|g', 'kg-70', 'UCUM units of one dimension are converted: [69999.5, 70000.5) g'),
  weight('gt70|{ucum}|kg', 'kg-70-4 kg-70-5'),
  weight('ge70|{ucum}|kg', 'kg-70 kg-70-4 kg-70-5'),
  weight('lt70|{ucum}|kg', 'kg-69-5 lb-70', '70 pounds are 31.75 kg'),
  weight('le70|{ucum}|kg', 'kg-70 kg-69-5 lb-70'),
  weight('ne70|{ucum}|kg', 'kg-70-5 lb-70', 'ne negates the number, within the dimension'),
  weight('sa70|{ucum}|kg', 'kg-70-4 kg-70-5'),
  weight('eb70|{ucum}|kg', 'kg-69-5 lb-70'),
  weight('ap75|{ucum}|kg', 'kg-70 kg-69-5 kg-70-4 kg-70-5'),
  ask('Observation?value-quantity=72|http://unitsofmeasure.org|/min', 'pulse'),
  ask('Observation?component-value-quantity=gt140', 'pressure-high pressure-odd'),
]
