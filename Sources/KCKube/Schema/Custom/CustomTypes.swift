public import KCData

extension KubeSchema {
  /// Adds the versions of a `CustomResourceDefinition`; versions without a schema are open.
  public mutating func insert(definition: Value) {
    let group = definition.at("spec", "group")?.string ?? ""
    guard let kind = definition.at("spec", "names", "kind")?.string else { return }
    for version in definition.at("spec", "versions")?.array ?? [] {
      guard let name = version["name"]?.string else { continue }
      insert(apiVersion: "\(group)/\(name)", kind: kind, openAPI: version.at("schema", "openAPIV3Schema") ?? [:])
    }
  }

  /// Adds a custom kind, with its structural schema in OpenAPI v3. A kind that is known already is replaced.
  public mutating func insert(apiVersion: String, kind: String, openAPI schema: Value) {
    var root = TypeSchema(name: "\(apiVersion) \(kind)")
    root.isCustom = true
    if schema["properties"] == nil || schema["x-kubernetes-preserve-unknown-fields"]?.bool == true {
      root.undeclared = .any
    }
    var fields: [Field] = []
    for (name, property) in schema["properties"]?.object ?? [:]
    where !["apiVersion", "kind", "metadata"].contains(name) {
      var field = customField(name, property, path: "\(root.name).\(name)", depth: 0)
      field.isRequired = schema["required"]?.array?.contains(.string(name)) ?? false
      fields.append(field)
    }
    for name in ["apiVersion", "kind"] {
      var field = Field(name: name)
      field.shape = .string
      fields.append(field)
    }
    var metadata = Field(name: "metadata")
    metadata.shape = .type(slot("meta.v1.ObjectMeta"))
    fields.append(metadata)
    root.setFields(sorted: fields.sorted { $0.name < $1.name })
    kinds[root.name] = append(root)
    customSchemas[root.name] = schema
    for text in CustomRules.patterns(in: schema) where patterns[text] == nil { patterns[text] = try? Pattern(text) }
    let texts = CustomRules.texts(in: schema)
    if texts.isEmpty { rulesIn.remove(root.name) } else { rulesIn.insert(root.name) }
    for text in texts where rules[text] == nil { rules[text] = try? RuleExpression(text) }
  }

  private mutating func append(_ type: TypeSchema) -> Int {
    if let known = typeIndex[type.name] {
      types[known] = type
      return known
    }
    types.append(type)
    typeIndex[type.name] = types.count - 1
    return types.count - 1
  }

  private mutating func customField(_ name: String, _ schema: Value, path: String, depth: Int) -> Field {
    var field = Field(name: name)
    field.shape = customShape(schema, path: path, depth: depth)
    field.defaultValue = schema["default"]
    field.isNullable = schema["nullable"]?.bool ?? false
    field.areElementsNullable = schema["additionalProperties"]?["nullable"]?.bool ?? false
    field.isAtomic = schema["x-kubernetes-map-type"]?.string == "atomic"
    field.listKind = schema["x-kubernetes-list-type"]?.string.flatMap { ListKind(rawValue: $0) }
    field.keys = (schema["x-kubernetes-list-map-keys"]?.array ?? []).compactMap(\.string)
    field.allowed = (schema["enum"]?.array ?? []).compactMap(\.string)
    return field
  }

  private mutating func customShape(_ schema: Value, path: String, depth: Int) -> Shape {
    guard depth < Self.depthLimit else { return .any }
    if schema["x-kubernetes-int-or-string"]?.bool == true { return .intOrString }
    switch schema["type"]?.string {
    case "string"?: return .string
    case "integer"?: return schema["format"]?.string == "int32" ? .integer : .long
    case "number"?: return .number
    case "boolean"?: return .bool
    case "array"?: return .list(customShape(schema["items"] ?? [:], path: path + "[]", depth: depth + 1))
    case "object"?: return customObject(schema, path: path, depth: depth)
    default: return .any
    }
  }

  private mutating func customObject(_ schema: Value, path: String, depth: Int) -> Shape {
    let isOpen =
      schema["x-kubernetes-preserve-unknown-fields"]?.bool == true
      || schema["x-kubernetes-embedded-resource"]?.bool == true
    let properties = schema["properties"]?.object ?? [:]
    if properties.isEmpty {
      if isOpen { return .any }
      switch schema["additionalProperties"] {
      case .object?:
        return .map(customShape(schema["additionalProperties"] ?? [:], path: path + "{}", depth: depth + 1))
      case .bool(true)?: return .map(.any)
      default: break
      }
    }
    var type = TypeSchema(name: path)
    type.isAtomic = schema["x-kubernetes-map-type"]?.string == "atomic"
    type.isCustom = true
    type.undeclared = isOpen ? .any : nil
    let required = Set((schema["required"]?.array ?? []).compactMap(\.string))
    var fields: [Field] = []
    for (name, property) in properties {
      var field = customField(name, property, path: "\(path).\(name)", depth: depth + 1)
      field.isRequired = required.contains(name)
      fields.append(field)
    }
    type.setFields(sorted: fields.sorted { $0.name < $1.name })
    return .type(append(type))
  }
}
