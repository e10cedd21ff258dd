internal import KCData
internal import KCKube

/// What the server serves: the kinds that Kubernetes has, and those that definitions add.
struct Catalogue: Sendable {
  private(set) var types = ResourceTypes.builtin
  private(set) var schema = KubeSchema.builtin
  /// Definitions of custom resources by their name, `widgets.example.com`.
  private var definitions: [String: Value] = [:]

  static let definitionResource = "customresourcedefinitions.apiextensions.k8s.io"

  /// Whether a kind is one that a definition adds.
  func isCustom(_ type: ResourceType) -> Bool { definitions[type.qualifiedName] != nil }

  /// The version of a custom resource that a type stands for.
  func version(of type: ResourceType) -> Value? {
    (definitions[type.qualifiedName]?.at("spec", "versions")?.array ?? []).first { $0["name"]?.string == type.version }
  }

  /// A definition whose status says that it is in force.
  static func established(_ definition: Value, now: Timestamp) -> Value {
    func condition(_ type: String, _ reason: String, _ message: String) -> Value {
      [
        "type": .string(type), "status": "True", "lastTransitionTime": .string(now.rfc3339),
        "reason": .string(reason), "message": .string(message),
      ]
    }
    var out = definition
    out.set(
      [
        condition("NamesAccepted", "NoConflicts", "no conflicts found"),
        condition("Established", "InitialNamesAccepted", "the initial names have been accepted"),
      ], at: "status", "conditions")
    out.set(definition.at("spec", "names"), at: "status", "acceptedNames")
    return out
  }

  /// Adds or replaces a definition.
  mutating func define(_ definition: Value) {
    guard let name = definition.name else { return }
    forget(name)
    definitions[name] = definition
    schema.insert(definition: definition)
    for type in ResourceType.declared(by: definition) { types.insert(type) }
  }

  mutating func forget(_ name: String) {
    guard let definition = definitions.removeValue(forKey: name) else { return }
    for type in ResourceType.declared(by: definition) { types.remove(type) }
  }

  /// The version that objects of a custom resource are stored in.
  func storageVersion(of type: ResourceType) -> String {
    let all = definitions[type.qualifiedName]?.at("spec", "versions")?.array ?? []
    return all.first { $0["storage"]?.bool == true }?["name"]?.string ?? type.version
  }

  /// The fields that custom resources can be selected by.
  func selectableFields(of type: ResourceType) -> [String] {
    (version(of: type)?["selectableFields"]?.array ?? []).compactMap { $0["jsonPath"]?.string }
  }

  /// What users of a kind are warned of.
  func deprecation(of type: ResourceType) -> String? {
    switch type.qualifiedName {
    case "endpoints": return "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"
    case "componentstatuses": return "v1 ComponentStatus is deprecated in v1.19+"
    default: break
    }
    guard let version = version(of: type), version["deprecated"]?.bool == true else { return nil }
    if let text = version["deprecationWarning"]?.string { return text }
    let all = definitions[type.qualifiedName]?.at("spec", "versions")?.array ?? []
    let newer = all.first { $0["deprecated"]?.bool != true && $0["served"]?.bool == true }?["name"]?.string
    let advice = newer.map { "; use \(type.group)/\($0) \(type.kind)" } ?? ""
    return "\(type.apiVersion) \(type.kind) is deprecated\(advice)"
  }

  /// The columns that a kind is shown with.
  func layout(of type: ResourceType) -> TableLayout {
    guard let version = version(of: type) else { return TableLayout.of(type) }
    let age: Value = ["name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"]
    let columns = version["additionalPrinterColumns"]?.array ?? []
    return CustomTable.layout(columns.isEmpty ? [age] : columns)
  }
}
