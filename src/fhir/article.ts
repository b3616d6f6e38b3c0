/** The article before a FHIR name, for texts that people read: a Patient, an Organization, a uri, an unsignedInt. */

const VOWEL = /^(?:[aeio]|unsigned)/i

/** The name with its article. */
export const withArticle = (name: string): string => `${VOWEL.test(name) ? 'an' : 'a'} ${name}`
