/// A module of the API's types, as source of the language.
public struct APIModule: Sendable {
  /// Its group and version: `apps.v1`.
  public var name: String
  /// Its path in the standard library: `k8s/1.36/apps/v1.kc`.
  public var path: String
  public var text: String
}

/// The API's types as source: `stdlib/k8s` holds what this makes, so that the types that people read and name in their
/// programs are those that objects are checked by.
extension KubeSchema {
  /// The modules of a version, in the order of their names; none for a version that is not known.
  public static func modules(version: String) -> [APIModule] {
    let name = minor(of: version)
    guard let schema = of(version: name) else { return [] }
    let types = schema.types.filter { Self.module(ofType: $0.name) != nil && !schema.isListOfObjects($0) }
    return Dictionary(grouping: types) { Self.module(ofType: $0.name) ?? "" }
      .sorted { $0.key < $1.key }
      .map { module, types in
        APIModule(
          name: module, path: path(ofModule: module, version: name),
          text: schema.source(module, types.sorted { $0.name < $1.name }, version: name))
      }
  }

  /// The path of a module in the standard library.
  public static func path(ofModule module: String, version: String) -> String {
    "k8s/\(minor(of: version))/\(module.split(separator: ".").joined(separator: "/")).kc"
  }

  /// Lists of objects are answers of the server: nobody writes one.
  func isListOfObjects(_ type: TypeSchema) -> Bool {
    guard type.name.hasSuffix("List"), let items = type.field("items") else { return false }
    guard case .list(.type(let index)) = items.shape else { return false }
    return types[index].isKind
  }

  private func source(_ module: String, _ types: [TypeSchema], version: String) -> String {
    var out = "// Kubernetes \(version): \(module). Made from the API's schema by `make docs`; do not edit.\n"
    for type in types { out += "\n" + source(module, type) }
    return out
  }

  private func source(_ module: String, _ type: TypeSchema) -> String {
    let name = type.name.split(separator: ".").last.map(String.init) ?? type.name
    var out = ""
    if let text = KubeDocumentation.of(type: type.name) { out += "/// \(text)\n" }
    if type.fields.contains(where: { $0.name.hasPrefix("$") }) {
      out += "/// Without `$ref` and `$schema`, whose names a field here cannot have.\n"
    }
    out += "schema \(name) {\n"
    for field in type.fields where !field.name.hasPrefix("$") {
      for line in documentation(of: field, in: type) { out += "  /// \(line)\n" }
      out += "  \(field.name): \(languageType(of: field, in: module))\n"
    }
    return out + "}\n"
  }
}
