public import KCData

/// A condition on labels, from an object (`metav1.LabelSelector`) or from text (`a=b,c in (d,e),!f`).
public struct LabelSelector: Sendable, Hashable {
  public enum Operator: Sendable, Hashable {
    case `in`, notIn, exists, doesNotExist
  }

  /// One condition; all of a selector's must hold.
  public struct Requirement: Sendable, Hashable {
    public var key: String
    public var operation: Operator
    public var values: [String]
  }

  public private(set) var requirements: [Requirement] = []
  /// Whether it selects nothing at all: what an absent selector means.
  public private(set) var matchesNothing = false

  /// Whether there is no condition, so that everything matches.
  public var isEmpty: Bool { requirements.isEmpty && !matchesNothing }

  public func matches(_ labels: [String: String]) -> Bool {
    if matchesNothing { return false }
    return requirements.allSatisfy { requirement in
      let value = labels[requirement.key]
      switch requirement.operation {
      case .in: return value.map(requirement.values.contains) ?? false
      case .notIn: return !(value.map(requirement.values.contains) ?? false)
      case .exists: return value != nil
      case .doesNotExist: return value == nil
      }
    }
  }

  /// Reads a `metav1.LabelSelector`. An absent one selects nothing, an empty one everything.
  public init(_ value: Value?) throws(APIStatus) {
    guard let value, value != .null else {
      matchesNothing = true
      return
    }
    for (key, label) in value["matchLabels"]?.object ?? [:] {
      requirements.append(Requirement(key: key, operation: .in, values: [label.string ?? ""]))
    }
    requirements.sort { $0.key < $1.key }
    for expression in value["matchExpressions"]?.array ?? [] {
      let operation: Operator
      switch expression["operator"]?.string {
      case "In"?: operation = .in
      case "NotIn"?: operation = .notIn
      case "Exists"?: operation = .exists
      case "DoesNotExist"?: operation = .doesNotExist
      case let other:
        throw APIStatus(
          code: 400, reason: "BadRequest", message: "\"\(other ?? "")\" is not a valid label selector operator")
      }
      requirements.append(
        Requirement(
          key: expression["key"]?.string ?? "", operation: operation,
          values: expression["values"]?.array?.compactMap(\.string) ?? []))
    }
  }

  /// A selector for exactly these labels.
  public init(labels: [String: String]) {
    requirements = labels.sorted { $0.key < $1.key }.map { Requirement(key: $0.key, operation: .in, values: [$0.value]) }
  }
}

extension LabelSelector {
  /// Reads the text form.
  public init(parsing text: String) throws(APIStatus) {
    var scanner = SelectorScanner(text)
    scanner.skipSpaces()
    while !scanner.isAtEnd {
      requirements.append(try scanner.requirement())
      scanner.skipSpaces()
      if scanner.isAtEnd { break }
      guard scanner.take(",") else { throw scanner.failure("a comma was expected") }
      scanner.skipSpaces()
    }
  }
}

/// Reads the text form of selectors.
struct SelectorScanner {
  private let bytes: [UInt8]
  private var position = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  var isAtEnd: Bool { position >= bytes.count }

  mutating func skipSpaces() {
    while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x09 { position += 1 }
  }

  mutating func take(_ text: String) -> Bool {
    let wanted = Array(text.utf8)
    guard bytes[min(position, bytes.count)...].starts(with: wanted) else { return false }
    position += wanted.count
    return true
  }

  mutating func word() -> String {
    skipSpaces()
    let start = position
    while position < bytes.count, !" \t=!,()<>".utf8.contains(bytes[position]) { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  func failure(_ why: String) -> APIStatus {
    APIStatus(
      code: 400, reason: "BadRequest",
      message: "unable to parse selector \"\(String(decoding: bytes, as: UTF8.self))\": \(why) at \(position + 1)")
  }

  mutating func requirement() throws(APIStatus) -> LabelSelector.Requirement {
    if take("!") {
      let key = word()
      guard !key.isEmpty else { throw failure("a key was expected") }
      return .init(key: key, operation: .doesNotExist, values: [])
    }
    let key = word()
    guard !key.isEmpty else { throw failure("a key was expected") }
    skipSpaces()
    if take("!=") { return .init(key: key, operation: .notIn, values: [word()]) }
    if take("==") || take("=") { return .init(key: key, operation: .in, values: [word()]) }
    let start = position
    switch word() {
    case "in": return .init(key: key, operation: .in, values: try list())
    case "notin": return .init(key: key, operation: .notIn, values: try list())
    case "": return .init(key: key, operation: .exists, values: [])
    default:
      position = start
      throw failure("an operator was expected")
    }
  }

  private mutating func list() throws(APIStatus) -> [String] {
    skipSpaces()
    guard take("(") else { throw failure("( was expected") }
    var values: [String] = []
    repeat {
      values.append(word())
      skipSpaces()
    } while take(",")
    guard take(")") else { throw failure(") was expected") }
    return values
  }
}
