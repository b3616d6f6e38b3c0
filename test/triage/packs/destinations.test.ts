/** Where an admission goes: the proposal names the service behind ADMIT that fits and has room, and a place can be asked of it. */
import type { HealthcareService } from 'fhir/r4.js'
import type { Resource } from '../../../src/fhir/resource.ts'
import { directoryOf } from '../../../src/directory/services.ts'
import { bundleContent } from '../../../src/triage/facts/resources.ts'
import { propose } from '../../../src/triage/propose.ts'
import { receivedAtOf, referralBundle, type Given } from '../../../scripts/vignette-bundle.ts'
import { localities, triage, usual } from '../referral.ts'

const resources = localities.flatMap(locality => locality.resources)
const admitted: Given = { ...usual, needs: ['acute-medical'], age: 77, frailty: 3, admissionDecided: true }

/** With the services named reporting no room since ten o'clock. */
const directory = (...full: readonly string[]) => directoryOf(localities.map(({ name }) => ({ locality: name, services: resources.map((resource): Resource => (!full.includes(String(resource.id)) ? resource : {
  ...resource, extension: [{ url: 'https://care-connexions.example/fhir/StructureDefinition/service-capacity', extension: [{ url: 'free', valueInteger: 0 }, { url: 'asOf', valueDateTime: '2026-11-24T10:00:00Z' }] }],
})) })))

const destination = (given: Given, ...full: readonly string[]) => {
  const { services, disposition } = propose(triage, {
    ...bundleContent(referralBundle('T', given, 'first', localities) as unknown as Resource), directory: directory(...full), receivedAt: receivedAtOf(given.receivedAt),
  })
  return [disposition, ...services.map(({ code, reference }) => `${code} ${reference}`)]
}

describe('an admission that a clinician has decided', () => {
  it.each<[string, Given, readonly string[], string]>([
    ['the medical assessment unit', admitted, [], 'cl-admit-medical'],
    ['the frailty unit for an older person living with frailty', { ...admitted, frailty: 6 }, [], 'cl-admit-frailty'],
    ['the frailty unit for frailty that is acute', { ...admitted, needs: ['frailty-acute'] }, [], 'cl-admit-frailty'],
    ['a ward while the unit is full', admitted, ['cl-admit-medical'], 'cl-admit-ward'],
    ['the unit all the same while everything is', admitted, ['cl-admit-medical', 'cl-admit-ward'], 'cl-admit-medical'],
  ])('goes to %s', (_where, given, full, id) => {
    expect(destination(given, ...full)).toEqual(['offer', `ADMIT HealthcareService/${id}`])
  })

  it('is named in the reason', () => {
    const { services } = propose(triage, {
      ...bundleContent(referralBundle('T', admitted, 'first', localities) as unknown as Resource), directory: directory(), receivedAt: receivedAtOf(admitted.receivedAt),
    })
    expect(services[0]?.reason).toMatch(/; destination: Admission: medical assessment unit$/)
  })

  it.each(['cl-admit-medical', 'cl-admit-surgical', 'cl-admit-frailty', 'cl-admit-ward'])('%s has a site with a position, and is somebody\'s own', id => {
    const service = resources.find(resource => resource.id === id) as unknown as HealthcareService
    const site = resources.find(resource => `Location/${resource.id}` === service.location?.[0]?.reference)
    expect(site?.['position']).toMatchObject({ latitude: expect.any(Number) as number })
    expect(resources.some(resource => `Organization/${resource.id}` === service.providedBy?.reference)).toBe(true)
  })
})
