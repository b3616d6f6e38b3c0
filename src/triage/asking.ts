/**
 * The Questionnaire that goes with a question: of the published one just the items that are missing, in the words of the
 * pack, which are the sender's. Its linkIds are those of the published one, so that an answer to either is read alike.
 */
import type { Questionnaire, QuestionnaireItem } from 'fhir/r4.js'
import type { Locality } from '../directory/load.ts'

/** Undefined when nothing is missing. */
export const questionnaireOf = (locality: Locality, missing: readonly { readonly linkId: string; readonly text: string }[]): Questionnaire | undefined => {
  if (missing.length === 0) return undefined
  const published = publishedBy(locality)
  return {
    resourceType: 'Questionnaire',
    status: 'active',
    title: 'What is missing in the referral',
    subjectType: ['Patient'],
    ...(published?.url === undefined ? {} : { derivedFrom: [published.url] }),
    item: missing.map(({ linkId, text }) => ({ ...itemOf(published, linkId), text, required: true })),
  }
}

const publishedBy = ({ resources }: Locality): Questionnaire | undefined =>
  resources.find(({ resourceType, id }) => resourceType === 'Questionnaire' && id === 'referral') as unknown as Questionnaire | undefined

const itemOf = (published: Questionnaire | undefined, linkId: string): QuestionnaireItem =>
  published?.item?.find(item => item.linkId === linkId) ?? { linkId, type: 'string' }
