/** Forms of tokens that extraction and parsing must agree on: `:of-type` and telephone numbers. */

/**
 * Under this name stand an identifier's type and value together: system of the type, `code|value`, so that
 * `identifier:of-type=system|code|value` is an ordinary token test.
 */
export const ofTypeParam = (param: string): string => `${param}:of-type`

/**
 * A telephone number without what people write between its digits; other addresses stay as they are. R4 leaves it to
 * the server: "token searches on ContactPoint may use special handling, such as ignoring punctuation".
 */
export const phoneDigits = (address: string): string =>
  (/^[+(]?\d[\d\s().-]*$/.test(address) ? address.replace(/[\s().-]/g, '') : address)
