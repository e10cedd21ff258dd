internal import KCData

/// Collects what is wrong with an object.
struct ValidationReport {
  var causes: [APIStatus.Cause] = []

  var isEmpty: Bool { causes.isEmpty }

  mutating func add(_ reason: String, _ path: FieldPath, _ message: String) {
    let field = path.isEmpty ? "[]" : path.description
    causes.append(APIStatus.Cause(reason: reason, message: message, field: field))
  }

  mutating func invalid(_ path: FieldPath, _ why: String, value: Value? = nil) {
    let shown = value.map { "\(CanonicalJSON.quoted($0)): " } ?? ""
    add("FieldValueInvalid", path, "Invalid value: \(shown)\(why)")
  }

  mutating func required(_ path: FieldPath, _ why: String = "") {
    add("FieldValueRequired", path, why.isEmpty ? "Required value" : "Required value: \(why)")
  }

  mutating func unsupported(_ path: FieldPath, _ value: String, allowed: [String]) {
    let list = allowed.map { "\"\($0)\"" }.joined(separator: ", ")
    add("FieldValueNotSupported", path, "Unsupported value: \"\(value)\": supported values: \(list)")
  }

  mutating func duplicate(_ path: FieldPath, _ value: String) {
    add("FieldValueDuplicate", path, "Duplicate value: \"\(value)\"")
  }

  mutating func forbidden(_ path: FieldPath, _ why: String) { add("FieldValueForbidden", path, "Forbidden: \(why)") }

  mutating func tooLong(_ path: FieldPath, _ limit: Int) {
    add("FieldValueTooLong", path, "Too long: may not be more than \(limit) bytes")
  }

  mutating func tooMany(_ path: FieldPath, _ count: Int, _ limit: Int) {
    add("FieldValueTooMany", path, "Too many: \(count): must have at most \(limit) items")
  }

  mutating func notFound(_ path: FieldPath, _ value: String) {
    add("FieldValueNotFound", path, "Not found: \"\(value)\"")
  }

  // MARK: Checks that many fields have

  /// A field that holds one of a few words. Where it may be empty, an empty one passes.
  mutating func oneOf(_ value: String, _ allowed: [String], _ path: FieldPath, mayBeEmpty: Bool = false) {
    if mayBeEmpty, value.isEmpty { return }
    if !allowed.contains(value) { unsupported(path, value, allowed: allowed) }
  }

  /// A field that must hold one of a few words.
  mutating func requiredOneOf(_ value: String, _ allowed: [String], _ path: FieldPath) {
    if value.isEmpty { required(path) } else { oneOf(value, allowed, path) }
  }

  mutating func notEmpty(_ value: String, _ path: FieldPath) { if value.isEmpty { required(path) } }

  mutating func nonNegative(_ value: Value?, _ path: FieldPath) {
    if let number = value?.int, number < 0 { invalid(path, "must be greater than or equal to 0", value: .int(number)) }
  }

  mutating func inRange(_ number: Int64, _ range: ClosedRange<Int64>, _ path: FieldPath) {
    if !range.contains(number) {
      invalid(path, "must be between \(range.lowerBound) and \(range.upperBound)", value: .int(number))
    }
  }

  mutating func subdomain(_ text: String, _ path: FieldPath) {
    if !Names.isSubdomain(text) {
      invalid(path, "not a DNS name of lower-case letters, digits, '-' and '.'", value: .string(text))
    }
  }

  mutating func label(_ text: String, _ path: FieldPath) {
    if !Names.isLabel(text) {
      invalid(path, "not a DNS label of at most 63 lower-case letters, digits and '-'", value: .string(text))
    }
  }

  mutating func qualifiedName(_ text: String, _ path: FieldPath) {
    if !Names.isQualifiedName(text) {
      invalid(path, "not a name of letters, digits, '-', '_' and '.' with an optional DNS prefix", value: .string(text))
    }
  }

  /// A name that becomes part of a path.
  mutating func pathSegment(_ text: String, _ path: FieldPath) {
    if !Names.isPathSegment(text) {
      invalid(path, "may not be '.' or '..' or contain '/' or '%'", value: .string(text))
    }
  }

  mutating func address(_ text: String, _ path: FieldPath) {
    if IPAddress(text) == nil { invalid(path, "must be an IP address", value: .string(text)) }
  }

  mutating func portNumber(_ number: Int64, _ path: FieldPath) { inRange(number, 1...65535, path) }

  /// A port's number or name.
  mutating func portNumberOrName(_ value: Value?, _ path: FieldPath) {
    switch value {
    case .string(let name)?: portName(name, path)
    case .int(let number)?: portNumber(number, path)
    default: portNumber(0, path)
    }
  }

  mutating func portName(_ name: String, _ path: FieldPath) {
    if !Names.isPortName(name) {
      invalid(
        path, "not a port name of at most 15 lower-case letters, digits and single dashes with a letter in it",
        value: .string(name))
    }
  }

  /// A number or a percentage that is not negative.
  mutating func nonNegativeOrPercent(_ value: Value?, _ path: FieldPath) {
    switch value {
    case .int(let number)?:
      if number < 0 { invalid(path, "must be greater than or equal to 0", value: .int(number)) }
    case .string(let text)?:
      if Names.percent(text) == nil { invalid(path, "must be a number or a percentage", value: .string(text)) }
    default: break
    }
  }

  /// A percentage of at most 100.
  mutating func notOverHundred(_ value: Value?, _ path: FieldPath) {
    if let text = value?.string, let percent = Names.percent(text), percent > 100 {
      invalid(path, "must not be greater than 100%", value: .string(text))
    }
  }

  /// A field that may not change.
  mutating func immutable(_ new: Value?, _ old: Value?, _ path: FieldPath) {
    if !Value.isSame(new, old) { invalid(path, "cannot be changed", value: new) }
  }
}
