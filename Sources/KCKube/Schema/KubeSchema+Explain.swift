internal import KCData

/// What a place in an API type holds, for people.
public struct APITypeExplanation: Sendable {
  public struct Field: Sendable {
    public var name: String
    /// As the language writes types: `List<Container>`, `Map<String>`, `Int?`.
    public var type: String
    public var isRequired: Bool
    /// The default that the schema states, as JSON would write it; nil for none.
    public var defaultText: String?
    /// The values allowed; empty for any.
    public var allowed: [String]
    /// The fields that tell a list's elements apart when two versions meet.
    public var keys: [String]
  }

  /// The type and the path that was followed: `k8s.apps.v1.Deployment.spec.template`.
  public var name: String
  public var type: String
  /// In the order of their names; none for what is no record.
  public var fields: [Field]
}

/// A path that an API type does not have.
public struct APIPathError: Error, Sendable {
  /// The step that is not there, and the path before it.
  public var step: String
  public var before: String
  /// The fields that are there.
  public var fields: [String]
}

extension KubeSchema {
  /// What stands at a path in the objects of a type; lists and maps are stepped into.
  ///
  /// - Returns: nil where the version has no such type.
  public func explain(_ resource: ResourceType, path: [String]) throws(APIPathError) -> APITypeExplanation? {
    guard let root = type(apiVersion: resource.apiVersion, kind: resource.kind) else { return nil }
    var shape = Shape.type(root)
    var name = resource.languageName
    for step in path {
      guard case .type(let index) = Self.element(shape), let field = types[index].field(step) else {
        throw APIPathError(step: step, before: name, fields: fields(shape).map(\.name))
      }
      shape = field.shape
      name += ".\(step)"
    }
    return APITypeExplanation(name: name, type: describe(shape), fields: fields(shape).map(explain))
  }

  private func fields(_ shape: Shape) -> [Field] {
    if case .type(let index) = Self.element(shape) { types[index].fields } else { [] }
  }

  private func explain(_ field: Field) -> APITypeExplanation.Field {
    let standard: String? =
      switch field.defaultValue {
      case .some(.string(let text)): "\"\(text)\""
      case .some(.int(let number)): "\(number)"
      case .some(.bool(let flag)): "\(flag)"
      default: nil
      }
    return APITypeExplanation.Field(
      name: field.name, type: describe(field.shape), isRequired: field.isRequired,
      // What has to be given has no default, whatever the zero value is that the schema states.
      defaultText: field.isRequired ? nil : standard,
      allowed: field.allowed, keys: field.keys)
  }

  private static func element(_ shape: Shape) -> Shape {
    switch shape {
    case .list(let inner), .map(let inner): element(inner)
    default: shape
    }
  }

  private func describe(_ shape: Shape) -> String {
    switch shape {
    case .string: "String"
    case .integer, .long: "Int"
    case .number: "Float"
    case .bool: "Bool"
    case .quantity: "Quantity"
    case .intOrString: "Int | String"
    case .time, .microTime: "String (a time)"
    case .bytes: "String (base 64)"
    case .any: "anything"
    case .type(let index): types[index].name.split(separator: ".").last.map(String.init) ?? types[index].name
    case .list(let inner): "List<\(describe(inner))>"
    case .map(let inner): "Map<String, \(describe(inner))>"
    }
  }
}

extension ResourceType {
  /// The name that the type has in the language: `k8s.apps.v1.Deployment`, `k8s.core.v1.Pod`.
  public var languageName: String {
    let short = group.isEmpty ? "core" : group.split(separator: ".").first.map(String.init) ?? group
    return "k8s.\(short).\(version).\(kind)"
  }
}
