/** Fields of one line of a CSV file (RFC 4180, a record never over several lines, as in every postcode directory). */

export const fieldsOf = (line: string): readonly string[] => {
  if (!line.includes('"')) return line.split(',')
  const fields: string[] = []
  for (let at = 0; at <= line.length;) {
    if (line[at] !== '"') {
      const end = endOf(line, ',', at)
      fields.push(line.slice(at, end))
      at = end + 1
      continue
    }
    let end = endOf(line, '"', at + 1)
    while (line[end + 1] === '"') end = endOf(line, '"', end + 2)
    fields.push(line.slice(at + 1, end).replaceAll('""', '"'))
    at = endOf(line, ',', end) + 1
  }
  return fields
}

const endOf = (line: string, character: string, from: number): number => {
  const found = line.indexOf(character, from)
  return found === -1 ? line.length : found
}
