public import KCData

/// What the API server refuses.
public enum Validation {
  /// Checks a new object.
  public static func create(_ object: Value, type: ResourceType) -> [APIStatus.Cause] {
    var report = ValidationReport()
    ObjectMetaRules.check(object, type: type, &report)
    switch (type.group, type.kind) {
    case ("", "Pod"): PodRules.check(object["spec"], FieldPath("spec"), &report)
    case ("apps", _), ("batch", "Job"): WorkloadRules.check(object, type: type, &report)
    case ("", "Service"): ServiceRules.check(object, &report)
    case ("", "ConfigMap"), ("", "Secret"): KeyedDataRules.check(object, &report)
    default: break
    }
    return report.causes
  }

  /// Checks a change.
  public static func update(_ object: Value, old: Value, type: ResourceType) -> [APIStatus.Cause] {
    var report = ValidationReport()
    report.causes = create(object, type: type)
    for path in Immutability.changed(old: old, new: object, type: type) {
      report.invalid(path, "field is immutable")
    }
    if type.kind == "Pod", type.group.isEmpty { PodRules.checkUpdate(object, old, &report) }
    return report.causes
  }

  /// Fields that the type does not have, and values of the wrong type: what strict decoding refuses.
  public static func unknownFields(_ object: Value, type: ResourceType) -> [APIStatus.Cause] {
    StructuralCheck.check(object, type: type)
  }
}

/// Collects what is wrong.
struct ValidationReport {
  var causes: [APIStatus.Cause] = []

  mutating func invalid(_ path: FieldPath, _ why: String, value: Value? = nil) {
    let shown = value.map { "\(CanonicalJSON.text($0)): " } ?? ""
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

  mutating func add(_ reason: String, _ path: FieldPath, _ message: String) {
    causes.append(APIStatus.Cause(reason: reason, message: message, field: path.description))
  }
}

/// Names as Kubernetes allows them.
public enum Names {
  /// RFC 1123 label: lower-case letters, digits and dashes, at most 63, starting and ending with a letter or digit.
  public static func isLabel(_ text: String) -> Bool {
    isLabel(text.utf8, limit: 63)
  }

  /// RFC 1123 subdomain: labels joined by dots, at most 253.
  public static func isSubdomain(_ text: String) -> Bool {
    text.utf8.count <= 253
      && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { isLabel($0.utf8, limit: 253) }
  }

  /// RFC 1035 label: as an RFC 1123 label, but starting with a letter.
  public static func isServiceName(_ text: String) -> Bool {
    isLabel(text) && (text.utf8.first.map { (97...122).contains($0) } ?? false)
  }

  /// A label's value: empty, or letters, digits, `-_.`, at most 63, starting and ending with a letter or digit.
  public static func isLabelValue(_ text: String) -> Bool {
    text.isEmpty || isName(text)
  }

  /// A label's key: a name, with a DNS prefix before a slash or without.
  public static func isQualifiedName(_ text: String) -> Bool {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    switch parts.count {
    case 1: return isName(text)
    case 2: return isSubdomain(String(parts[0])) && isName(String(parts[1]))
    default: return false
    }
  }

  private static func isName(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard let first = bytes.first, let last = bytes.last, bytes.count <= 63 else { return false }
    return isAlphanumeric(first) && isAlphanumeric(last)
      && bytes.allSatisfy { isAlphanumeric($0) || "-_.".utf8.contains($0) }
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
  }

  private static func isLabel(_ bytes: some Collection<UInt8>, limit: Int) -> Bool {
    guard let first = bytes.first, bytes.count <= limit else { return false }
    var last = first
    for byte in bytes {
      guard (48...57).contains(byte) || (97...122).contains(byte) || byte == 45 else { return false }
      last = byte
    }
    return first != 45 && last != 45
  }

  /// An environment variable's or a data key's name: letters, digits, `-_.`.
  public static func isDataKey(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 253 && text != "." && !text.hasPrefix("..")
      && text.utf8.allSatisfy { isAlphanumeric($0) || "-_.".utf8.contains($0) }
  }
}
