public import KCData

/// Computing what was not known before.
extension DeferredExpression {
  /// Why there is no value.
  public enum Problem: Error, Sendable, Hashable {
    /// A live object has no such field yet.
    case absent(address: String, path: FieldPath)
    /// The live values do not fit what is computed of them.
    case unfit(String)
  }

  /// The value.
  ///
  /// - Parameter live: the object on the target that has an address; nil where it is not there.
  public func resolved(_ live: (String) -> Value?) throws(Problem) -> Value {
    switch self {
    case .constant(let value): return value
    case .field(let address, let path):
      guard let object = live(address), let value = Self.value(at: path, in: object), value != .null, value != "" else {
        throw .absent(address: address, path: path)
      }
      return value
    case .list(let parts): return .array(try Self.all(parts, live))
    case .record(let members):
      var fields = Fields(minimumCapacity: members.count)
      for member in members { fields[member.name] = try member.value.resolved(live) }
      return .object(fields)
    case .text(let parts):
      var out = ""
      for part in try Self.all(parts, live) {
        guard let text = part.scalarText else { throw .unfit("a list or record cannot be put into text") }
        out += text
      }
      return .string(out)
    case .call(.coalesce, let parts) where parts.count == 2:
      do throws(Problem) {
        return try parts[0].resolved(live)
      } catch {
        guard case .absent = error else { throw error }
        return try parts[1].resolved(live)
      }
    case .call(let operation, let parts): return try Self.call(operation, try Self.all(parts, live))
    }
  }

  private static func all(_ parts: [DeferredExpression], _ live: (String) -> Value?) throws(Problem) -> [Value] {
    var values: [Value] = []
    for part in parts { values.append(try part.resolved(live)) }
    return values
  }

  private static func value(at path: FieldPath, in object: Value) -> Value? {
    var current = object
    for element in path.elements {
      switch element {
      case .field(let name), .key(let name):
        guard let next = current[name] else { return nil }
        current = next
      case .index(let place):
        guard let elements = current.array, elements.indices.contains(place) else { return nil }
        current = elements[place]
      }
    }
    return current
  }

  private static func call(_ operation: Operation, _ values: [Value]) throws(Problem) -> Value {
    let first = values.first ?? .null
    switch operation {
    case .add, .subtract, .multiply, .divide, .remainder:
      return try arithmetic(operation, first, values.dropFirst().first ?? .null)
    case .json: return .string(first.canonicalJSON)
    case .hash: return .string(String(SHA256.hex(first.canonicalJSON.utf8).prefix(10)))
    case .join:
      guard let elements = first.array else { break }
      return .string(elements.map { $0.scalarText ?? "" }.joined(separator: values.dropFirst().first?.string ?? ""))
    case .count:
      if let count = first.array?.count ?? first.object?.count ?? first.string?.count { return .int(Int64(count)) }
    case .first, .last:
      guard let elements = first.array else { break }
      if let element = operation == .first ? elements.first : elements.last { return element }
    case .element:
      switch values.dropFirst().first {
      case .string(let name)?: if let value = first[name] { return value }
      case .int(let place)?:
        if let elements = first.array, place >= 0, place < elements.count { return elements[Int(place)] }
      default: break
      }
    default:
      if let text = first.string { return try textCall(operation, text, values.dropFirst().map { $0.string ?? "" }) }
    }
    throw .unfit("`\(operation.rawValue)` cannot be computed of the value that is there")
  }

  private static func textCall(_ operation: Operation, _ text: String, _ rest: [String]) throws(Problem) -> Value {
    switch operation {
    case .upper: return .string(text.uppercased())
    case .lower: return .string(text.lowercased())
    case .trim:
      var rest = text.drop(while: \.isWhitespace)
      while rest.last?.isWhitespace ?? false { rest.removeLast() }
      return .string(String(rest))
    case .replace where rest.count == 2 && !rest[0].isEmpty:
      return .string(text.replacing(rest[0], with: rest[1]))
    case .split where rest.count == 1 && !rest[0].isEmpty:
      return .array(text.split(separator: rest[0], omittingEmptySubsequences: false).map { .string(String($0)) })
    case .base64: return .string(Base64.encode(text.utf8))
    default: throw .unfit("`\(operation.rawValue)` cannot be computed of text")
    }
  }

  private static func arithmetic(_ operation: Operation, _ left: Value, _ right: Value) throws(Problem) -> Value {
    switch (left, right) {
    case (.string(let one), .string(let other)) where operation == .add: return .string(one + other)
    case (.array(let one), .array(let other)) where operation == .add: return .array(one + other)
    case (.int(let one), .int(let other)): return try whole(operation, one, other)
    default: throw .unfit("`\(operation.rawValue)` cannot be computed of the values that are there")
    }
  }

  private static func whole(_ operation: Operation, _ left: Int64, _ right: Int64) throws(Problem) -> Value {
    if right == 0, operation == .divide || operation == .remainder { throw .unfit("division by zero") }
    let (result, overflow) =
      switch operation {
      case .add: left.addingReportingOverflow(right)
      case .subtract: left.subtractingReportingOverflow(right)
      case .multiply: left.multipliedReportingOverflow(by: right)
      case .divide: left.dividedReportingOverflow(by: right)
      default: left.remainderReportingOverflow(dividingBy: right)
      }
    if overflow { throw .unfit("the result is too large for an Int") }
    return .int(result)
  }
}

extension Value {
  /// The text of a text, number or truth value; nil for others.
  var scalarText: String? {
    switch self {
    case .string(let text): text
    case .int(let number): String(number)
    case .number(let number): "\(number)"
    case .bool(let truth): truth ? "true" : "false"
    case .null, .array, .object: nil
    }
  }
}
