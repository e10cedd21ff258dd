public import KCData

/// A condition on fields of an object: `spec.nodeName=node-1,status.phase!=Failed`.
public struct FieldSelector: Sendable, Hashable {
  private struct Term: Hashable {
    var field: String
    var value: String
    var isEqual: Bool
  }

  private var terms: [Term] = []
  private var fields = SelectableFields()

  public var isEmpty: Bool { terms.isEmpty }

  /// Reads the text form, for one of the built-in kinds.
  ///
  /// - Parameter kind: nil takes any field.
  /// - Throws: `BadRequest` where it is malformed, or the kind cannot be selected by a field.
  public init(parsing text: String, kind: String? = nil) throws(APIStatus) {
    try self.init(text, kind.map { SelectableFields.of(kind: $0, group: nil) } ?? SelectableFields())
  }

  /// Reads the text form.
  ///
  /// - Parameter selectable: the fields that a custom resource's definition names, as `.spec.color`.
  /// - Throws: `BadRequest` where it is malformed, or objects of the type cannot be selected by a field.
  public init(parsing text: String, type: ResourceType, selectable: [String] = []) throws(APIStatus) {
    let isBuiltIn = ResourceTypes.builtin.find(apiVersion: type.apiVersion, kind: type.kind) != nil
    try self.init(
      text, isBuiltIn ? .of(kind: type.kind, group: type.group) : .custom(selectable.map { String($0.dropFirst()) }))
  }

  private init(_ text: String, _ fields: SelectableFields) throws(APIStatus) {
    self.fields = fields
    for part in Self.split(text).sorted() where !part.isEmpty {
      guard let term = Self.term(part) else {
        throw LabelSelector.refuse("invalid selector: '\(text)'; can't understand '\(part)'")
      }
      let value = try Self.unescaped(term.value)
      if let problem = fields.problem(term.field) { throw LabelSelector.refuse(problem) }
      terms.append(Term(field: term.field, value: value, isEqual: term.isEqual))
    }
  }

  /// The parts between commas that no backslash stands before.
  private static func split(_ text: String) -> [String] {
    var parts: [[UInt8]] = [[]]
    var isEscaped = false
    for byte in text.utf8 {
      if byte == UInt8(ascii: ","), !isEscaped {
        parts.append([])
        continue
      }
      isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
      parts[parts.count - 1].append(byte)
    }
    return parts.map { String(decoding: $0, as: UTF8.self) }
  }

  private static func term(_ text: String) -> Term? {
    guard let at = text.utf8.firstIndex(where: { $0 == UInt8(ascii: "=") }) else { return nil }
    let field = text[..<at]
    if field.hasSuffix("!") {
      return Term(field: String(field.dropLast()), value: String(text[text.index(after: at)...]), isEqual: false)
    }
    let rest = text[text.index(after: at)...]
    return Term(field: String(field), value: String(rest.hasPrefix("=") ? rest.dropFirst() : rest), isEqual: true)
  }

  private static func unescaped(_ text: String) throws(APIStatus) -> String {
    var out: [UInt8] = []
    var isEscaped = false
    for byte in text.utf8 {
      let isSpecial = [UInt8(ascii: "\\"), UInt8(ascii: ","), UInt8(ascii: "=")].contains(byte)
      if isEscaped {
        guard isSpecial else {
          throw LabelSelector.refuse("invalid field selector: invalid escape sequence: \\\(Unicode.Scalar(byte))")
        }
        out.append(byte)
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if isSpecial {
        throw LabelSelector.refuse("invalid field selector: unescaped character in value: \(byte)")
      } else {
        out.append(byte)
      }
    }
    if isEscaped { throw LabelSelector.refuse("invalid field selector: unterminated escape sequence") }
    return String(decoding: out, as: UTF8.self)
  }

  public func matches(_ object: Value) -> Bool {
    terms.allSatisfy { (fields.text($0.field, of: object) == $0.value) == $0.isEqual }
  }

  /// The name that the selector asks for, if it asks for one: then a list is a lookup.
  public var exactName: String? { terms.first { $0.field == "metadata.name" && $0.isEqual }?.value }
}
