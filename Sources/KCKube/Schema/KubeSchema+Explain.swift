/// What a place in an API type holds, for people.
public struct APITypeExplanation: Sendable {
  public struct Field: Sendable {
    public var name: String
    /// As the language writes types: `List<k8s.core.v1.Container>?`, `Map<String, String>?`, `Int`.
    public var type: String
    /// What it is for; empty where nothing is said of it.
    public var documentation: String
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
  /// What it is for; empty where nothing is said of it.
  public var documentation: String
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
  /// What stands at a path in a type; lists and maps are stepped into.
  ///
  /// - Parameter name: the type's name in the language: `k8s.apps.v1.Deployment`, `k8s.core.v1.Container`.
  /// - Returns: nil where the version has no such type.
  public func explain(type name: String, path: [String]) throws(APIPathError) -> APITypeExplanation? {
    guard name.hasPrefix("k8s."), let root = type(named: String(name.dropFirst(4))) else { return nil }
    var shape = Shape.type(root)
    var written = languageType(shape)
    var documentation = KubeDocumentation.of(type: types[root].name) ?? ""
    var name = name
    for step in path {
      guard case .type(let index) = Self.element(shape), let field = types[index].field(step) else {
        throw APIPathError(step: step, before: name, fields: fields(shape).map(\.name))
      }
      shape = field.shape
      written = languageType(of: field)
      documentation = self.documentation(of: field, in: types[index]).joined(separator: "\n")
      name += ".\(step)"
    }
    var answer = APITypeExplanation(name: name, type: written, documentation: documentation, fields: [])
    if case .type(let index) = Self.element(shape) {
      answer.fields = types[index].fields.map { explain($0, in: types[index]) }
      if answer.documentation.isEmpty { answer.documentation = KubeDocumentation.of(type: types[index].name) ?? "" }
    }
    return answer
  }

  /// The names of all types in the language, but those of lists that only answers have.
  public var languageNames: [String] {
    types.filter { Self.module(ofType: $0.name) != nil && !isListOfObjects($0) }
      .map { Self.languageName(ofType: $0.name) }.sorted()
  }

  private func fields(_ shape: Shape) -> [Field] {
    if case .type(let index) = Self.element(shape) { types[index].fields } else { [] }
  }

  private func explain(_ field: Field, in type: TypeSchema) -> APITypeExplanation.Field {
    APITypeExplanation.Field(
      name: field.name, type: languageType(of: field),
      documentation: KubeDocumentation.of(field: field.name, in: type) ?? "", isRequired: field.isRequired,
      defaultText: field.defaultText, allowed: field.allowed, keys: field.keys)
  }

  private static func element(_ shape: Shape) -> Shape {
    switch shape {
    case .list(let inner), .map(let inner): element(inner)
    default: shape
    }
  }

  /// A shape as the language writes types.
  public func describe(_ shape: Shape) -> String {
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
