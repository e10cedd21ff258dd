public import KCData

/// A condition on labels, from an object (`metav1.LabelSelector`) or from text (`a=b,c in (d,e),!f`).
public struct LabelSelector: Sendable, Hashable {
  public enum Operator: Sendable, Hashable {
    case `in`, notIn, exists, doesNotExist
    /// The label is an integer above or below the value; only in text.
    case greaterThan, lessThan
  }

  /// One condition; all of a selector's must hold.
  public struct Requirement: Sendable, Hashable {
    public var key: String
    public var operation: Operator
    public var values: [String]

    public init(key: String, operation: Operator, values: [String] = []) {
      self.key = key
      self.operation = operation
      self.values = values
    }

    public func matches(_ labels: [String: String]) -> Bool {
      let value = labels[key]
      switch operation {
      case .in: return value.map(values.contains) ?? false
      case .notIn: return !(value.map(values.contains) ?? false)
      case .exists: return value != nil
      case .doesNotExist: return value == nil
      case .greaterThan, .lessThan:
        guard let number = value.flatMap({ Int64($0) }), let bound = values.first.flatMap({ Int64($0) }) else {
          return false
        }
        return operation == .greaterThan ? number > bound : number < bound
      }
    }
  }

  public private(set) var requirements: [Requirement] = []
  /// Whether it selects nothing at all: what an absent selector means.
  public private(set) var matchesNothing = false

  /// Whether there is no condition, so that everything matches.
  public var isEmpty: Bool { requirements.isEmpty && !matchesNothing }

  public func matches(_ labels: [String: String]) -> Bool {
    !matchesNothing && requirements.allSatisfy { $0.matches(labels) }
  }

  /// A selector for exactly these labels.
  public init(labels: [String: String]) {
    requirements = labels.sorted { $0.key < $1.key }.map {
      Requirement(key: $0.key, operation: .in, values: [$0.value])
    }
  }

  /// Reads a `metav1.LabelSelector`. An absent one selects nothing, an empty one everything.
  ///
  /// - Throws: `BadRequest` for an operator that does not exist, or values that do not go with it.
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
      requirements.append(try Self.requirement(expression))
    }
  }

  private static func requirement(_ expression: Value) throws(APIStatus) -> Requirement {
    let values = expression["values"]?.array?.compactMap(\.string) ?? []
    let key = expression["key"]?.string ?? ""
    switch expression["operator"]?.string {
    case "In"? where !values.isEmpty: return Requirement(key: key, operation: .in, values: values)
    case "NotIn"? where !values.isEmpty: return Requirement(key: key, operation: .notIn, values: values)
    case "Exists"? where values.isEmpty: return Requirement(key: key, operation: .exists)
    case "DoesNotExist"? where values.isEmpty: return Requirement(key: key, operation: .doesNotExist)
    case "In"?, "NotIn"?: throw refuse("for 'in', 'notin' operators, values set can't be empty")
    case "Exists"?, "DoesNotExist"?: throw refuse("values set must be empty for exists and does not exist")
    case let other: throw refuse("\"\(other ?? "")\" is not a valid label selector operator")
    }
  }

  static func refuse(_ why: String) -> APIStatus { APIStatus(code: 400, reason: "BadRequest", message: why) }

  /// Reads the text form.
  ///
  /// - Throws: `BadRequest`, worded as by the API server.
  public init(parsing text: String) throws(APIStatus) {
    var parser = LabelSelectorParser(text)
    requirements = try parser.requirements().sorted { $0.key < $1.key }
  }
}

extension LabelSelector: CustomStringConvertible {
  /// The text form.
  public var description: String {
    requirements.map { requirement in
      let key = requirement.key
      let values = requirement.values.sorted().joined(separator: ",")
      switch requirement.operation {
      case .in: return requirement.values.count == 1 ? "\(key)=\(values)" : "\(key) in (\(values))"
      case .notIn: return requirement.values.count == 1 ? "\(key)!=\(values)" : "\(key) notin (\(values))"
      case .exists: return key
      case .doesNotExist: return "!\(key)"
      case .greaterThan: return "\(key)>\(values)"
      case .lessThan: return "\(key)<\(values)"
      }
    }.joined(separator: ",")
  }
}
