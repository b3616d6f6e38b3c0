/**
 * ODS codes: which organisation or site of the NHS. They have a form but no check digit.
 *
 * Organisation: an3 to an6 in the NHS Data Dictionary (ORGANISATION CODE); the national interfaces take up to 12
 * characters, so longer ones are allowed but are not what the dictionary describes. Site: the organisation's code
 * and a suffix (`RR813` of `RR8`), five to nine characters in use; no source gives a stricter form.
 */

/** What the Data Dictionary describes: three to six letters and digits. */
export const isDictionaryOdsCode = (text: string): boolean => /^[A-Z0-9]{3,6}$/.test(text)

/** What the national interfaces accept (FTRS ingest `{1,12}`, PDS `{3,10}`): three to twelve letters and digits. */
export const isOdsCode = (text: string): boolean => /^[A-Z0-9]{3,12}$/.test(text)

/** A site code: three to twelve letters and digits, as the national interfaces accept. */
export const isOdsSiteCode = isOdsCode

/** Upper case without spaces around: partners send `rx7 `; codes are compared as they are issued, in upper case. */
export const normaliseOdsCode = (text: string): string => text.trim().toUpperCase()
