internal import KCData
internal import KCKube

/// Methods of text.
extension Builtins {
  static func text(_ call: MethodCall, _ program: inout Program) -> TreeValue? {
    let text = program.tree.text(of: call.receiver) ?? ""
    switch call.name {
    case "contains", "startsWith", "endsWith", "indexOf", "dropPrefix", "dropSuffix":
      return part(call, text, program.tree.text(of: call[0]) ?? "", &program)
    case "matches", "find", "findAll", "captures": return search(call, text, &program)
    case "split": return split(call, text, &program)
    case "replace": return replace(call, text, &program)
    case "repeat", "padStart", "padEnd", "slice", "shorten", "indent": return measured(call, text, &program)
    case "lines":
      return program.tree.list(lines(of: text).map { program.tree.string($0) })
    case "characters": return program.tree.list(text.map { program.tree.string(String($0)) })
    case "toInt": return Int64(text).map { program.tree.int($0) } ?? TreeValue.none
    case "toFloat":
      guard let number = Double(text), number.isFinite else { return TreeValue.none }
      return program.tree.float(number)
    case "toBool": return text == "true" ? .bool(true) : text == "false" ? .bool(false) : TreeValue.none
    case "toQuantity", "toDuration":
      guard let value = program.number(text) else { return TreeValue.none }
      if call.name == "toDuration" { return value.tag == .duration ? value : TreeValue.none }
      return program.amount(value).map { program.tree.quantity($0) } ?? TreeValue.none
    case "base64Decode":
      guard let bytes = Base64.decode(text), let plain = String(validating: bytes, as: UTF8.self) else {
        return TreeValue.none
      }
      return program.tree.string(plain)
    default: return changed(call.name, text).map { program.tree.string($0) }
    }
  }

  /// What needs nothing but the text.
  private static func changed(_ name: String, _ text: String) -> String? {
    switch name {
    case "upper": text.uppercased()
    case "lower": text.lowercased()
    case "capitalized": text.prefix(1).uppercased() + text.dropFirst()
    case "trim": String(trimmedEnd(text.drop(while: \.isWhitespace)))
    case "trimStart": String(text.drop(while: \.isWhitespace))
    case "trimEnd": String(trimmedEnd(text[...]))
    case "slug": slug(text)
    case "base64": Base64.encode(text.utf8)
    case "urlEncode": urlEncoded(text)
    case "sha256": SHA256.hex(text.utf8)
    case "sha1": SHA1.hex(text.utf8)
    case "md5": MD5.hex(text.utf8)
    default: nil
    }
  }

  private static func trimmedEnd(_ text: Substring) -> Substring {
    var text = text
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }

  private static func slug(_ text: String) -> String {
    var out = ""
    for byte in text.lowercased().utf8 {
      let isPlain = (48...57).contains(byte) || (97...122).contains(byte)
      if isPlain {
        out.unicodeScalars.append(Unicode.Scalar(byte))
      } else if !out.isEmpty, out.last != "-" {
        out += "-"
      }
      if out.utf8.count == 63 { break }
    }
    while out.last == "-" { out.removeLast() }
    return out
  }

  private static func urlEncoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".unicodeScalars)
    var out = String.UnicodeScalarView()
    for byte in text.utf8 {
      let isPlain =
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || "-._~".utf8.contains(byte)
      if isPlain {
        out.append(Unicode.Scalar(byte))
      } else {
        out.append(contentsOf: ["%", digits[Int(byte >> 4)], digits[Int(byte & 15)]])
      }
    }
    return String(out)
  }

  /// Whether a part stands in a text: `contains` and `in`.
  static func holds(_ text: String, _ part: String) -> Bool {
    part.isEmpty || text.utf8.firstRange(of: part.utf8) != nil
  }

  private static func part(_ call: MethodCall, _ text: String, _ part: String, _ program: inout Program) -> TreeValue? {
    // By bytes, as texts are compared: a line break is found behind a carriage return, of which Swift makes one character.
    let (whole, wanted) = (text.utf8, part.utf8)
    var isFirst: Bool { whole.starts(with: wanted) }
    var isLast: Bool { whole.suffix(wanted.count).elementsEqual(wanted) }
    switch call.name {
    case "contains": return .bool(holds(text, part))
    case "startsWith": return .bool(isFirst)
    case "endsWith": return .bool(isLast)
    case "dropPrefix": return program.tree.string(isFirst ? Substring(whole.dropFirst(wanted.count)) : text[...])
    case "dropSuffix": return program.tree.string(isLast ? Substring(whole.dropLast(wanted.count)) : text[...])
    default:
      if part.isEmpty { return program.tree.int(0) }
      guard let range = whole.firstRange(of: wanted) else { return TreeValue.none }
      return program.tree.int(Int64(text[..<range.lowerBound].count))
    }
  }

  private static func split(_ call: MethodCall, _ text: String, _ program: inout Program) -> TreeValue? {
    if call[0].tag == .regex {
      guard var search = program.search(call, text) else { return .poison }
      let matches = search.all().filter { $0[1] > $0[0] }
      var parts: [TreeValue] = []
      var start = 0
      for match in matches {
        parts.append(program.tree.string(search.text(start, match[0])))
        start = match[1]
      }
      parts.append(program.tree.string(search.text(start, search.text.count)))
      return program.finished(search, program.tree.list(parts), call)
    }
    let separator = program.tree.text(of: call[0]) ?? ""
    guard !separator.isEmpty else { return program.emptyArgument(call, 0) }
    return program.tree.list(pieces(of: text, separator).map { program.tree.string($0) })
  }

  /// What stands between the places of a separator.
  private static func pieces(of text: String, _ separator: String) -> [Substring] {
    text.utf8.split(separator: separator.utf8, omittingEmptySubsequences: false).map { Substring($0) }
  }

  /// The lines of a text, whichever of the two line breaks it has.
  private static func lines(of text: String) -> [Substring] {
    text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
      Substring($0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0)
    }
  }

  private static func replace(_ call: MethodCall, _ text: String, _ program: inout Program) -> TreeValue? {
    let other = program.tree.text(of: call[1]) ?? ""
    var result = ""
    if call[0].tag == .regex {
      guard var search = program.search(call, text) else { return .poison }
      var start = 0
      for match in search.all() {
        result += search.text(start, match[0]) + other
        start = match[1]
        guard result.utf8.count <= Limits.text else { return program.textTooLong(call.site) }
      }
      result += search.text(start, search.text.count)
      return program.finished(search, program.tree.string(result), call)
    }
    let part = program.tree.text(of: call[0]) ?? ""
    guard !part.isEmpty else { return program.emptyArgument(call, 0) }
    let pieces = pieces(of: text, part)
    let (added, overflow) = (pieces.count - 1).multipliedReportingOverflow(by: other.utf8.count)
    guard !overflow, added <= Limits.text, text.utf8.count + added <= Limits.text else {
      return program.textTooLong(call.site)
    }
    return program.tree.string(pieces.joined(separator: other))
  }

  private static func search(_ call: MethodCall, _ text: String, _ program: inout Program) -> TreeValue? {
    if call.name == "matches" {
      return .bool(program.patterns[Int(call[0].payload)].matches(text.utf8))
    }
    guard var search = program.search(call, text) else { return .poison }
    var result = TreeValue.none
    switch call.name {
    case "find":
      if let match = search.first(from: 0) { result = program.tree.string(search.text(match[0], match[1])) }
    case "findAll":
      result = program.tree.list(search.all().map { program.tree.string(search.text($0[0], $0[1])) })
    default:
      let match = search.first(from: 0) ?? []
      let groups = stride(from: 2, to: match.count, by: 2).map { search.text(match[$0], match[$0 + 1]) }
      result = program.tree.list(groups.map { program.tree.string($0) })
    }
    return program.finished(search, result, call)
  }

  /// What takes a number.
  private static func measured(_ call: MethodCall, _ text: String, _ program: inout Program) -> TreeValue? {
    guard let number = program.tree.int(of: call[0]) else { return .poison }
    let least: Int64 = call.name == "shorten" ? 8 : 0
    guard number >= least else { return program.argument(call, 0, isBelow: least) }
    let width = Int(min(number, Int64(Limits.text) + 1))
    switch call.name {
    case "repeat":
      let (size, overflow) = text.utf8.count.multipliedReportingOverflow(by: width)
      guard !overflow, size <= Limits.text else { return program.textTooLong(call.site) }
      return program.tree.string(size == 0 ? "" : String(repeating: text, count: width))
    case "padStart", "padEnd":
      let fill = call.arguments.count > 1 ? program.tree.text(of: call[1]) ?? "" : " "
      guard fill.count == 1 else {
        program.report("KC0114", "`with` is one character to fill with", at: call.site(of: 1))
        return .poison
      }
      guard width <= Limits.text else { return program.textTooLong(call.site) }
      let missing = String(repeating: fill, count: max(0, width - text.count))
      return program.tree.string(call.name == "padStart" ? missing + text : text + missing)
    case "slice":
      let end = call.arguments.count > 1 ? program.tree.int(of: call[1]) ?? 0 : Int64(Limits.text)
      guard end >= 0 else { return program.argument(call, 1, isBelow: 0) }
      return program.tree.string(String(text.prefix(Int(min(end, Int64(Limits.text)))).dropFirst(width)))
    case "shorten":
      if text.count <= width { return program.tree.string(text) }
      return program.tree.string(text.prefix(width - 7) + "-" + SHA256.hex(text.utf8).prefix(6))
    default:
      let lines = pieces(of: text, "\n")
      let (added, overflow) = lines.count.multipliedReportingOverflow(by: width)
      guard !overflow, added + text.utf8.count <= Limits.text else { return program.textTooLong(call.site) }
      let spaces = String(repeating: " ", count: width)
      return program.tree.string(lines.map { $0.isEmpty ? "" : spaces + $0 }.joined(separator: "\n"))
    }
  }
}

extension Program {
  /// A search for the regex that is a call's first argument; nil after a report.
  fileprivate mutating func search(_ call: MethodCall, _ text: String) -> PatternSearch? {
    guard let pattern = patterns[Int(call[0].payload)].capturing() else {
      report("KC0172", "with its groups the pattern needs more than \(Pattern.maxSteps) steps", at: call.site(of: 0))
      return nil
    }
    return PatternSearch(pattern, in: text)
  }

  /// The result of a search, unless it took too long.
  fileprivate mutating func finished(_ search: PatternSearch, _ result: TreeValue, _ call: MethodCall) -> TreeValue {
    if search.budget > 0 { return result }
    report(
      "KC0171", "the search takes too many steps in a text of this length", at: call.site,
      help: "search in parts of the text: `.lines()`, `.split(…)`")
    return .poison
  }

  fileprivate mutating func emptyArgument(_ call: MethodCall, _ place: Int) -> TreeValue {
    report("KC0114", "`\(call.name)` wants text that is not empty here", at: call.site(of: place))
    return .poison
  }

  /// Reports a number that is too small.
  mutating func argument(_ call: MethodCall, _ place: Int, isBelow least: Int64) -> TreeValue {
    let wanted = Builtins.method(call.name, of: call.receiver.tag)?.signature.parameters
    let name = wanted.flatMap { place < $0.count ? $0[place].name : nil } ?? "the argument"
    report("KC0112", "`\(name)` of `\(call.name)` is \(least) or more", at: call.site(of: place))
    return .poison
  }
}
