internal import KCData

/// Reads objects against the schema of their type, as the API server decodes them.
enum Decoding {
  /// What is wrong with an object's structure.
  struct Findings {
    /// Values of the wrong type: the object cannot be read.
    var mismatches: [APIStatus.Cause] = []
    /// Fields that the type does not have.
    var unknown: [APIStatus.Cause] = []
  }

  static func findings(_ object: Value, type: ResourceType) -> Findings {
    let schema = KubeSchema.builtin
    guard let root = schema.type(apiVersion: type.apiVersion, kind: type.kind) else { return Findings() }
    var walk = StructureWalk(schema: schema)
    walk.check(object, .type(root), FieldPath(), depth: 0)
    return Findings(mismatches: walk.mismatches.causes, unknown: walk.unknown.causes)
  }

  static func refusal(_ object: Value, type: ResourceType, isStrict: Bool) -> APIStatus? {
    if object == .null { return nil }
    guard object.object != nil else {
      return bad("the object must be a map of fields, not \(CanonicalJSON.text(object))")
    }
    for (field, wanted) in [("apiVersion", type.apiVersion), ("kind", type.kind)] {
      switch object[field] {
      case nil, .null?, .string("")?: continue
      case .string(let text)?:
        if text != wanted { return bad("\(field) is \"\(text)\", where \"\(wanted)\" is served") }
      default: return bad("\(field) must be a string")
      }
    }
    let findings = findings(object, type: type)
    let prefix = "\(type.kind) in version \"\(type.version)\" cannot be handled as a \(type.kind): "
    if let first = findings.mismatches.first { return bad(prefix + "\(first.field): \(first.message)") }
    if isStrict, !findings.unknown.isEmpty {
      return bad(prefix + "strict decoding error: " + findings.unknown.map(\.message).joined(separator: ", "))
    }
    return nil
  }

  private static func bad(_ message: String) -> APIStatus {
    APIStatus(code: 400, reason: "BadRequest", message: message)
  }
}
