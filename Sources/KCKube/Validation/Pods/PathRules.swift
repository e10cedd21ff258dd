internal import KCData

/// Paths of files.
enum PathRules {
  /// A path without `..`.
  static func withoutBacksteps(_ text: String, _ path: FieldPath, _ report: inout ValidationReport) {
    if text.split(separator: "/").contains("..") {
      report.invalid(path, "must not contain '..'", value: .string(text))
    }
  }

  /// A relative path without `..`.
  static func descending(_ text: String, _ path: FieldPath, _ report: inout ValidationReport) {
    if text.hasPrefix("/") { report.invalid(path, "must be a relative path", value: .string(text)) }
    withoutBacksteps(text, path, &report)
  }

  /// A relative path whose first part does not start with `..`.
  static func unreserved(_ text: String, _ path: FieldPath, _ report: inout ValidationReport) {
    descending(text, path, &report)
    if text.hasPrefix(".."), !text.hasPrefix("../"), text != ".." {
      report.invalid(path, "must not start with '..'", value: .string(text))
    }
  }

  /// The permissions of a file.
  static func mode(_ value: Value?, _ path: FieldPath, _ report: inout ValidationReport) {
    if let mode = value?.int, !(0...511).contains(mode) {
      report.invalid(path, "must be between 0 and 0777 (octal)", value: .int(mode))
    }
  }
}
