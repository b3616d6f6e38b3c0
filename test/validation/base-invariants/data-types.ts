/** Invariants of data types, each on an element that has the type. */
import { at, refer, type Samples } from './sample.ts'

const UCUM = 'http://unitsofmeasure.org'
const kg = { value: 1, code: 'kg', system: UCUM }
const timing = 'ServiceRequest.occurrenceTiming.repeat'
const trigger = 'PlanDefinition.action[].trigger[]'
const DATA = [{ type: 'Patient' }]

export const dataTypes: Samples = {
  'dom-2': at('Patient.contained[]', [{ resourceType: 'Basic', id: 'a' }], [{ resourceType: 'Basic', id: 'a', contained: [{ resourceType: 'Basic', id: 'b' }] }]),
  'dom-3': at('Patient', [
    { contained: [{ resourceType: 'Organization', id: 'a' }], managingOrganization: { reference: '#a' } },
    { contained: [{ resourceType: 'Provenance', id: 'a', target: [{ reference: '#' }] }] },
  ], [{ contained: [{ resourceType: 'Organization', id: 'a' }] }]),
  'dom-4': at('Patient.contained[]', [{ resourceType: 'Basic', id: 'a', meta: { source: 'urn:a' } }],
    [{ resourceType: 'Basic', id: 'a', meta: { versionId: '1' } }, { resourceType: 'Basic', id: 'a', meta: { lastUpdated: '2026-01-01T00:00:00Z' } }]),
  'dom-5': at('Patient.contained[]', [{ resourceType: 'Basic', id: 'a', meta: { tag: [{ code: 'x' }] } }], [{ resourceType: 'Basic', id: 'a', meta: { security: [{ code: 'R' }] } }]),
  'ele-1': at('Patient.name[]', [{ text: 'x' }, { extension: [{ url: 'https://x', valueCode: 'x' }] }, { _text: { extension: [{ url: 'https://x', valueCode: 'x' }] } }], [{}, { id: 'a' }]),
  'ext-1': at('Patient.extension[]', [{ url: 'https://x', valueCode: 'x' }, { url: 'https://x', extension: [{ url: 'y', valueCode: 'x' }] }],
    [{ url: 'https://x' }, { url: 'https://x', valueCode: 'x', extension: [{ url: 'y', valueCode: 'x' }] }]),
  'age-1': at('Condition.onsetAge', [{ value: 80, code: 'a', system: UCUM }, { unit: 'years' }], [{ value: 80 }, { value: 80, code: 'a', system: 'https://x' }, { value: -1, code: 'a', system: UCUM }]),
  'cnt-3': at('Basic.extension[].valueCount', [{ value: 3, code: '1', system: UCUM }], [{ value: 3 }, { value: 3, code: 'kg', system: UCUM }, { value: 3.5, code: '1', system: UCUM }]),
  'dis-1': at('Basic.extension[].valueDistance', [{ value: 3, code: 'm', system: UCUM }, { unit: 'steps' }], [{ value: 3 }, { value: 3, code: 'm', system: 'https://x' }]),
  'drt-1': at('Encounter.length', [{ value: 3, code: 'min', system: UCUM }, { value: 3 }], [{ value: 3, code: 'min', system: 'https://x' }, { value: 3, code: 'min' }, { code: 'min', system: UCUM }]),
  'qty-3': at('Observation.valueQuantity', [kg, { value: 1 }], [{ value: 1, code: 'kg' }]),
  'att-1': at('Patient.photo[]', [{ data: 'QUJD', contentType: 'text/plain' }, { url: 'https://x' }], [{ data: 'QUJD' }]),
  'cpt-2': at('Patient.telecom[]', [{ value: '1', system: 'phone' }, { use: 'home' }], [{ value: '1' }]),
  'drq-1': at('Library.dataRequirement[].codeFilter[]', [{ path: 'code' }, { searchParam: 'code' }], [{ valueSet: 'https://x' }, { path: 'code', searchParam: 'code' }]),
  'drq-2': at('Library.dataRequirement[].dateFilter[]', [{ path: 'date' }, { searchParam: 'date' }], [{ valueDateTime: '2026' }, { path: 'date', searchParam: 'date' }]),
  'exp-1': at('PlanDefinition.action[].condition[].expression', [{ language: 'text/cql', expression: 'x' }, { language: 'text/cql', reference: 'https://x' }], [{ language: 'text/cql' }]),
  'per-1': at('Patient.name[].period', [{ start: '2026-01-01', end: '2026-01-01' }, { start: '2026' }, { start: '2026', end: '2026-05' }], [{ start: '2026-01-02', end: '2026-01-01' }, { start: '2027', end: '2026-05' }]),
  'rng-2': at('Observation.valueRange', [{ low: kg, high: { ...kg, value: 2 } }, { low: kg }], [{ low: { ...kg, value: 3 }, high: kg }]),
  'rat-1': at('Observation.valueRatio', [{ numerator: kg, denominator: kg }, { extension: [{ url: 'https://x', valueCode: 'x' }] }], [{ numerator: kg }, { denominator: kg }]),
  'ref-1': at('Patient', [{ contained: [{ resourceType: 'Organization', id: 'a' }], managingOrganization: { reference: '#a' } }], [{ managingOrganization: { reference: '#a' } }]),
  'txt-1': at('Patient.text', [{ status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml"><p class="a">x</p></div>' }],
    ['<script>x</script>', '<p onclick="x()">x</p>', '<form>x</form>', '<iframe src="x"/>', '<p>x'].map(text => ({ status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${text}</div>` }))),
  'txt-2': at('Patient.text', [{ status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml"><img src="#a"/></div>' }], [{ status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml"> \n<p/></div>' }]),
  'tim-1': at(timing, [{ duration: 1, durationUnit: 'h' }], [{ duration: 1 }]),
  'tim-2': at(timing, [{ period: 1, periodUnit: 'h' }], [{ period: 1 }]),
  'tim-4': at(timing, [{ duration: 0, durationUnit: 'h' }], [{ duration: -1, durationUnit: 'h' }]),
  'tim-5': at(timing, [{ period: 0, periodUnit: 'h' }], [{ period: -1, periodUnit: 'h' }]),
  'tim-6': at(timing, [{ period: 1, periodMax: 2, periodUnit: 'h' }], [{ periodMax: 2, periodUnit: 'h' }]),
  'tim-7': at(timing, [{ duration: 1, durationMax: 2, durationUnit: 'h' }], [{ durationMax: 2, durationUnit: 'h' }]),
  'tim-8': at(timing, [{ count: 1, countMax: 2 }], [{ countMax: 2 }]),
  'tim-9': at(timing, [{ offset: 30, when: ['AC'] }], [{ offset: 30 }, { offset: 30, when: ['C'] }]),
  'tim-10': at(timing, [{ timeOfDay: ['08:00:00'] }, { when: ['AC'] }], [{ timeOfDay: ['08:00:00'], when: ['AC'] }]),
  'trd-1': at(trigger, [{ type: 'data-added', data: DATA }], [{ type: 'data-added', data: DATA, timingDate: '2026-01-01' }]),
  'trd-2': at(trigger, [{ type: 'data-added', data: DATA, condition: { language: 'text/cql', expression: 'x' } }], [{ type: 'named-event', name: 'x', condition: { language: 'text/cql', expression: 'x' } }]),
  'trd-3': at(trigger, [{ type: 'named-event', name: 'x' }, { type: 'periodic', timingDate: '2026-01-01' }, { type: 'data-added', data: DATA }], [{ type: 'named-event' }, { type: 'periodic' }, { type: 'data-added' }]),
  'inv-1 Parameters': at('Parameters.parameter[]', [{ name: 'x', valueCode: 'x' }, { name: 'x', resource: { resourceType: 'Basic' } }, { name: 'x', part: [{ name: 'y', valueCode: 'x' }] }],
    [{ name: 'x' }, { name: 'x', valueCode: 'x', resource: { resourceType: 'Basic' } }, { name: 'x', valueCode: 'x', part: [{ name: 'y', valueCode: 'x' }] }]),
  'org-2': at('Organization.address[]', [{ use: 'work' }], [{ use: 'home' }]),
  'org-3': at('Organization.telecom[]', [{ use: 'work', value: '1', system: 'phone' }], [{ use: 'home', value: '1', system: 'phone' }]),
  'pat-1': at('Patient.contact[]', [{ organization: refer }, { address: { city: 'x' } }], [{ gender: 'male' }]),
}
