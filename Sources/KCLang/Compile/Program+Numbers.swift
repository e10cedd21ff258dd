internal import KCData
internal import KCSyntax

/// Numbers and their units.
extension Program {
  mutating func compileNumber(_ node: SyntaxNode) -> Int32 {
    let site = code.site(node.span)
    if let token = node.tokenRange.first, node.tokenRange.count == 1,
      let value = node.tree.file.bytes[node.tree.tokens[token].range].withUnsafeBufferPointer({ plainNumber($0) })
    {
      return code.constant(value, at: site)
    }
    let written = node.text
    let text = written.utf8.contains(UInt8(ascii: "_")) ? written.replacing("_", with: "") : written
    let isLed = text.utf8.first == UInt8(ascii: "0") && text.utf8.count > 1
    if isLed, text.dropFirst().first?.isNumber == true { return leadingZero(text, site) }
    if let value = number(text) { return code.constant(value, at: site) }
    let digits = text.prefix { $0.isNumber || $0 == "." }
    let unit = String(text.dropFirst(digits.count))
    if unit.isEmpty, !digits.contains(".") {
      report(
        "KC0161", "`\(text)` is too large: whole numbers go up to 9223372036854775807", at: site)
    } else {
      reportUnit(String(digits), unit, site, isOfCPU: isOfCPU(node))
    }
    return code.emit(.poison, at: site)
  }

  /// A whole number of few digits, alone or with one of the units that most amounts have; nil for all else.
  private mutating func plainNumber(_ text: UnsafeBufferPointer<UInt8>) -> TreeValue? {
    var (number, place) = (Int64(0), 0)
    while place < text.count, (48...57).contains(text[place]) {
      number = number * 10 + Int64(text[place] - 48)
      place += 1
      if place > 9 { return nil }
    }
    if place == 0 || text[0] == UInt8(ascii: "0") && place > 1 { return nil }
    let isBinary = text.count == place + 2 && text[text.count - 1] == UInt8(ascii: "i")
    guard text.count <= place + 1 || isBinary else { return nil }
    switch text.count == place ? 0 : text[place] {
    case 0: return tree.int(number)
    case UInt8(ascii: "s") where !isBinary: return TreeValue.inline(.duration, number * 1000)
    case UInt8(ascii: "%") where !isBinary: return TreeValue.inline(.percent, number * 1000)
    case UInt8(ascii: "m") where !isBinary: return tree.quantity(Quantity(nano: Int128(number) * 1_000_000))
    case UInt8(ascii: "M") where isBinary: return tree.quantity(Quantity(number << 20, format: .binarySI))
    case UInt8(ascii: "G") where isBinary: return tree.quantity(Quantity(number << 30, format: .binarySI))
    default: return nil
    }
  }

  /// Elsewhere a zero before a number says that it is written in eights.
  mutating func leadingZero(_ text: String, _ site: Int32) -> Int32 {
    let rest = String(text.drop { $0 == "0" })
    let plain = rest.first?.isNumber == true ? rest : "0" + rest
    let octal = Int64(text, radix: 8)
    report(
      "KC0111", "`\(text)` begins with a zero: numbers are written in tens", at: site,
      help: octal.map { "write `\(plain)`, or `\($0)` for what is `\(plain)` in eights" } ?? "write `\(plain)`",
      fix: octal == nil ? Diagnostic.Fix(span: span(site), replacement: plain) : nil)
    return code.emit(.poison, at: site)
  }

  /// Reports the unit of a number that is given from outside.
  mutating func reportUnit(of text: String, at site: Int32) {
    let digits = text.prefix { $0.isNumber || $0 == "." }
    let isOfCPU = subject >= 0 && self.text(subject) == "cpu"
    reportUnit(String(digits), String(text.dropFirst(digits.count)), site, isOfCPU: isOfCPU)
  }

  /// Whether a number stands where an amount of cpu is set.
  private func isOfCPU(_ number: SyntaxNode) -> Bool {
    var node = number.tree.root
    var name = ""
    while let inner = node.parts.first(where: { $0.span.holds(number.span) }) {
      if inner.kind == .setting || inner.kind == .recordField {
        name = inner.kind == .setting ? inner.firstPart?.text ?? "" : inner.firstWord.map { inner.word($0) } ?? ""
      }
      node = inner
    }
    return name == "cpu"
  }

  private mutating func reportUnit(_ digits: String, _ unit: String, _ site: Int32, isOfCPU: Bool) {
    if let number = Double(digits + unit), !number.isFinite {
      return report("KC0161", "`\(digits)\(unit)` is too large: a Float goes up to 1.7976931348623157e308", at: site)
    }
    // Two points and more begin a range, which has three of them.
    let points = digits.split(separator: "..", omittingEmptySubsequences: false)
    if unit.isEmpty, points.count == 2, points.allSatisfy({ Int($0) != nil }) {
      return report(
        "KC0036", "a range has three dots, and both its ends are in it", at: site,
        help: "write `\(points[0])...\(points[1])`")
    }
    if unit != "", number("1" + unit) != nil, digits.count(where: { $0 == "." }) < 2 {
      let isWhole = !digits.contains(".")
      return report(
        "KC0161", "`\(digits)\(unit)` is \(isWhole ? "too large" : "finer than values of this unit are")", at: site,
        help: isWhole ? nil : "write it in a smaller unit, or round it")
    }
    let meant = isOfCPU ? nil : Self.unit(meantBy: unit)
    report(
      "KC0111", "`\(unit)` is no unit", at: site,
      notes: [
        "amounts: m k M G T P E, Ki Mi Gi Ti Pi Ei; durations: ms s min h d; share: %"
      ],
      help: meant.map { "did you mean `\(digits)\($0)`?" } ?? Self.unitHelp(digits, isOfCPU ? "cpu" : unit),
      fix: meant.map { Diagnostic.Fix(span: span(site), replacement: digits + $0) })
  }

  /// The unit that another spelling of it means.
  private static func unit(meantBy unit: String) -> String? {
    switch unit.lowercased() {
    case "kb", "kib", "ki": "Ki"
    case "mb", "mib", "mi": "Mi"
    case "gb", "gib", "gi", "g": "Gi"
    case "tb", "tib": "Ti"
    case "sec", "secs", "second", "seconds": "s"
    case "mins", "minute", "minutes": "min"
    case "hr", "hrs", "hour", "hours": "h"
    case "day", "days": "d"
    case "msec", "millis": "ms"
    default: nil
    }
  }

  /// What was likely meant by a unit that there is not.
  private static func unitHelp(_ digits: String, _ unit: String) -> String? {
    if ["cpu", "cpus", "core", "cores", "vcpu"].contains(unit.lowercased()) {
      return "cores have no unit: `\(digits)`, or thousandths of one: `500m`"
    }
    if unit == "K" { return "a thousand is `k`, 1024 are `Ki`: `\(digits)k` or `\(digits)Ki`" }
    if digits == "0", unit.hasPrefix("o") || unit.hasPrefix("x") || unit.hasPrefix("b") {
      return "numbers are written in tens; permissions of files are text: `\"644\"`, and in objects of the API `420`"
    }
    let first = unit.prefix { $0.isLetter }
    guard first != unit[...], ["h", "min", "m", "s", "d"].contains(first) else { return nil }
    return "durations are added: `1h + 30min`"
  }

  /// The value of a number's text; nil where the unit is unknown or the number too large.
  mutating func number(_ text: String) -> TreeValue? {
    let end = text.utf8.firstIndex { !(48...57).contains($0) && $0 != UInt8(ascii: ".") } ?? text.endIndex
    let (digits, unit) = (text[..<end], text[end...])
    if unit.isEmpty {
      if digits.utf8.contains(UInt8(ascii: ".")) { return finite(digits) }
      return Int64(digits).map { tree.int($0) }
    }
    if unit == "%" { return scaled(digits, by: 1000).flatMap { TreeValue.inline(.percent, $0) } }
    if let factor = Self.milliseconds[unit] {
      return scaled(digits, by: factor).flatMap { TreeValue.inline(.duration, $0) }
    }
    if unit.utf8.first.map({ $0 | 0x20 }) == UInt8(ascii: "e"), unit.utf8.count > 1, unit != "Ei" {
      return finite(text[...])
    }
    // What is too large, the API would take for the largest there is.
    guard let amount = Quantity(text), amount.nano < Int128(Int64.max) * 1_000_000_000 else { return nil }
    return tree.quantity(amount)
  }

  /// A number with fractions; nil for what is too large to be one.
  private mutating func finite(_ text: Substring) -> TreeValue? {
    Double(text).flatMap { $0.isFinite ? tree.float($0) : nil }
  }

  private static let milliseconds: [Substring: Int64] = [
    "ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000,
  ]

  /// A decimal times a whole number, where that is whole and fits.
  private func scaled(_ digits: Substring, by factor: Int64) -> Int64? {
    guard let amount = Quantity(digits), amount.nano <= Int128(Int64.max) else { return nil }
    let (product, overflow) = amount.nano.multipliedReportingOverflow(by: Int128(factor))
    guard !overflow, product % 1_000_000_000 == 0 else { return nil }
    return Int64(exactly: product / 1_000_000_000)
  }
}
