public import KCData

/// A value that is known only after apply, as what it is computed from: fields of live objects.
///
/// It is plain data, so that a saved plan can hold it, and is computed without the program that it came from.
public indirect enum DeferredExpression: Sendable, Hashable {
  case constant(Value)
  /// A field of the object that has this address in the program.
  case field(address: String, path: FieldPath)
  case list([DeferredExpression])
  case record([Member])
  /// Text put together of parts.
  case text([DeferredExpression])
  case call(Operation, [DeferredExpression])

  /// A field of a record.
  public struct Member: Sendable, Hashable {
    public var name: String
    public var value: DeferredExpression

    public init(name: String, value: DeferredExpression) {
      self.name = name
      self.value = value
    }
  }

  /// What can be computed of values that are not known yet.
  public enum Operation: String, Sendable, Hashable, CaseIterable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case remainder = "%"
    /// The second where the first is absent.
    case coalesce = "??"
    case upper, lower, trim, replace, split, join, base64, json, hash, count, first, last, element
  }

  /// What stands in an object where the value is not known.
  public static let placeholder = "(known after apply)"
}

/// A field of an object whose value is known only after apply.
public struct DeferredField: Sendable, Hashable {
  public var path: FieldPath
  public var expression: DeferredExpression

  public init(path: FieldPath, expression: DeferredExpression) {
    self.path = path
    self.expression = expression
  }
}

extension DeferredExpression {
  /// The fields that it reads, each once, in the order of the expression.
  public var sources: [(address: String, path: FieldPath)] {
    var found: [(address: String, path: FieldPath)] = []
    visit { address, path in
      if !found.contains(where: { $0.address == address && $0.path == path }) { found.append((address, path)) }
    }
    return found
  }

  /// The addresses of the objects that it reads, sorted.
  public var addresses: [String] { Set(sources.map(\.address)).sorted() }

  private func visit(_ body: (String, FieldPath) -> Void) {
    switch self {
    case .constant: return
    case .field(let address, let path): body(address, path)
    case .list(let parts), .text(let parts), .call(_, let parts): for part in parts { part.visit(body) }
    case .record(let members): for member in members { member.value.visit(body) }
    }
  }
}

/// As data.
extension DeferredExpression {
  /// The expression as a value that JSON can say.
  public var value: Value {
    switch self {
    case .constant(let value): ["value": value]
    case .field(let address, let path):
      ["of": .string(address), "path": .array(path.elements.map(Self.data))]
    case .list(let parts): ["list": .array(parts.map(\.value))]
    case .record(let members):
      ["record": .array(members.map { ["name": .string($0.name), "value": $0.value.value] })]
    case .text(let parts): ["text": .array(parts.map(\.value))]
    case .call(let operation, let parts): ["call": .string(operation.rawValue), "with": .array(parts.map(\.value))]
    }
  }

  static func data(of element: FieldPath.Element) -> Value {
    switch element {
    case .field(let name), .key(let name): .string(name)
    case .index(let place): .int(Int64(place))
    }
  }

  /// nil for a value that is no expression, or one nested more than 64 levels deep.
  public init?(_ value: Value) { self.init(value, depth: 0) }

  private init?(_ value: Value, depth: Int) {
    guard depth < 64, value.object != nil else { return nil }
    func parts(_ value: Value?) -> [DeferredExpression]? {
      guard let all = value?.array else { return nil }
      let read = all.compactMap { DeferredExpression($0, depth: depth + 1) }
      return read.count == all.count ? read : nil
    }
    if let constant = value["value"] {
      self = .constant(constant)
    } else if let address = value["of"]?.string, let path = value["path"]?.array {
      self = .field(address: address, path: FieldPath(path.compactMap(Self.element)))
    } else if let list = parts(value["list"]) {
      self = .list(list)
    } else if let text = parts(value["text"]) {
      self = .text(text)
    } else if let name = value["call"]?.string, let operation = Operation(rawValue: name),
      let given = parts(value["with"])
    {
      self = .call(operation, given)
    } else if let members = value["record"]?.array {
      let read = members.compactMap { member -> Member? in
        guard let name = member["name"]?.string,
          let inner = member["value"].flatMap({ DeferredExpression($0, depth: depth + 1) })
        else { return nil }
        return Member(name: name, value: inner)
      }
      guard read.count == members.count else { return nil }
      self = .record(read)
    } else {
      return nil
    }
  }

  static func element(_ value: Value) -> FieldPath.Element? {
    if let name = value.string { return .field(name) }
    return value.int.map { .index(Int(clamping: $0)) }
  }
}

extension DeferredField {
  /// The field as a value that JSON can say.
  public var value: Value {
    ["path": .array(path.elements.map(DeferredExpression.data)), "expression": expression.value]
  }

  /// nil for a value that is none.
  public init?(_ value: Value) {
    guard let path = value["path"]?.array, let expression = value["expression"].flatMap({ DeferredExpression($0) })
    else { return nil }
    self.init(path: FieldPath(path.compactMap(DeferredExpression.element)), expression: expression)
  }
}
