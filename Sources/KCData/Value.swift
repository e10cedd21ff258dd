/// A value of an API object: what JSON can say, with integers kept apart from other numbers.
///
/// Objects keep the order of their keys for printing; equality and hashing ignore it, as JSON does.
/// The compiler's own trees live in an arena (`Tree`); this type is for objects at the API.
public enum Value: Sendable, Hashable {
  case null
  case bool(Bool)
  case int(Int64)
  case number(Double)
  case string(String)
  case array([Value])
  case object(Fields)
}

extension Value {
  /// The text of a string, or nil for any other value.
  public var string: String? { if case .string(let text) = self { text } else { nil } }
  /// The integer, also of a number without a fraction, or nil for any other value.
  public var int: Int64? {
    switch self {
    case .int(let number): number
    case .number(let number): Int64(exactly: number)
    default: nil
    }
  }
  /// The number as a floating-point one, or nil for any other value.
  public var double: Double? {
    switch self {
    case .int(let number): Double(number)
    case .number(let number): number
    default: nil
    }
  }
  /// The truth value, or nil for any other value.
  public var bool: Bool? { if case .bool(let truth) = self { truth } else { nil } }
  /// The elements of an array, or nil for any other value.
  public var array: [Value]? { if case .array(let elements) = self { elements } else { nil } }
  /// The fields of an object, or nil for any other value.
  public var object: Fields? { if case .object(let fields) = self { fields } else { nil } }
  public var isNull: Bool { self == .null }

  /// The field `key` of an object; nil where there is none or this is no object.
  ///
  /// Setting a field of `null` makes an object; setting nil removes the field.
  /// - Requires: for setting, that this is an object or `null`. Other values are replaced by an object.
  public subscript(key: String) -> Value? {
    get { if case .object(let fields) = self { fields[key] } else { nil } }
    set {
      var fields: Fields
      if case .object(let existing) = self { fields = existing } else { fields = Fields() }
      self = .null  // Gives up the old reference, so that the change below happens in place.
      fields[key] = newValue
      self = .object(fields)
    }
  }

  /// The element at `index` of an array; nil where there is none or this is no array.
  public subscript(index: Int) -> Value? {
    if case .array(let elements) = self, elements.indices.contains(index) { elements[index] } else { nil }
  }

  /// The value below a chain of fields: `pod.at("spec", "nodeName")`.
  public func at(_ keys: String...) -> Value? { at(keys) }

  /// The value below a chain of fields.
  @inlinable
  public func at(_ keys: some Sequence<String>) -> Value? {
    var current = self
    for key in keys {
      guard let next = current[key] else { return nil }
      current = next
    }
    return current
  }

  /// Sets (or with nil removes) the value below a chain of fields, making objects on the way when setting.
  public mutating func set(_ value: Value?, at keys: String...) { set(value, at: keys[...]) }

  /// Sets (or with nil removes) the value below a chain of fields, making objects on the way when setting.
  public mutating func set(_ value: Value?, at keys: ArraySlice<String>) {
    guard let first = keys.first else {
      self = value ?? .null
      return
    }
    if keys.count == 1 {
      self[first] = value
      return
    }
    guard value != nil || self[first] != nil else { return }
    var fields: Fields
    if case .object(let existing) = self { fields = existing } else { fields = Fields() }
    self = .null  // As above: what the field holds is changed where it stands.
    fields[first, default: .object([:])].set(value, at: keys.dropFirst())
    self = .object(fields)
  }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
  ExpressibleByFloatLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int64) { self = .int(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(arrayLiteral elements: Value...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, Value)...) { self = .object(Fields(elements)) }

  public init(_ text: some StringProtocol) { self = .string(String(text)) }
  public init(_ number: Int) { self = .int(Int64(number)) }
  public init(_ labels: [String: String]) {
    self = .object(Fields(labels.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
  }
}
