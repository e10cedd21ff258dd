internal import KCData

/// Short ways to read the fields of an object whose structure has been checked.
extension Value {
  /// The text of a field, empty where there is none.
  func text(_ field: String) -> String { self[field]?.string ?? "" }

  /// The elements of a list field.
  func list(_ field: String) -> [Value] { self[field]?.array ?? [] }

  /// The texts of a list field.
  func texts(_ field: String) -> [String] { list(field).map { $0.string ?? "" } }

  /// The pairs of a map field.
  func map(_ field: String) -> Fields { self[field]?.object ?? [:] }

  /// The value of a field that is set: neither missing nor null.
  func set(_ field: String) -> Value? {
    let value = self[field]
    return value == .null ? nil : value
  }

  func has(_ field: String) -> Bool { set(field) != nil }

  func flag(_ field: String) -> Bool { self[field]?.bool ?? false }

  /// Whether two values say the same: nothing, null and what is empty are alike.
  static func isSame(_ left: Value?, _ right: Value?) -> Bool {
    if left == right { return true }
    func isNothing(_ value: Value?) -> Bool { Defaulting.isNil(value) || value == [:] || value == [] }
    return isNothing(left) && isNothing(right)
  }

  /// Without some fields.
  func without(_ fields: String...) -> Value { without(fields) }

  func without(_ fields: [String]) -> Value {
    var out = self
    for field in fields where out[field] != nil { out[field] = nil }
    return out
  }
}

extension FieldPath {
  subscript(_ name: String) -> FieldPath { field(name) }
  subscript(_ position: Int) -> FieldPath { index(position) }
}
