/** Invariants of clinical, care and administrative resources. */
import { at, coded, refer, type Samples } from './sample.ts'

const HL7 = 'http://terminology.hl7.org/CodeSystem'
const text = { text: 'x' }
const enteredInError = { verificationStatus: coded(`${HL7}/allergyintolerance-verification`, 'entered-in-error') }
const conditionInError = { verificationStatus: coded(`${HL7}/condition-ver-status`, 'entered-in-error') }
const clinical = (code: string): object => ({ clinicalStatus: coded(`${HL7}/condition-clinical`, code) })
const subject = { subject: refer }
const day = (start: string, end: string): object => ({ start: `2026-01-01T${start}:00Z`, end: `2026-01-01T${end}:00Z` })
const consent = (code: string): ReturnType<typeof at> =>
  at('Consent', [{ scope: coded('something', code), patient: refer }, { scope: coded(`${HL7}/consentscope`, code) }], [{ scope: coded('something', code) }])

export const clinicalResources: Samples = {
  'ait-1': at('AllergyIntolerance', [{ clinicalStatus: text }, enteredInError], [{}, { verificationStatus: text }]),
  'ait-2': at('AllergyIntolerance', [enteredInError], [{ ...enteredInError, clinicalStatus: text }]),
  'app-1': at('Appointment.participant[]', [{ status: 'accepted', actor: refer }, { status: 'accepted', type: [text] }], [{ status: 'accepted' }]),
  'app-2': at('Appointment', [{ status: 'booked', ...day('10:00', '11:00') }, { status: 'proposed' }], [{ status: 'proposed', start: '2026-01-01T10:00:00Z' }, { status: 'proposed', end: '2026-01-01T10:00:00Z' }]),
  'app-3': at('Appointment', [{ status: 'booked', ...day('10:00', '11:00') }, { status: 'waitlist' }], [{ status: 'booked' }]),
  'app-4': at('Appointment', [{ status: 'cancelled', cancelationReason: text }], [{ status: 'booked', ...day('10:00', '11:00'), cancelationReason: text }]),
  'apr-1': at('AppointmentResponse', [{ actor: refer }, { participantType: [text] }], [{ participantStatus: 'accepted' }]),
  'sev-1': at('AuditEvent.entity[]', [{ name: 'x' }, { query: 'QUJD' }], [{ name: 'x', query: 'QUJD' }]),
  'cpl-3': at('CarePlan.activity[]', [{ reference: refer }, { detail: { status: 'scheduled' } }], [{ reference: refer, detail: { status: 'scheduled' } }]),
  'ctm-1': at('CareTeam', [
    { contained: [{ resourceType: 'Practitioner', id: 'a' }], participant: [{ member: { reference: '#a' }, onBehalfOf: refer }] }, { participant: [{ onBehalfOf: refer }] },
  ], [{ contained: [{ resourceType: 'Patient', id: 'a' }], participant: [{ member: { reference: '#a' }, onBehalfOf: refer }] }]),
  'cmp-1': at('Composition.section[]', [{ text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' } }, { entry: [refer] }], [{ title: 'x' }]),
  'cmp-2': at('Composition.section[]', [{ emptyReason: text }], [{ emptyReason: text, entry: [refer] }]),
  'con-1': at('Condition.stage[]', [{ summary: text }, { assessment: [refer] }], [{ type: text }]),
  'con-2': at('Condition.evidence[]', [{ code: [text] }, { detail: [refer] }], [{ extension: [{ url: 'https://x', valueCode: 'x' }] }]),
  'con-3': at('Condition', [{ ...subject, ...clinical('active'), category: [coded(`${HL7}/condition-category`, 'problem-list-item')] }, conditionInError], [{ ...subject, category: [coded(`${HL7}/condition-category`, 'problem-list-item')] }]),
  'con-4': at('Condition', [{ ...clinical('resolved'), abatementString: 'x' }, { ...clinical('active') }], [{ ...clinical('active'), abatementString: 'x' }]),
  'con-5': at('Condition', [conditionInError, clinical('active')], [{ ...conditionInError, ...clinical('active') }]),
  'ppc-1': at('Consent', [{ policyRule: text }, { policy: [{ uri: 'urn:a' }] }], [{ status: 'active' }]),
  'ppc-2': consent('patient-privacy'),
  'ppc-3': consent('research'),
  'ppc-4': consent('adr'),
  'ppc-5': consent('treatment'),
  'ces-1': at('CoverageEligibilityResponse.insurance[].item[]', [{ category: text }, { productOrService: text }], [{ excluded: true }, { category: text, productOrService: text }]),
  'fhs-1': at('FamilyMemberHistory', [{ ageString: 'x' }, { bornString: 'x' }], [{ ageString: 'x', bornString: 'x' }]),
  'fhs-2': at('FamilyMemberHistory', [{ ageString: 'x', estimatedAge: true }], [{ estimatedAge: true }]),
  'gol-1': at('Goal.target[]', [{ detailString: 'x', measure: text }, { measure: text }], [{ detailString: 'x' }]),
  'grp-1': at('Group', [{ actual: true, member: [{ entity: refer }] }, { actual: false }], [{ actual: false, member: [{ entity: refer }] }]),
  'imm-1': at('Immunization.education[]', [{ documentType: 'x' }, { reference: 'https://x' }], [{ publicationDate: '2026' }]),
  'imr-1': at('ImmunizationRecommendation.recommendation[]', [{ vaccineCode: [text] }, { targetDisease: text }], [{ forecastStatus: text }]),
  'ipn-1': at('InsurancePlan', [{ name: 'x' }, { identifier: [{ value: 'x' }] }], [{ status: 'active' }]),
  'lnk-1': at('Linkage', [{ item: [{ type: 'source', resource: refer }, { type: 'alternate', resource: refer }] }], [{ item: [{ type: 'source', resource: refer }] }]),
  'lst-1': at('List', [{ emptyReason: text }, { entry: [{ item: refer }] }], [{ emptyReason: text, entry: [{ item: refer }] }]),
  'lst-2': at('List', [{ mode: 'changes', entry: [{ item: refer, deleted: true }] }], [{ mode: 'working', entry: [{ item: refer, deleted: true }] }]),
  'lst-3': at('List', [{ mode: 'working', entry: [{ item: refer, date: '2026' }] }], [{ mode: 'snapshot', entry: [{ item: refer, date: '2026' }] }]),
  'mad-1': at('MedicationAdministration.dosage', [{ dose: { value: 1 } }, { rateQuantity: { value: 1 } }], [{ text: 'x' }]),
  'mdd-1': at('MedicationDispense', [{ whenPrepared: '2026-01-01', whenHandedOver: '2026-01-02' }, { whenPrepared: '2026-01-01' }], [{ whenPrepared: '2026-01-02', whenHandedOver: '2026-01-01' }]),
  'msq-3': at('MolecularSequence', [{ coordinateSystem: 0 }, { coordinateSystem: 1 }], [{ coordinateSystem: 2 }]),
  'msq-5': at('MolecularSequence.referenceSeq', [{ chromosome: text, genomeBuild: 'x' }, { referenceSeqString: 'x' }], [{ chromosome: text }, { genomeBuild: 'x' }]),
  'msq-6': at('MolecularSequence.referenceSeq', [{ referenceSeqString: 'x' }], [{ windowStart: 1 }, { referenceSeqString: 'x', genomeBuild: 'x', chromosome: text }]),
  'nor-1': at('NutritionOrder', [{ oralDiet: { instruction: 'x' } }, { supplement: [{ instruction: 'x' }] }, { enteralFormula: { administrationInstruction: 'x' } }], [{ status: 'active' }]),
  'obs-3': at('Observation.referenceRange[]', [{ text: 'x' }, { low: { value: 1 } }, { high: { value: 1 } }], [{ type: text }]),
  'obs-6': at('Observation', [{ valueString: 'x' }, { dataAbsentReason: text }], [{ valueString: 'x', dataAbsentReason: text }]),
  'obs-7': at('Observation', [{ code: coded('urn:a', 'a'), valueString: 'x', component: [{ code: coded('urn:a', 'b') }] }, { code: coded('urn:a', 'a'), component: [{ code: coded('urn:a', 'a') }] }],
    [{ code: coded('urn:a', 'a'), valueString: 'x', component: [{ code: coded('urn:a', 'a') }] }]),
  'org-1': at('Organization', [{ name: 'x' }, { identifier: [{ value: 'x' }] }], [{ active: true }]),
  'qrs-1': at('QuestionnaireResponse.item[]', [{ linkId: '1', answer: [{ valueString: 'x' }] }, { linkId: '1', item: [{ linkId: '2' }] }], [{ linkId: '1', answer: [{ valueString: 'x' }], item: [{ linkId: '2' }] }]),
  'rqg-1': at('RequestGroup.action[]', [{ resource: refer }, { action: [{ resource: refer }] }], [{ title: 'x' }, { resource: refer, action: [{ resource: refer }] }]),
  'ras-1': at('RiskAssessment.prediction[].probabilityRange', [{ low: { value: 1, code: '%', system: 'http://unitsofmeasure.org' } }], [{ low: { value: 1, code: 'kg', system: 'http://unitsofmeasure.org' } }, { high: { value: 1 } }]),
  'ras-2': at('RiskAssessment.prediction[]', [{ probabilityDecimal: 100 }, { probabilityDecimal: 0.5 }], [{ probabilityDecimal: 100.5 }]),
  'prr-1': at('ServiceRequest', [{ code: text, orderDetail: [text] }, {}], [{ orderDetail: [text] }]),
  'inv-1 Task': at('Task', [{ authoredOn: '2026-01-01', lastModified: '2026-01-01' }, { authoredOn: '2026-01-01' }], [{ authoredOn: '2026-01-02', lastModified: '2026-01-01' }]),
}
