/**
 * NHS numbers: ten digits of which the last checks the others, modulus 11 (NHS Data Dictionary, NHS NUMBER:
 * https://www.datadictionary.nhs.uk/attributes/nhs_number.html). A number that passes is well formed; whether it is
 * somebody's only a trace can tell.
 */

/** Ten digits; anything else is not an NHS number, whatever its check digit. */
export const isNhsNumberForm = (text: string): boolean => /^[0-9]{10}$/.test(text)

/** The digit that completes the first nine, or undefined where no digit can (such a number is never issued). */
export const checkDigit = (firstNine: string): number | undefined => {
  let sum = 0
  for (let i = 0; i < 9; i++) sum += (10 - i) * (firstNine.charCodeAt(i) - 48)
  const check = 11 - (sum % 11)
  return check === 10 ? undefined : check % 11
}

/** Ten digits without spaces, with the check digit that belongs to them. */
export const isNhsNumber = (text: string): boolean =>
  isNhsNumberForm(text) && checkDigit(text) === Number(text[9])

/** `943 476 5919` as people read it, or the text unchanged where it is not ten digits. */
export const formatNhsNumber = (text: string): string =>
  isNhsNumberForm(text) ? `${text.slice(0, 3)} ${text.slice(3, 6)} ${text.slice(6)}` : text

/** The ten digits of what people write (`943 476 5919`, `943-476-5919`), or undefined where it is something else. */
export const normaliseNhsNumber = (text: string): string | undefined => {
  const digits = text.replace(/[\s-]/g, '')
  return isNhsNumberForm(digits) ? digits : undefined
}
