/** The request as it came, byte for byte, as a Binary of the case that the coordinating Task points to. */
import type { Binary, TaskInput } from 'fhir/r4.js'
import { parseJson } from '../fhir/json.ts'
import { localReference } from '../fhir/reference.ts'
import type { Resource } from '../fhir/resource.ts'
import type { Unit } from '../rest/unit.ts'
import { detail, detailConcept } from '../referral/codes.ts'
import { readReferral } from '../referral/referral.ts'

/** Keeps the body; answers the input by which the coordinating Task names it. */
export const keepRequest = (unit: Unit, caseId: string, body: string): TaskInput => {
  const binary = unit.create({
    resourceType: 'Binary', contentType: 'application/fhir+json',
    securityContext: { reference: `ServiceRequest/${caseId}` },
    data: Buffer.from(body, 'utf8').toString('base64'),
  }, { origin: 'consequence' })
  unit.join({ type: 'Binary', id: String(binary.id) }, caseId)
  return { type: detailConcept('request'), valueReference: { reference: `Binary/${binary.id}` } }
}

/** The Bundle that a referral came as, read back; undefined for one that did not come by $submit. */
export const keptRequest = async (unit: Unit, caseId: string): Promise<Resource | undefined> => {
  const referral = await readReferral(unit, caseId)
  const ref = localReference(detail(referral?.coordinating?.input, 'request')?.valueReference?.reference ?? '')
  const binary = ref === undefined ? undefined : await unit.read(ref) as unknown as Binary | undefined
  if (binary?.data === undefined) return undefined
  const sent = parseJson(Buffer.from(binary.data, 'base64').toString('utf8')) as Resource
  if (sent.resourceType !== 'Parameters') return sent
  return (sent['parameter'] as { name?: string; resource?: Resource }[] | undefined)?.find(({ name }) => name === 'referral')?.resource
}
