/** Why an import stops, in words for the operator. What was in force stays in force. */
export class ImportError extends Error {}
