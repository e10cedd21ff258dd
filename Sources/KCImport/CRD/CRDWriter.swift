internal import KCData
internal import KCLang

/// Writes the schema of one kind in one version.
struct CRDWriter {
  static let depthLimit = 64

  let group: String
  let version: String
  let kind: String
  let isNamespaced: Bool
  let file: String
  private(set) var notes: [ImportNote] = []
  /// Schemas that are written, by what is in them: the same one is written once.
  private var known: [String: String] = [:]
  private var taken: Set<String> = []
  private var parts: [String] = []

  /// Types that a kind of the same name would hide: those of the library, and what else a reader takes for one.
  private static let standard = StandardNames.types.union([
    "None", "Node", "Component", "Policy", "Test", "Type", "Schema",
  ])

  /// Fields that all resources have.
  private static let resourceFields = StandardNames.fields(of: "Resource").union(["object"])

  init(group: String, version: String, kind: String, isNamespaced: Bool, file: String) {
    (self.group, self.version, self.kind, self.isNamespaced, self.file) = (group, version, kind, isNamespaced, file)
  }

  /// The name of the kind's schema.
  var rootName: String {
    guard Self.standard.contains(kind) || kind.first?.isUppercase != true else { return kind }
    let first = group.split(separator: ".").first.map(String.init) ?? "Custom"
    return Self.capital(ComposeNames.dns(first) ?? "custom") + Self.capital(kind)
  }

  mutating func write(_ schema: Value) -> String {
    let root = rootName
    taken = Self.standard.union([root])
    var fields: [(name: String, line: String, property: Value)] = []
    let required = Set(schema["required"]?.array?.compactMap(\.string) ?? [])
    let inherited: Set<String> = ["apiVersion", "kind", "metadata", "status"]
    var properties = schema["properties"]?.object ?? [:]
    if properties.isEmpty { properties["spec"] = ["x-kubernetes-preserve-unknown-fields": true, "type": "object"] }
    for (name, property) in properties where !inherited.contains(name) {
      guard Self.isMember(name), !Self.resourceFields.contains(name) else {
        note("the field `\(name)` of \(kind) has a name that a schema cannot have: it is written in `raw`")
        continue
      }
      let line = member(name, property, isRequired: required.contains(name), path: root, depth: 0)
      fields.append((name, line, property))
    }
    var out = SourceLines()
    out.line("// \(kind) of \(group)/\(version)\(isNamespaced ? "" : ", of the whole cluster").")
    for part in parts {
      out.gap()
      for line in part.split(separator: "\n", omittingEmptySubsequences: false).dropLast() { out.line(String(line)) }
    }
    out.gap()
    out.documentation(schema["description"]?.string ?? "\(kind) of \(group).")
    let requirements = requirements(schema) + CRDChecks.comments(schema, isRecord: true)
    out.block("resource schema \(root) extends Resource") { out in
      if !isNamespaced {
        out.documentation("None: it is of the whole cluster.")
        out.line("final namespace: None = none")
      }
      for field in fields {
        Self.write(field.line, of: field.property, to: &out)
      }
      for line in requirements { out.line(line) }
      out.gap()
      out.block("object =") { out in
        out.line("apiVersion = \(SourceText.quoted("\(group)/\(version)"))")
        out.line("kind = \(SourceText.quoted(kind))")
        out.line("metadata = metadata(self)")
        for field in fields { out.line("\(field.name) = self.\(field.name)") }
      }
    }
    return out.text
  }

  /// A field, below what is to be said of it.
  private static func write(_ member: String, of schema: Value, to out: inout SourceLines) {
    for line in CRDChecks.comments(schema, isRecord: isRecord(schema)) { out.line(line) }
    out.documentation(schema["description"]?.string ?? "")
    out.line(member)
  }

  private mutating func note(_ message: String) {
    notes.append(ImportNote(.note, message, file: file))
  }

  static func isMember(_ name: String) -> Bool {
    SourceText.isName(name) && !SourceWords.undeclarable.contains(name)
  }

  /// Whether a schema becomes one of kc, rather than an open record or something else.
  static func isRecord(_ schema: Value) -> Bool {
    schema["enum"] == nil && isClosed(schema) && schema["properties"]?.object?.keys.allSatisfy(isMember) == true
  }

  /// Whether a schema lists all fields that its objects have.
  private static func isClosed(_ schema: Value) -> Bool {
    let type = schema["type"]?.string
    return (type == "object" || type == nil) && schema["additionalProperties"] == nil
      && schema["properties"]?.object?.isEmpty == false && schema["x-kubernetes-int-or-string"]?.bool != true
      && schema["x-kubernetes-preserve-unknown-fields"]?.bool != true
      && schema["x-kubernetes-embedded-resource"]?.bool != true
  }

  static func capital(_ text: String) -> String {
    text.split(whereSeparator: { !($0.isASCII && ($0.isLetter || $0.isNumber)) })
      .map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }
}

extension CRDWriter {
  /// `name: Type`, with its default.
  private mutating func member(_ name: String, _ schema: Value, isRequired: Bool, path: String, depth: Int) -> String {
    let type = type(schema, path: path + Self.capital(name), depth: depth + 1)
    if let standard = schema["default"], let literal = Self.literal(standard, schema) {
      return "\(name): \(type) = \(literal)"
    }
    if isRequired, schema["default"] == nil, schema["nullable"]?.bool != true { return "\(name): \(type)" }
    return "\(name): \(type.contains(" | ") ? "\(type) | None" : "\(type)?")"
  }

  /// A scalar default; nil for one that has no short form.
  private static func literal(_ value: Value, _ schema: Value) -> String? {
    switch value {
    case .bool(let truth): return schema["type"]?.string == "boolean" ? "\(truth)" : nil
    case .int(let number): return schema["type"]?.string == "string" ? nil : "\(number)"
    case .string(let text): return schema["type"]?.string == "integer" ? nil : SourceText.quoted(text)
    default: return nil
    }
  }

  private mutating func type(_ schema: Value, path: String, depth: Int) -> String {
    guard depth < Self.depthLimit else { return "Any" }
    if schema["x-kubernetes-int-or-string"]?.bool == true { return "Int | String | Quantity" }
    if let values = schema["enum"]?.array, let union = Self.union(values) { return union }
    switch schema["type"]?.string {
    case "string": return Self.string(schema)
    case "integer": return "Int\(CRDChecks.bounds(schema))"
    case "number": return "Float\(CRDChecks.bounds(schema))"
    case "boolean": return "Bool"
    case "array":
      let inner = type(schema["items"] ?? .null, path: path, depth: depth + 1)
      let limits = [("min", "minItems"), ("max", "maxItems")].compactMap { name, key in
        schema[key]?.int.flatMap { $0 >= 0 ? "\(name): \($0)" : nil }
      }
      return "List<\(inner)>\(limits.isEmpty ? "" : "(\(limits.joined(separator: ", ")))")"
    case "object": return record(schema, path: path, depth: depth)
    default: return schema["properties"] == nil ? "Any" : record(schema, path: path, depth: depth)
    }
  }

  static func union(_ values: [Value]) -> String? {
    let literals = values.compactMap { value -> String? in
      switch value {
      case .string(let text): SourceText.quoted(text)
      case .int(let number) where number >= 0: String(number)
      default: nil
      }
    }
    guard !literals.isEmpty, literals.count == values.count else { return nil }
    var seen = Set<String>()
    return literals.filter { seen.insert($0).inserted }.joined(separator: " | ")
  }

  private static func string(_ schema: Value) -> String {
    var limits: [String] = []
    if let pattern = schema["pattern"]?.string, let written = CRDPattern.literal(pattern) {
      limits.append("matching: \(written)")
    }
    if let least = schema["minLength"]?.int, least > 0 { limits.append("min: \(least)") }
    if let most = schema["maxLength"]?.int, most >= 0 { limits.append("max: \(most)") }
    return limits.isEmpty ? "String" : "String(\(limits.joined(separator: ", ")))"
  }

  private mutating func record(_ schema: Value, path: String, depth: Int) -> String {
    if let additional = schema["additionalProperties"] {
      guard additional.object != nil, schema["properties"] == nil else { return "Record" }
      let inner = type(additional, path: path, depth: depth + 1)
      return inner == "Any" ? "Map<String, Any>" : "Map<String, \(inner)>"
    }
    guard Self.isClosed(schema), let properties = schema["properties"]?.object else { return "Record" }
    if let name = properties.keys.first(where: { !Self.isMember($0) }) {
      note("`\(path)` has a field `\(name)`, whose name a schema cannot have: it is an open record")
      return "Record"
    }
    let required = Set(schema["required"]?.array?.compactMap(\.string) ?? [])
    var body = SourceLines()
    for (name, property) in properties {
      let line = member(name, property, isRequired: required.contains(name), path: path, depth: depth)
      Self.write(line, of: property, to: &body)
    }
    for line in requirements(schema) { body.line(line) }
    if let same = known[body.text] { return same }
    var name = path
    var number = 2
    while !taken.insert(name).inserted {
      name = "\(path)\(number)"
      number += 1
    }
    known[body.text] = name
    var out = SourceLines()
    out.documentation(schema["description"]?.string ?? "")
    out.block("schema \(name)") { out in
      for line in body.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
        out.line(String(line))
      }
    }
    parts.append(out.text)
    return name
  }

  /// The rules that can be said in kc as `require`, the others as comments.
  private func requirements(_ schema: Value) -> [String] {
    var out: [String] = []
    for rule in schema["x-kubernetes-validations"]?.array ?? [] {
      guard let text = rule["rule"]?.string else { continue }
      let message = rule["message"]?.string ?? "this breaks the rule \(text)"
      if let condition = CRDRule.condition(text, schema) {
        out.append("require \(condition) else \(SourceText.quoted(message))")
      } else {
        out.append(CRDChecks.comment(text))
      }
    }
    return out
  }
}
