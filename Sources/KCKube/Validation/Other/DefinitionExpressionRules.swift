internal import KCData

/// Rules in CEL of the schema of a custom resource, as far as they can be checked without evaluating them.
enum DefinitionExpressionRules {
  /// What is asked of the texts around each rule.
  static func texts(_ schema: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    for (index, rule) in schema.list("x-kubernetes-validations").enumerated() {
      let here = path["x-kubernetes-validations"][index]
      message(rule, here, &report)
      if let text = rule.set("messageExpression")?.string, !text.isEmpty, isBlank(text) {
        report.required(here["messageExpression"], "must not be blank")
      }
      if let reason = rule.set("reason")?.string { report.oneOf(reason, reasons, here["reason"]) }
      guard let field = rule.set("fieldPath")?.string, !field.isEmpty else { continue }
      if isBlank(field) || field.contains(where: \.isNewline) || !isField(field, of: schema) {
        report.invalid(here["fieldPath"], "not the path of a field of the schema", value: .string(field))
      }
    }
  }

  private static let reasons = [
    "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired",
  ]

  private static func isBlank(_ text: String) -> Bool { text.allSatisfy(\.isWhitespace) }

  private static func message(_ rule: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let message = rule.text("message")
    if isBlank(rule.text("rule")) {
      report.required(path["rule"])
    } else if !message.isEmpty, isBlank(message) {
      report.invalid(path["message"], "must not be blank", value: .string(message))
    } else if trimmed(message).contains(where: \.isNewline) {
      report.invalid(path["message"], "must not have line breaks", value: .string(message))
    } else if isBlank(message), trimmed(rule.text("rule")).contains(where: \.isNewline) {
      report.required(path["message"], "is needed by a rule of several lines")
    }
  }

  private static func trimmed(_ text: String) -> Substring {
    var rest = text.drop(while: \.isWhitespace)
    while rest.last?.isWhitespace ?? false { rest.removeLast() }
    return rest
  }

  /// Whether a path of plain names leads to a field. Paths with brackets are taken as they are.
  private static func isField(_ text: String, of schema: Value) -> Bool {
    if text.contains("[") { return true }
    guard text.hasPrefix("."), text.utf8.count > 1 else { return false }
    var current = schema
    for name in text.dropFirst().split(separator: ".", omittingEmptySubsequences: false) {
      guard let next = current.map("properties")[String(name)] ?? current.set("additionalProperties") else {
        return false
      }
      current = next
    }
    return true
  }

  /// What is asked of the expressions themselves.
  ///
  /// - Parameter isUncorrelated: whether an old value cannot be told to be the one before a new one here.
  static func check(_ schema: Value, _ path: FieldPath, isUncorrelated: Bool, _ report: inout ValidationReport) {
    for (index, rule) in schema.list("x-kubernetes-validations").enumerated() {
      let here = path["x-kubernetes-validations"][index]
      let text = rule.text("rule")
      if isBlank(text) { continue }
      switch CELSyntax.read(text) {
      case .failure: report.invalid(here["rule"], "is not an expression that compiles", value: .string(text))
      case .success(let read):
        if read.kind != .bool, read.kind != .any {
          report.invalid(here["rule"], "must evaluate to a bool", value: .string(text))
        } else if !read.roots.isSubset(of: ["self", "oldSelf"]) || read.chains.contains(where: { !isKnown($0, schema) })
        {
          report.invalid(here["rule"], "names a field that is not in the schema", value: .string(text))
        } else if cost(read, schema) > ruleBudget {
          report.forbidden(here["rule"], "takes too long; bound the lists and maps it goes through")
          if cost(read, schema) > ruleBudget * 10 {
            report.forbidden(path.root, "its rules take too long together")
          }
        }
        if read.roots.contains("oldSelf") {
          if isUncorrelated {
            report.invalid(
              here["rule"], "cannot use oldSelf within a list that is no map, or a map that is atomic",
              value: .string(text))
          }
        } else if rule.has("optionalOldSelf") {
          report.invalid(here["optionalOldSelf"], "is only for rules with oldSelf", value: rule["optionalOldSelf"])
        }
      }
      answer(rule.text("messageExpression"), here["messageExpression"], &report)
    }
  }

  private static func answer(_ text: String, _ path: FieldPath, _ report: inout ValidationReport) {
    if isBlank(text) { return }
    switch CELSyntax.read(text) {
    case .failure: report.invalid(path, "is not an expression that compiles", value: .string(text))
    case .success(let read):
      if read.kind != .string, read.kind != .any {
        report.invalid(path, "must evaluate to a string", value: .string(text))
      }
    }
  }

  /// A rule may take this many steps, and all rules of a schema together ten times as many.
  private static let ruleBudget = 1e7

  /// Roughly how many steps a rule takes at most: what lists and maps without an upper bound can hold in one request,
  /// as often as they are gone through within one another.
  private static func cost(_ reading: CELSyntax.Reading, _ schema: Value) -> Double {
    var steps = [Int: Double]()
    for loop in reading.loops where loop.chain.first == "self" {
      var current: Value? = schema
      for name in loop.chain.dropFirst() { current = current?.at("properties", name) }
      let bound = current?["maxItems"]?.double ?? current?["maxProperties"]?.double ?? 1_000_000
      steps[loop.depth] = max(steps[loop.depth] ?? 0, bound)
    }
    return steps.values.reduce(1, *)
  }

  /// Whether a chain of fields from `self` exists in a schema.
  private static func isKnown(_ chain: [String], _ schema: Value) -> Bool {
    guard chain.first == "self" || chain.first == "oldSelf" else { return true }
    var current = schema
    for name in chain.dropFirst() {
      let properties = current.map("properties")
      if current.text("type") != "object" || properties.isEmpty {
        return !["string", "integer", "number", "boolean"].contains(current.text("type"))
      }
      guard let next = properties[name] ?? properties[name.replacing("__dash__", with: "-")] else {
        return name.hasPrefix("__") || name == "metadata" || name == "kind" || name == "apiVersion"
      }
      current = next
    }
    return true
  }
}

extension FieldPath {
  /// Up to the schema itself.
  fileprivate var root: FieldPath {
    let end = elements.firstIndex(of: .field("openAPIV3Schema")).map { $0 + 1 } ?? elements.count
    return FieldPath(Array(elements[..<end]))
  }
}
