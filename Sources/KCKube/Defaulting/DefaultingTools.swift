internal import KCData

/// Small changes that defaults are made of. A null is the same as nothing.
extension Defaulting {
  /// Whether a field that Go holds as a plain value (not a pointer) has its zero value.
  static func isZero(_ value: Value?) -> Bool {
    switch value {
    case nil, .null?: true
    case .string(let text)?: text.isEmpty
    case .int(let number)?: number == 0
    case .number(let number)?: number == 0
    case .bool(let truth)?: !truth
    case .array(let elements)?: elements.isEmpty
    case .object(let fields)?: fields.isEmpty
    }
  }

  static func isNil(_ value: Value?) -> Bool { value == nil || value == .null }

  /// Sets a field that is not set. Where the way to it is missing, the way is made.
  static func setDefault(_ object: inout Value, _ value: Value, _ path: String...) {
    if isNil(object.at(path)) { object.set(value, at: path[...]) }
  }

  /// Sets a field that is not set or has its zero value.
  static func setZero(_ object: inout Value, _ value: Value, _ path: String...) {
    if isZero(object.at(path)) { object.set(value, at: path[...]) }
  }

  /// Changes each element of a list. Elements that are null become objects.
  static func each(_ object: inout Value, _ field: String, _ change: (inout Value) -> Void) {
    guard case .array(var elements)? = object[field] else { return }
    object[field] = .null  // Gives up the reference, so that the change happens in place.
    for index in elements.indices {
      if elements[index] == .null { elements[index] = [:] }
      if elements[index].object != nil { change(&elements[index]) }
    }
    object[field] = .array(elements)
  }

  /// Changes what a field holds, if it is an object.
  static func within(_ object: inout Value, _ field: String, _ change: (inout Value) -> Void) {
    guard var inner = object[field], inner.object != nil else { return }
    object[field] = .null
    change(&inner)
    object[field] = inner
  }

  /// Changes what a field holds, making an object where nothing is set.
  static func making(_ object: inout Value, _ field: String, _ change: (inout Value) -> Void) {
    var inner = object[field] ?? .null
    if inner == .null { inner = [:] }
    guard inner.object != nil else { return }
    object[field] = .null
    change(&inner)
    object[field] = inner
  }
}
