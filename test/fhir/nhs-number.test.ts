import { checkDigit, formatNhsNumber, isNhsNumber, normaliseNhsNumber } from '../../src/fhir/nhs-number.ts'

describe('NHS number (modulus 11)', () => {
  it.each(['9476719931', '9693893123', '9912003888', '9449307539', '9556274839', '9000000009', '9000000017'])(
    'accepts %s', number => expect(isNhsNumber(number)).toBe(true))

  it.each(['3478526985', '7778521234', '9912003890', '9000000015', '9999999991', '1234567890', '9876543219'])(
    'refuses the wrong check digit of %s', number => expect(isNhsNumber(number)).toBe(false))

  it.each(['', '947671993', '94767199311', '947 671 9931', '947671993X', '９４７６７１９９３１', ' 9476719931'])(
    'refuses the form of "%s"', text => expect(isNhsNumber(text)).toBe(false))

  it('turns a remainder of 0 into check digit 0', () => {
    expect(checkDigit('000000000')).toBe(0)
    expect(isNhsNumber('0000000000')).toBe(true)
  })

  it('has no check digit where 11 minus the remainder is 10', () => {
    expect(checkDigit('000000006')).toBeUndefined()
    expect([...'0123456789'].filter(digit => isNhsNumber('000000006' + digit))).toEqual([])
  })

  it('finds every single wrong digit and every swap of unlike neighbours', () => {
    const number = '9476719931'
    const wrong = [...number].flatMap((digit, i) => {
      const others = [...'0123456789'].filter(other => other !== digit).map(other => number.slice(0, i) + other + number.slice(i + 1))
      return [...others, number.slice(0, i) + (number[i + 1] ?? '') + digit + number.slice(i + 2)].filter(text => text !== number)
    })
    expect(wrong.length).toBeGreaterThan(95)
    expect(wrong.filter(isNhsNumber)).toEqual([])
  })

  it('writes and reads the spaces people use', () => {
    expect(formatNhsNumber('9476719931')).toBe('947 671 9931')
    expect(formatNhsNumber('unknown')).toBe('unknown')
    expect(normaliseNhsNumber(' 947 671-9931 ')).toBe('9476719931')
    expect(normaliseNhsNumber('947 671 993')).toBeUndefined()
  })
})
