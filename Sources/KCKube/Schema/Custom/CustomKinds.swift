public import KCData

extension ResourceType {
  /// The resources that a `CustomResourceDefinition` declares, one for each version that is served; none for others.
  public static func declared(by definition: Value) -> [ResourceType] {
    guard definition.kind == "CustomResourceDefinition", let group = definition.at("spec", "group")?.string,
      let names = definition.at("spec", "names"), let kind = names["kind"]?.string, let plural = names["plural"]?.string
    else { return [] }
    return (definition.at("spec", "versions")?.array ?? []).compactMap { version in
      guard let name = version["name"]?.string, version["served"]?.bool ?? true else { return nil }
      var type = ResourceType(
        group: group, version: name, kind: kind, plural: plural,
        namespaced: definition.at("spec", "scope")?.string == "Namespaced",
        shortNames: (names["shortNames"]?.array ?? []).compactMap(\.string),
        categories: (names["categories"]?.array ?? []).compactMap(\.string),
        subresources: (version["subresources"]?.object?.keys ?? []).sorted())
      type.verbs = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"]
      if let singular = names["singular"]?.string, !singular.isEmpty { type.singular = singular }
      return type
    }
  }
}

/// The kinds that can be told of without a server: Kubernetes' own, and those that definitions at hand add.
public struct KnownKinds: Sendable {
  public private(set) var types = ResourceTypes.builtin
  public private(set) var schema = KubeSchema.builtin

  public static let builtin = KnownKinds()

  private init() {}

  /// - Parameter objects: definitions among them count; of two of one name, the later.
  public init(definedBy objects: some Sequence<Value>) {
    for object in objects where object.kind == "CustomResourceDefinition" {
      schema.insert(definition: object)
      for type in ResourceType.declared(by: object) { types.insert(type) }
    }
  }
}
