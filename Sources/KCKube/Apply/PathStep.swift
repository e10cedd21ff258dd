internal import KCData

/// The steps of a field set's paths: `f:name` a field, `k:{"name":"app"}` an element of a list by its keys, `v:"x"` an
/// element of a set by its value, `i:3` an element by its place.
enum PathStep {
  static func key(_ parts: [(String, Value)]) -> String {
    var out = "k:{"
    for (index, part) in parts.enumerated() {
      if index > 0 { out += "," }
      out += "\(CanonicalJSON.text(.string(part.0))):\(CanonicalJSON.text(part.1))"
    }
    return out + "}"
  }

  /// As conflicts name a path: `.spec.containers[name="app"].image`.
  static func text(_ path: [String]) -> String { path.map(text).joined() }

  static func text(_ step: String) -> String {
    let rest = String(step.dropFirst(2))
    switch step.prefix(2) {
    case "f:": return ".\(rest)"
    case "k:":
      let pairs = keys(of: step).map { "\($0.0)=\(CanonicalJSON.quoted($0.1))" }
      return "[\(pairs.joined(separator: ","))]"
    case "v:":
      var scanner = JSONScanner(rest)
      return "[=\(scanner.value().map(CanonicalJSON.quoted) ?? rest)]"
    default: return "[\(rest)]"
    }
  }

  /// The keys of a `k:` step; empty where it cannot be read.
  static func keys(of step: String) -> [(String, Value)] {
    var scanner = JSONScanner(String(step.dropFirst(2)))
    var out: [(String, Value)] = []
    guard scanner.take("{") else { return [] }
    while !scanner.take("}") {
      guard case .string(let name)? = scanner.value(), scanner.take(":"), let value = scanner.value() else { return [] }
      out.append((name, value))
      _ = scanner.take(",")
    }
    return out
  }

  /// A step in the form in which this module writes it, so that equal steps have equal text; nil for unknown kinds.
  static func canonical(_ step: String) -> String? {
    switch step.prefix(2) {
    case "f:", "i:": return step
    case "v:":
      var scanner = JSONScanner(String(step.dropFirst(2)))
      return scanner.value().map { "v:" + CanonicalJSON.text($0) }
    case "k:":
      let parts = keys(of: step)
      return parts.isEmpty ? nil : key(parts.sorted { $0.0 < $1.0 })
    default: return nil
    }
  }

  /// The order in which the API server lists steps: fields, keys, values, places; numbers by their size.
  static func precedes(_ left: String, _ right: String) -> Bool {
    let ranks: [Substring: Int] = ["f:": 0, "k:": 1, "v:": 2, "i:": 3]
    let (a, b) = (ranks[left.prefix(2)] ?? 4, ranks[right.prefix(2)] ?? 4)
    if a != b { return a < b }
    if a == 1 {
      for (first, second) in zip(keys(of: left), keys(of: right)) {
        if first.0 != second.0 { return first.0 < second.0 }
        if first.1 != second.1 { return isLess(first.1, second.1) }
      }
      return false
    }
    return left < right
  }

  private static func isLess(_ left: Value, _ right: Value) -> Bool {
    if let a = left.double, let b = right.double { return a < b }
    if let a = left.string, let b = right.string { return a < b }
    return left.double != nil
  }
}
