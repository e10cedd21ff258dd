extension Quantity {
  /// Reads a quantity; nil where the text is none.
  public init?(_ text: String) {
    var copy = text
    guard let read = copy.withUTF8({ Quantity(utf8: $0) }) else { return nil }
    self = read
  }

  public init?(_ text: Substring) {
    var copy = text
    guard let read = copy.withUTF8({ Quantity(utf8: $0) }) else { return nil }
    self = read
  }

  private init?(utf8 bytes: UnsafeBufferPointer<UInt8>) {
    var position = 0
    let isNegative = bytes.first == UInt8(ascii: "-")
    if isNegative || bytes.first == UInt8(ascii: "+") { position = 1 }
    var digits = Digits()
    guard digits.read(bytes, &position), let suffix = Suffix(UnsafeBufferPointer(rebasing: bytes[position...]))
    else { return nil }
    guard let magnitude = digits.nano(times: suffix) else { return nil }
    self.init(nano: isNegative ? -magnitude : magnitude, format: suffix.format)
    // A binary suffix with an amount below its base unit has no exact binary form.
    if format == .binarySI, magnitude < 1024 * Quantity.one { format = .decimalSI }
  }

  /// The decimal digits of a quantity's number.
  private struct Digits {
    var mantissa: Int128 = 0
    /// Digits after the point that `mantissa` holds.
    var fraction = 0
    /// Whole digits that no longer fitted: the amount is past the cap.
    var overflowed = false
    /// Digits below what can be held were not all zero: round up.
    var inexact = false

    mutating func read(_ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int) -> Bool {
      var count = 0
      var afterPoint = false
      while position < bytes.count {
        let byte = bytes[position]
        if byte == UInt8(ascii: "."), !afterPoint {
          afterPoint = true
        } else if (48...57).contains(byte) {
          count += 1
          add(Int128(byte - 48), afterPoint: afterPoint)
        } else {
          break
        }
        position += 1
      }
      return count > 0
    }

    private mutating func add(_ digit: Int128, afterPoint: Bool) {
      if mantissa > 1_000_000_000_000_000_000_000_000_000 {  // 10²⁷: past the cap for any whole number.
        if afterPoint { inexact = inexact || digit != 0 } else { overflowed = true }
        return
      }
      mantissa = mantissa * 10 + digit
      if afterPoint { fraction += 1 }
    }

    /// Without the last digit after the point.
    private var shortened: Digits {
      var copy = self
      copy.inexact = inexact || mantissa % 10 != 0
      copy.mantissa = mantissa / 10
      copy.fraction = fraction - 1
      return copy
    }

    /// The amount in nano units, capped; nil never, but for exponents that no text of ours has.
    func nano(times suffix: Suffix) -> Int128? {
      if mantissa == 0 { return overflowed ? cap : 0 }
      if overflowed { return suffix.exponent < -18 ? nil : cap }
      var exponent = suffix.exponent + 9 - fraction
      var amount = mantissa
      for _ in 0..<suffix.binaryTens {
        let (product, overflow) = amount.multipliedReportingOverflow(by: 1024)
        if overflow { return fraction > 0 ? shortened.nano(times: suffix) : cap }
        amount = product
      }
      while exponent > 0 {
        let (product, overflow) = amount.multipliedReportingOverflow(by: 10)
        if overflow || product > cap * 10 { return cap }
        amount = product
        exponent -= 1
      }
      var rest = inexact
      while exponent < 0, amount > 0 {
        let (quotient, remainder) = amount.quotientAndRemainder(dividingBy: 10)
        rest = rest || remainder != 0
        amount = quotient
        exponent += 1
      }
      if rest { amount += 1 }
      return min(amount, cap)
    }
  }

  private struct Suffix {
    var exponent = 0
    var binaryTens = 0
    var format = Format.decimalSI

    init?(_ bytes: UnsafeBufferPointer<UInt8>) {
      if bytes.isEmpty { return }
      let text = String(decoding: bytes, as: UTF8.self)
      if let decimal = decimalSuffixes.first(where: { $0.text == text }) {
        exponent = decimal.exponent
      } else if let tens = binarySuffixes.firstIndex(of: text) {
        binaryTens = tens + 1
        format = .binarySI
      } else if let first = text.first, first == "e" || first == "E", let number = Int(text.dropFirst()),
        text.dropFirst().utf8.allSatisfy({ $0 == 43 || $0 == 45 || (48...57).contains($0) })
      {
        exponent = max(-1000, min(1000, number))
        format = .decimalExponent
      } else {
        return nil
      }
    }
  }
}

private let decimalSuffixes: [(text: String, exponent: Int)] = [
  ("n", -9), ("u", -6), ("m", -3), ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15), ("E", 18),
]
private let binarySuffixes = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]

extension Quantity: CustomStringConvertible {
  /// The canonical form, as the API server writes it.
  public var description: String {
    if nano == 0 { return "0" }
    let sign = nano < 0 ? "-" : ""
    let magnitude = nano < 0 ? -nano : nano
    if format == .binarySI, magnitude >= 1024 * Self.one, magnitude % Self.one == 0 {
      var amount = magnitude / Self.one
      var tens = 0
      while tens < binarySuffixes.count, amount % 1024 == 0 {
        amount /= 1024
        tens += 1
      }
      return sign + "\(amount)" + (tens == 0 ? "" : binarySuffixes[tens - 1])
    }
    var amount = magnitude
    var exponent = -9
    while amount % 1000 == 0, exponent < 18 {
      amount /= 1000
      exponent += 3
    }
    if format == .decimalExponent {
      return sign + "\(amount)" + (exponent == 0 ? "" : "e\(exponent)")
    }
    let suffix = decimalSuffixes.first { $0.exponent == exponent }?.text ?? ""
    return sign + "\(amount)" + suffix
  }
}
