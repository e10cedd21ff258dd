public import KCData

extension KubeSchema {
  /// The rules (`x-kubernetes-validations`) of a `CustomResourceDefinition` that are not evaluated here, each with why:
  /// objects are not held against them. To be said to whoever makes the definition.
  public static func unreadableRules(of definition: Value) -> [(rule: String, why: String)] {
    var out: [(rule: String, why: String)] = []
    for version in definition.at("spec", "versions")?.array ?? [] {
      for text in CustomRules.texts(in: version.at("schema", "openAPIV3Schema") ?? [:]) {
        do throws(RuleExpression.Unreadable) {
          _ = try RuleExpression(text)
        } catch {
          out.append((text, error.why))
        }
      }
    }
    return out
  }
}

extension KubeSchema {
  /// The patterns of a `CustomResourceDefinition` that cannot be read here: objects are not held against them. To be
  /// said to whoever makes the definition.
  public static func unreadablePatterns(of definition: Value) -> [(pattern: String, why: String)] {
    var out: [(pattern: String, why: String)] = []
    for version in definition.at("spec", "versions")?.array ?? [] {
      for text in CustomRules.patterns(in: version.at("schema", "openAPIV3Schema") ?? [:]) {
        do throws(PatternError) {
          _ = try Pattern(text)
        } catch {
          out.append((text, error.message))
        }
      }
    }
    return out
  }
}

/// Holds a value against the rules of its schema.
struct CustomRules {
  let rules: [String: RuleExpression]
  let matches: KubeSchema.PatternMatch
  private(set) var causes: [APIStatus.Cause] = []

  init(rules: [String: RuleExpression], matches: @escaping KubeSchema.PatternMatch) {
    self.rules = rules
    self.matches = matches
  }

  /// All rules and message expressions of a schema.
  static func texts(in schema: Value, depth: Int = 0) -> [String] {
    guard depth < KubeSchema.depthLimit, schema.object != nil else { return [] }
    var out: [String] = []
    for rule in schema["x-kubernetes-validations"]?.array ?? [] {
      out += [rule["rule"]?.string, rule["messageExpression"]?.string].compactMap { $0 }
    }
    for (_, property) in schema["properties"]?.object ?? [:] { out += texts(in: property, depth: depth + 1) }
    for part in ["items", "additionalProperties"] { out += texts(in: schema[part] ?? .null, depth: depth + 1) }
    return out
  }

  /// All patterns of a schema.
  static func patterns(in schema: Value, depth: Int = 0) -> [String] {
    guard depth < KubeSchema.depthLimit, schema.object != nil else { return [] }
    var out = [schema["pattern"]?.string].compactMap { $0 }
    for (_, property) in schema["properties"]?.object ?? [:] { out += patterns(in: property, depth: depth + 1) }
    for part in ["items", "additionalProperties", "not"] {
      out += patterns(in: schema[part] ?? .null, depth: depth + 1)
    }
    for part in ["allOf", "anyOf", "oneOf"] {
      for branch in schema[part]?.array ?? [] { out += patterns(in: branch, depth: depth + 1) }
    }
    return out
  }

  mutating func check(_ value: Value, old: Value?, _ schema: Value, _ path: FieldPath, depth: Int) {
    guard depth < KubeSchema.depthLimit, causes.count < CustomValidation.causeLimit else { return }
    for rule in schema["x-kubernetes-validations"]?.array ?? [] { check(rule, value, old, path) }
    switch value {
    case .object(let fields):
      for (key, child) in fields {
        if let property = schema["properties"]?[key] {
          check(child, old: old?[key], property, path.field(key), depth: depth + 1)
        } else if let additional = schema["additionalProperties"] {
          check(child, old: old?[key], additional, path.key(key), depth: depth + 1)
        }
      }
    case .array(let elements):
      guard let items = schema["items"] else { return }
      let keys = (schema["x-kubernetes-list-map-keys"]?.array ?? []).compactMap(\.string)
      for (index, element) in elements.enumerated() {
        // Only elements with keys are the same as before.
        let before = keys.isEmpty ? nil : old?.array?.first { other in keys.allSatisfy { other[$0] == element[$0] } }
        check(element, old: before, items, path.index(index), depth: depth + 1)
      }
    default: return
    }
  }

  private mutating func check(_ rule: Value, _ value: Value, _ old: Value?, _ path: FieldPath) {
    guard let text = rule["rule"]?.string, let expression = rules[text] else { return }
    if expression.isTransition, old == nil { return }
    var variables = ["self": value]
    variables["oldSelf"] = old
    let place = rule["fieldPath"]?.string.map { path.description + $0 } ?? (path.isEmpty ? "<nil>" : path.description)
    let why: String
    do throws(RuleFailure) {
      if try expression.value(of: variables, matches: matches) == true { return }
      why = message(rule, text, variables)
    } catch {
      why = "rule \"\(text)\" has no answer: \(error.why)"
    }
    causes.append(
      APIStatus.Cause(reason: rule["reason"]?.string ?? "FieldValueInvalid", message: shown(rule, why), field: place))
  }

  private func message(_ rule: Value, _ text: String, _ variables: [String: Value]) -> String {
    if let expression = rule["messageExpression"]?.string.flatMap({ rules[$0] }),
      case .string(let message)? = try? expression.value(of: variables, matches: matches), !message.isEmpty
    {
      return message
    }
    return rule["message"]?.string ?? "failed rule: \(text)"
  }

  private func shown(_ rule: Value, _ why: String) -> String {
    switch rule["reason"]?.string {
    case "FieldValueForbidden"?: "Forbidden: \(why)"
    case "FieldValueRequired"?: "Required value: \(why)"
    case "FieldValueDuplicate"?: "Duplicate value: \(why)"
    default: "Invalid value: \(why)"
    }
  }
}
