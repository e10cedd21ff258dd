import KCCodec
import KCData
import KCKube

/// What the placeholders of a transcript stand for, learned as answers come.
struct Placeholders {
  private var bound: [String: String] = [:]
  /// The times that were seen last, by the names of their fields.
  private var times: [String: String] = [:]

  /// A text of a recording, cut into what stands there and what stands for something.
  private enum Piece {
    case literal(String)
    case token(String)
  }

  private static let names = ["uid:", "rv:", "continue:", "ip:", "suffix:", "nodePort:", "token:"]
  private static let plain: Set<String> = ["time", "age", "rv", "nodePort", "token", "ip", "suffix"]

  private static func pieces(_ text: String) -> [Piece] {
    var out: [Piece] = []
    var rest = Substring(text)
    while let open = rest.firstIndex(of: "<") {
      guard let close = rest[open...].firstIndex(of: ">") else { break }
      let name = String(rest[rest.index(after: open)..<close])
      guard plain.contains(name) || names.contains(where: name.hasPrefix) else {
        out.append(.literal(String(rest[...open])))
        rest = rest[rest.index(after: open)...]
        continue
      }
      if open > rest.startIndex { out.append(.literal(String(rest[..<open]))) }
      out.append(.token(name))
      rest = rest[rest.index(after: close)...]
    }
    if !rest.isEmpty { out.append(.literal(String(rest))) }
    return out
  }

  /// A value of a request, with what its placeholders stand for.
  func filled(_ value: Value) -> Value {
    switch value {
    case .string(let text): .string(filled(text))
    case .array(let elements): .array(elements.map(filled))
    case .object(let fields):
      .object(Fields(fields.map { ($0.key, $0.value == "<time>" ? time($0.key) : filled($0.value)) }))
    default: value
    }
  }

  private func time(_ field: String) -> Value { times[field].map { .string($0) } ?? filled(.string("<time>")) }

  func filled(_ text: String) -> String {
    guard text.contains("<") else { return text }
    return Self.pieces(text).map { piece in
      switch piece {
      case .literal(let text): text
      case .token("time"): "2023-11-14T22:13:20Z"
      case .token("rv:old"): "1"
      case .token(let name): bound[name] ?? "0"
      }
    }.joined()
  }

  /// Whether an answer is what was recorded; what placeholders stand for is remembered.
  mutating func matches(_ expected: Value?, _ actual: Value?, at path: String, _ why: inout String) -> Bool {
    switch (expected ?? .null, actual ?? .null) {
    case (.string(let wanted), .string(let given)) where wanted.contains("<"):
      if matches(text: wanted, given) { return true }
    case (.object(let wanted), .object(let given)):
      for key in wanted.keys where given[key] == nil {
        why = "\(path).\(key) is missing: \(JSON.text(wanted[key] ?? .null))"
        return false
      }
      for (key, value) in given {
        guard let other = wanted[key] else {
          why = "\(path).\(key) is too much: \(JSON.text(value))"
          return false
        }
        if other == "<time>", let time = value.string { times[key] = time }
        if !matches(other, value, at: "\(path).\(key)", &why) { return false }
      }
      return true
    case (.array(let wanted), .array(let given)):
      guard wanted.count == given.count else {
        why = "\(path) has \(given.count) of \(wanted.count): \(JSON.text(.array(given)).prefix(300))"
        return false
      }
      for index in wanted.indices {
        if !matches(wanted[index], given[index], at: "\(path)[\(index)]", &why) { return false }
      }
      return true
    case (.string(let wanted), .int(let number)) where wanted.hasPrefix("<"):
      if matches(text: wanted, String(number)) { return true }
    case (let wanted, let given):
      if wanted == given { return true }
    }
    why = "\(path): \(JSON.text(actual ?? .null).prefix(400)) for \(JSON.text(expected ?? .null).prefix(400))"
    return false
  }

  private mutating func matches(text: String, _ given: String) -> Bool {
    let pieces = Self.pieces(text)
    var rest = Substring(given)
    for (index, piece) in pieces.enumerated() {
      switch piece {
      case .literal(let literal):
        guard rest.hasPrefix(literal) else { return false }
        rest = rest.dropFirst(literal.count)
      case .token(let name):
        var end = rest.endIndex
        if index + 1 < pieces.count, case .literal(let next) = pieces[index + 1] {
          guard let range = rest.firstRange(of: next) else { return false }
          end = range.lowerBound
        }
        guard bind(name, String(rest[..<end])) else { return false }
        rest = rest[end...]
      }
    }
    return rest.isEmpty
  }

  private mutating func bind(_ name: String, _ value: String) -> Bool {
    guard !value.isEmpty else { return false }
    if Self.plain.contains(name) { return true }
    if name.hasPrefix("rv:"), name.hasSuffix("+") {
      guard let number = Int(value), let base = Int(name.dropFirst(3).dropLast()) else { return false }
      bound[name] = value
      return number >= version(base) ?? 0 && number < version(base + 1) ?? .max
    }
    if let known = bound[name] { return known == value }
    bound[name] = value
    return true
  }

  private func version(_ number: Int) -> Int? { bound["rv:\(number)"].flatMap { Int($0) } }

  func isKnown(_ name: String) -> Bool { bound[name] != nil }
}

extension Value {
  /// Without what differs between runs: the times of managers, and their order; the order of causes.
  func normalised() -> Value {
    switch self {
    case .array(let elements): return .array(elements.map { $0.normalised() })
    case .object(let fields):
      var out = fields.mapValues { $0.normalised() }
      if out["priority"] != nil, out["format"] != nil { out["description"] = nil }
      if case .array(let managers)? = out["managedFields"] {
        let plain = managers.map { entry -> Value in
          var entry = entry
          entry["time"] = nil
          return entry
        }
        out["managedFields"] = .array(
          plain.sorted { a, b in
            ["operation", "manager", "apiVersion", "subresource"].map { a[$0]?.string ?? "" }.lexicographicallyPrecedes(
              ["operation", "manager", "apiVersion", "subresource"].map { b[$0]?.string ?? "" })
          })
      }
      if case .array(let causes)? = out["causes"] {
        out["causes"] = .array(
          causes.sorted { a, b in
            ["field", "reason", "message"].map { a[$0]?.string ?? "" }.lexicographicallyPrecedes(
              ["field", "reason", "message"].map { b[$0]?.string ?? "" })
          })
      }
      return .object(out)
    default: return self
    }
  }
}
