/** What somebody might send as a value: what is meant well and a little wrong, and what is meant to break something. */
import fc from 'fast-check'

const HOSTILE = [
  '', ' ', ',', ',,,', '|', '||', '|||', '$', '$$$', '\\', '\\\\\\', '\\,', ':', '.', '..', '../..', '*', '%', '_', '?', '#', '&',
  '=', ';', '\'', '"', '`',
  '%00', '%', '%zz', '%u0041', '%C0%AF', '%ED%A0%80', '%F0%9F%98%80', '%EF%BF%BF', '%E2%80%AE', '%0d%0aX: y',
  '\' OR 1=1 --', '1; DROP TABLE resource', '" OR ""="', 'x\' UNION SELECT json FROM version --', '{"$gt":""}',
  '{"$where":"sleep(1000)"}', '[$ne]=1',
  'MATCH "a" NEAR b', 'a* OR b', '"unbalanced', 'NOT', 'AND AND', 'NEAR(a b, 99999999)', '^a', 'a + b', '-a', 'col:a', '(((((((',
  ')',
  '(a+)+$', '.*.*.*.*.*.*x', '^(.*?,){25}P', '[[:alpha:]]', '%%%%%%%%%%', '________________', '****',
  '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype', '__defineGetter__', 'null', 'undefined', 'NaN',
  'Infinity', '-Infinity', 'true', 'false',
  '0', '-0', '-1', '1e308', '1e309', '-1e309', '1e-400', '9007199254740993', '99999999999999999999999', '0x10', '1_000', '+5',
  '.5', '5.', '1.2.3', '١٢',
  '2026-02-30', '2026-13-01', '2026-00-00', '0000', '9999', '99999', '2026-11-24T25:00:00Z', '2026-11-24T10:15:60Z',
  '2026-11-24T10:15:00+99:00',
  '2026-11-24T10:15:00.123456789012345Z', '26-11-24', '2026/11/24', '24.11.2026', '2026-W48', '2026-330', 'yesterday', 'xx2026',
  'GE2026', 'gege2026', 'ge', 'ne',
  'Patient/', '/Patient', 'Patient/a/b', 'Patient/../Task', 'Nothing/1', 'urn:uuid:', 'urn:oid:', '#', '#x', 'http://',
  'http://[', 'https://elsewhere.example/fhir/Patient/1',
  'Patient/1/_history/', 'Patient/1/_history/x', 'Patient/1/_history/99999999999999999999', 'Patient?identifier=1',
  'javascript:alert(1)',
  'http://hl7.org/fhir/ValueSet/nothing', 'http://loinc.org|', '|http://loinc.org', 'a|b|c|d|e', 'a$b$c$d',
  '5.4|http://unitsofmeasure.org|', '5.4||', '5.4|||', '||mg',
  '90|180|1|km', '91|181|1|km', '53|-2|-5|km', '53|-2|1e99|km', '53|-2|5|parsec', '0|0|0|m', 'NaN|NaN',
  '_id eq 1', '(_id eq 1', '_id eq', 'eq', 'name eq "a', 'name zz "a"', 'name co ""', 'not', 'not (', 'a and', '() or ()',
  'name.family eq a', 'general-practitioner[name eq "x"].name eq "y"',
  'name eq a or '.repeat(60), '('.repeat(500), 'not ('.repeat(200), 'subject.'.repeat(50), '\\'.repeat(999),
  'AAAA.BBBB', 'W10.', '.', 'eyJhIjoxfQ.AAAA', '-family,,-', '-', '--family', 'family,family,family,family,family,family',
  '_score', 'near',
  '$current-problems', 'Task:focus', 'Task:focus:Patient:Patient', '*:*', '*:*:*', 'Patient:*:Nothing', 'text,', 'count,data',
  'data:text',
]

const long = fc.constantFrom(1_000, 1_001, 10_000, 30_000).chain(length =>
  fc.constantFrom('a', '9', 'é', '*', '\\,', '|', '😀').map(text => text.repeat(length / text.length)))
const many = fc.integer({ min: 2, max: 3_000 }).chain(count =>
  fc.constantFrom('a', '1', 'Patient/1', 'ge2026', '').map(text => Array(count).fill(text).join(',')))

const prefix = fc.constantFrom('', 'eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap', 'zz')
const meantWell = fc.tuple(prefix, fc.constantFrom(
  '2026', '2026-11', '2026-11-24', '2026-11-24T10:15:00Z', '2026-11-24T10:15', '0.5', '100', '1e2', '-7',
  '5.4|http://unitsofmeasure.org|mg', '5.4||mg',
)).map(parts => parts.join(''))
const plain = fc.constantFrom(
  'smith', 'female', 'final', 'true', 'http://loinc.org|8867-4', '|x', 'Patient/1', '1', 'Observation/1', 'http://x.example/a',
  'urn:x:a', 'x', 'status', '-_lastUpdated',
  'Task:focus', 'Observation:subject:Patient', '*', 'http://hl7.org/fhir/ValueSet/administrative-gender', '53.76|-2.70|5|km',
  'name eq "smith"', 'accurate', 'count', '10',
)

/** Percent-encoded, or broken in its encoding on purpose. */
export const value: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...HOSTILE).map(text => (text.startsWith('%') ? text : encodeURIComponent(text))) },
  { weight: 4, arbitrary: fc.oneof(meantWell, plain).map(encodeURIComponent) },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }).map(encodeURIComponent) },
  { weight: 1, arbitrary: fc.oneof(long, many).map(encodeURIComponent) },
)

/** Text for the inside of JSON. */
export const word: fc.Arbitrary<string> = fc.oneof(fc.constantFrom(...HOSTILE), plain, meantWell, fc.string({ unit: 'binary', maxLength: 20 }))
