internal import KCData

/// The API's types as the language writes them.
extension KubeSchema {
  /// A type's name in the language: `k8s.core.v1.Container`.
  public static func languageName(ofType name: String) -> String { "k8s.\(name)" }

  /// A shape as the language writes types: `List<k8s.core.v1.Container>`.
  ///
  /// - Parameter module: the module that it is written in, such as `core.v1`, whose types need no prefix.
  public func languageType(_ shape: Shape, in module: String = "") -> String {
    switch shape {
    case .string, .time, .microTime, .bytes: return "String"
    case .integer, .long: return "Int"
    case .number: return "Float"
    case .bool: return "Bool"
    case .quantity: return "Quantity | String"
    case .intOrString: return "Int | String"
    case .any: return "Any"
    case .type(let index): return reference(to: types[index].name, in: module)
    case .list(let inner): return "List<\(languageType(inner, in: module))>"
    case .map(let inner): return "Map<String, \(languageType(inner, in: module))>"
    }
  }

  /// A field's type: the values that it is limited to, if it is, and `?` where it can be left out.
  public func languageType(of field: Field, in module: String = "") -> String {
    let type =
      field.allowed.isEmpty
      ? languageType(field.shape, in: module) : field.allowed.map { "\"\($0)\"" }.joined(separator: " | ")
    if field.isRequired || type == "Any" { return type }
    return type.contains(" | ") && !type.hasSuffix(">") ? "\(type) | None" : "\(type)?"
  }

  /// What is said of a field: what it is for, its form, its default, how lists of it are merged.
  func documentation(of field: Field, in type: TypeSchema) -> [String] {
    var lines: [String] = []
    if let text = KubeDocumentation.of(field: field.name, in: type) { lines.append(text) }
    switch field.shape {
    case .time, .microTime: lines.append("A time: `2027-01-31T12:00:00Z`.")
    case .bytes, .map(.bytes): lines.append("In base 64.")
    default: break
    }
    if let standard = field.defaultText { lines.append("Default: `\(standard)`.") }
    if !field.keys.isEmpty { lines.append("Merged by \(field.keys.map { "`\($0)`" }.joined(separator: " and ")).") }
    return lines
  }

  /// The module that a type is in, such as `core.v1`; nil for a type that is in none.
  static func module(ofType name: String) -> String? {
    let parts = name.split(separator: ".")
    return parts.count == 3 ? parts.dropLast().joined(separator: ".") : nil
  }

  /// A type as the module's own, if it is and the language has no type of that name.
  private func reference(to name: String, in module: String) -> String {
    let short = String(name.split(separator: ".").last ?? "")
    let isOwn = Self.module(ofType: name) == module && !Self.languageTypes.contains(short)
    return isOwn ? short : Self.languageName(ofType: name)
  }

  /// Types that the language has, whose names mean those also within a module that has one of the name.
  private static let languageTypes: Set<String> = [
    "Any", "None", "Bool", "Int", "Float", "String", "Quantity", "Duration", "Percent", "Regex", "Record", "Function",
    "List", "Map", "Range", "Secret", "Key",
  ]
}

extension KubeSchema.Field {
  /// The default that the schema states, as JSON would write it; nil for none. What has to be given has none, whatever
  /// the zero value is that the schema states.
  var defaultText: String? {
    if isRequired { return nil }
    guard let standard = defaultValue else { return nil }
    switch standard {
    case .string(let text): return "\"\(text)\""
    case .int(let number): return "\(number)"
    case .bool(let flag): return "\(flag)"
    default: return nil
    }
  }
}
