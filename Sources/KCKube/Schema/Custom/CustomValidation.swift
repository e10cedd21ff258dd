public import KCData

extension KubeSchema {
  /// Whether a text holds a match of a regular expression; nil where the expression cannot be read.
  typealias PatternMatch = (_ pattern: String, _ text: String) -> Bool?

  /// What is wrong with a custom resource by its definition's schema: types, bounds, patterns, required fields, lists
  /// that repeat a key, and rules. Objects of other kinds have nothing wrong here. Patterns and rules that cannot be
  /// read here (`unreadablePatterns`, `unreadableRules`) refuse nothing.
  ///
  /// - Parameter old: what is stored; nil for a new object. Rules about changes are asked with both.
  public func violations(
    of object: Value, old: Value? = nil, apiVersion: String, kind: String
  ) -> [APIStatus.Cause] {
    guard let schema = customSchemas["\(apiVersion) \(kind)"] else { return [] }
    let matches: PatternMatch = { pattern, text in
      (patterns[pattern] ?? (try? Pattern(pattern)))?.isFound(in: text)
    }
    var check = CustomValidation(matches: matches)
    check.check(object, schema, FieldPath(), depth: 0)
    guard rulesIn.contains("\(apiVersion) \(kind)") else { return check.causes }
    // Rules may rely on what the rest of the schema says.
    if check.causes.contains(where: { Self.blocking.contains($0.reason) }) {
      let why =
        "some validation rules were not checked because the object was invalid; correct the existing errors to "
        + "complete validation"
      return check.causes + [.init(reason: "FieldValueInvalid", message: "Invalid value: null: \(why)", field: "<nil>")]
    }
    var rules = CustomRules(rules: rules, matches: matches)
    rules.check(object, old: old, schema, FieldPath(), depth: 0)
    return check.causes + rules.causes
  }

  /// Mistakes after which no rules are evaluated.
  private static let blocking: Set<String> = [
    "FieldValueRequired", "FieldValueNotSupported", "FieldValueTooLong", "FieldValueTooMany", "FieldValueTypeInvalid",
  ]

  /// The fields of a custom resource that its definition does not have: what strict decoding refuses.
  public func unknownFields(of object: Value, apiVersion: String, kind: String) -> [APIStatus.Cause] {
    guard let index = type(apiVersion: apiVersion, kind: kind), types[index].isCustom else { return [] }
    var causes: [APIStatus.Cause] = []
    unknown(object, .type(index), FieldPath(), &causes, depth: 0)
    return causes
  }

  private func unknown(
    _ value: Value, _ shape: Shape, _ path: FieldPath, _ causes: inout [APIStatus.Cause], depth: Int
  ) {
    guard depth < Self.depthLimit, causes.count < CustomValidation.causeLimit else { return }
    switch (shape, value) {
    case (.type(let index), .object(let fields)):
      for (key, child) in fields {
        if let field = types[index].field(key) {
          unknown(child, field.shape, path.field(key), &causes, depth: depth + 1)
        } else if types[index].undeclared == nil {
          let place = path.field(key).description
          causes.append(.init(reason: "FieldValueInvalid", message: "unknown field \"\(place)\"", field: place))
        }
      }
    case (.list(let inner), .array(let elements)):
      for (index, element) in elements.enumerated() {
        unknown(element, inner, path.index(index), &causes, depth: depth + 1)
      }
    case (.map(let inner), .object(let fields)):
      for (key, child) in fields { unknown(child, inner, path.field(key), &causes, depth: depth + 1) }
    default: return
    }
  }
}

/// Holds a value against an OpenAPI v3 schema.
struct CustomValidation {
  /// More causes than this are not collected.
  static let causeLimit = 100

  let matches: KubeSchema.PatternMatch
  private(set) var causes: [APIStatus.Cause] = []

  init(matches: @escaping KubeSchema.PatternMatch) { self.matches = matches }

  mutating func check(_ value: Value, _ schema: Value, _ path: FieldPath, depth: Int) {
    guard depth < KubeSchema.depthLimit, causes.count < Self.causeLimit else { return }
    if value == .null, schema["nullable"] == true { return }
    guard hasType(value, schema, path) else { return }
    if let allowed = schema["enum"]?.array, !allowed.contains(where: { Typed.isSame($0, value) }) {
      let list = allowed.map { "\"\(CustomText.shown($0))\"" }.joined(separator: ", ")
      add(
        "FieldValueNotSupported", path,
        "Unsupported value: \"\(CustomText.shown(value))\": supported values: \(list)")
    }
    switch value {
    case .int, .number: number(value, schema, path)
    case .string(let text): string(text, schema, path)
    case .array(let elements): array(elements, schema, path, depth)
    case .object(let fields): object(fields, schema, path, depth)
    case .null, .bool: break
    }
    combine(value, schema, path, depth)
  }

  private mutating func add(_ reason: String, _ path: FieldPath, _ message: String) {
    causes.append(APIStatus.Cause(reason: reason, message: message, field: path.isEmpty ? "<nil>" : path.description))
  }

  private mutating func tooMany(_ path: FieldPath, _ count: Int, _ limit: Int64) {
    add("FieldValueTooMany", path, "Too many: \(count): must have at most \(limit) items")
  }

  /// A definition with others is refused itself; nothing can be held against its resources.
  private static let types: Set<String> = ["string", "boolean", "array", "object", "number", "integer"]

  private mutating func hasType(_ value: Value, _ schema: Value, _ path: FieldPath) -> Bool {
    if schema["x-kubernetes-int-or-string"] == true {
      if value.string != nil || value.int != nil { return true }
      return mistyped(value, "integer,string", path)
    }
    guard let wanted = schema["type"]?.string, Self.types.contains(wanted) else { return true }
    let fits =
      switch (wanted, value) {
      case ("string", .string), ("boolean", .bool), ("array", .array), ("object", .object), ("number", .int),
        ("number", .number), ("integer", .int):
        true
      case ("integer", .number(let number)):
        number == number.rounded() || broken(number, path)
      default: false
      }
    return fits || mistyped(value, wanted, path)
  }

  /// Of a number with a fraction the API server says twice that it is no whole one, once without its place.
  private mutating func broken(_ number: Double, _ path: FieldPath) -> Bool {
    add(
      "FieldValueInvalid", FieldPath(),
      "Invalid value: \"\": Checked value must be of type integer (default format) in \(path)")
    return false
  }

  private mutating func mistyped(_ value: Value, _ wanted: String, _ path: FieldPath) -> Bool {
    let name = "\"\(CustomText.typeName(value))\""
    add(
      "FieldValueTypeInvalid", path, "Invalid value: \(name): \(path) in body must be of type \(wanted): \(name)")
    return false
  }

  private mutating func invalid(_ value: Value, _ path: FieldPath, _ why: String) {
    add("FieldValueInvalid", path, "Invalid value: \(CanonicalJSON.quoted(value)): \(path) in body \(why)")
  }

  private mutating func number(_ value: Value, _ schema: Value, _ path: FieldPath) {
    guard let number = value.double else { return }
    if let bound = schema["minimum"]?.double {
      let isExclusive = schema["exclusiveMinimum"] == true
      if number < bound || (isExclusive && number == bound) {
        invalid(
          value, path,
          "should be greater than \(isExclusive ? "" : "or equal to ")\(CustomText.shown(schema["minimum"] ?? 0))")
      }
    }
    if let bound = schema["maximum"]?.double {
      let isExclusive = schema["exclusiveMaximum"] == true
      if number > bound || (isExclusive && number == bound) {
        invalid(
          value, path,
          "should be less than \(isExclusive ? "" : "or equal to ")\(CustomText.shown(schema["maximum"] ?? 0))")
      }
    }
    if let step = schema["multipleOf"]?.double, step > 0 {
      let quotient = number / step
      if abs(quotient - quotient.rounded()) > 1e-9 {
        invalid(value, path, "should be a multiple of \(CustomText.shown(schema["multipleOf"] ?? 0))")
      }
    }
    if schema["format"] == "int32", value.int.map({ Int32(exactly: $0) == nil }) ?? false {
      invalid(value, path, "must be of type int32")
    }
  }

  private mutating func string(_ text: String, _ schema: Value, _ path: FieldPath) {
    let count = Int64(text.unicodeScalars.count)
    if let limit = schema["maxLength"]?.int, count > limit {
      add("FieldValueTooLong", path, "Too long: may not be more than \(limit) bytes")
    }
    if let limit = schema["minLength"]?.int, count < limit {
      invalid(.string(text), path, "should be at least \(limit) chars long")
    }
    if let pattern = schema["pattern"]?.string, matches(pattern, text) == false {
      invalid(.string(text), path, "should match '\(pattern)'")
    }
    if let format = schema["format"]?.string, CustomText.hasFormat(text, format) == false {
      let shown = CanonicalJSON.quoted(.string(text))
      add(
        "FieldValueTypeInvalid", path, "Invalid value: \(shown): \(path) in body must be of type \(format): \(shown)")
    }
  }
}

extension CustomValidation {
  private mutating func array(_ elements: [Value], _ schema: Value, _ path: FieldPath, _ depth: Int) {
    if let limit = schema["maxItems"]?.int, Int64(elements.count) > limit {
      tooMany(path, elements.count, limit)
    }
    if let limit = schema["minItems"]?.int, Int64(elements.count) < limit {
      invalid(.int(Int64(elements.count)), path, "should have at least \(limit) items")
    }
    let keys = (schema["x-kubernetes-list-map-keys"]?.array ?? []).compactMap(\.string)
    let isSet = schema["x-kubernetes-list-type"] == "set" || schema["uniqueItems"] == true
    var seen: Set<Value> = []
    for (index, element) in elements.enumerated() {
      if let items = schema["items"] { check(element, items, path.index(index), depth: depth + 1) }
      let name: Value =
        keys.isEmpty ? element : .object(Fields(keys.compactMap { key in element[key].map { (key, $0) } }))
      guard isSet || !keys.isEmpty, !seen.insert(name).inserted else { continue }
      add("FieldValueDuplicate", path.index(index), "Duplicate value: \(CanonicalJSON.text(name))")
    }
  }

  private mutating func object(_ fields: Fields, _ schema: Value, _ path: FieldPath, _ depth: Int) {
    for name in (schema["required"]?.array ?? []).compactMap(\.string) where fields[name] == nil {
      add("FieldValueRequired", path.field(name), "Required value")
    }
    if schema["x-kubernetes-embedded-resource"] == true {
      for name in ["apiVersion", "kind"] where (fields[name]?.string ?? "").isEmpty {
        add("FieldValueRequired", path.field(name), "Required value: must not be empty")
      }
    }
    if let limit = schema["maxProperties"]?.int, Int64(fields.count) > limit {
      tooMany(path, fields.count, limit)
    }
    if let limit = schema["minProperties"]?.int, Int64(fields.count) < limit {
      invalid(.int(Int64(fields.count)), path, "should have at least \(limit) properties")
    }
    let properties = schema["properties"]
    for (key, child) in fields {
      // The metadata of an object is checked like that of any other.
      if depth == 0, ["apiVersion", "kind", "metadata"].contains(key) { continue }
      if let property = properties?[key] {
        check(child, property, path.field(key), depth: depth + 1)
      } else if let additional = schema["additionalProperties"], additional.object != nil {
        check(child, additional, path.field(key), depth: depth + 1)
      }
    }
  }

  /// `allOf`, `anyOf`, `oneOf`, `not`.
  private mutating func combine(_ value: Value, _ schema: Value, _ path: FieldPath, _ depth: Int) {
    func fits(_ part: Value) -> Bool {
      var trial = CustomValidation(matches: matches)
      trial.check(value, part, path, depth: depth + 1)
      return trial.causes.isEmpty
    }
    for part in schema["allOf"]?.array ?? [] { check(value, part, path, depth: depth + 1) }
    if schema["x-kubernetes-int-or-string"] != true, let parts = schema["anyOf"]?.array, !parts.contains(where: fits) {
      invalid(value, path, "must validate at least one schema (anyOf)")
    }
    if let parts = schema["oneOf"]?.array {
      let count = parts.filter(fits).count
      if count != 1 {
        invalid(value, path, "must validate one and only one schema (oneOf). Found \(count) valid alternatives")
      }
    }
    if let part = schema["not"], part.object != nil, fits(part) {
      invalid(value, path, "must not validate the schema (not)")
    }
  }
}
