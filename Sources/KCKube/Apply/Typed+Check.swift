internal import KCData

extension Typed {
  /// The first place where a value does not fit its type, as the API server words it; nil where all fits.
  static func misfit(of value: Value, at position: TypedPosition, allowDuplicates: Bool) -> String? {
    misfit(value, position, allowDuplicates, depth: 0)
  }

  private static func misfit(_ value: Value, _ at: TypedPosition, _ duplicates: Bool, depth: Int) -> String? {
    if value == .null || depth >= limit { return nil }
    switch at.kind {
    case .deduced: return nil
    case .scalar(let shape): return scalar(value, shape)
    case .structure, .map: return map(value, at, duplicates, depth)
    case .keyed: return list(value, at, duplicates, depth)
    case .atomic(let shape):
      switch shape {
      case .any: return nil
      case .type(let index):
        return map(value, TypedPosition(kind: .structure(index), schema: at.schema), duplicates, depth)
      case .map(let element):
        return map(value, TypedPosition(kind: .map(element), schema: at.schema), duplicates, depth)
      default: return list(value, at, duplicates, depth)
      }
    }
  }

  private static func map(_ value: Value, _ at: TypedPosition, _ duplicates: Bool, _ depth: Int) -> String? {
    guard case .object(let fields) = value else { return ": expected map, got \(shown(value))" }
    for (key, child) in fields {
      if case .structure(let index) = at.kind, !at.declares(key), at.schema.types[index].undeclared == nil {
        return ".\(key): field not declared in schema"
      }
      if let found = misfit(child, at.child(key), duplicates, depth: depth + 1) { return ".\(key)\(found)" }
    }
    return nil
  }

  private static func list(_ value: Value, _ at: TypedPosition, _ duplicates: Bool, _ depth: Int) -> String? {
    guard case .array(let elements) = value else { return ": expected list, got \(shown(value))" }
    var seen: Set<String> = []
    for (index, element) in elements.enumerated() {
      var name = "[\(index)]"
      var inner = at.element
      if case .keyed(let keys, _) = at.kind {
        guard let step = at.step(of: element) else { return ": element \(index): \(unnamed(element, keys))" }
        name = PathStep.text(step)
        if !seen.insert(step).inserted, !duplicates { return ": duplicate entries for key \(name)" }
      } else if case .atomic(.list(let shape)) = at.kind {
        inner = TypedPosition.element(shape, at.schema)
      }
      if let found = misfit(element, inner, duplicates, depth: depth + 1) { return "\(name)\(found)" }
    }
    return nil
  }

  private static func unnamed(_ element: Value, _ keys: [String]) -> String {
    switch (element, keys.isEmpty) {
    case (.null, false): "associative list with keys may not have a null element"
    case (.object, false):
      "associative list with keys has an element that omits all key fields "
        + "[\(keys.map { "\"\($0)\"" }.joined(separator: " "))] (and doesn't have default values for any key fields)"
    case (_, false): "associative list with keys may not have non-map elements"
    case (.object, true): "associative list without keys has an element that's a map type"
    case (.array, true): "not supported: associative list with lists as elements"
    default: "associative list without keys has an element that's an explicit null"
    }
  }

  private static func scalar(_ value: Value, _ shape: KubeSchema.Shape) -> String? {
    let isScalar =
      switch value {
      case .object, .array: false
      default: true
      }
    switch shape {
    case .string, .bytes:
      if value.string == nil {
        return ": expected string, got &value.valueUnstructured{Value:\(PatchText.source(value))}"
      }
    case .integer, .long, .number:
      if value.double == nil { return ": expected numeric (int or float), got \(typeName(value))" }
    case .bool:
      if value.bool == nil { return ": expected boolean, got \(shown(value))" }
    default:
      if !isScalar { return ": expected any scalar, got \(shown(value))" }
    }
    return nil
  }

  private static func shown(_ value: Value) -> String { "&{\(PatchText.shown(value))}" }

  private static func typeName(_ value: Value) -> String {
    switch value {
    case .null: "nil"
    case .bool: "bool"
    case .int: "int64"
    case .number: "float64"
    case .string: "string"
    case .array: "[]interface {}"
    case .object: "map[string]interface {}"
    }
  }
}
