internal import KCData

/// Config maps and secrets.
enum DataRules {
  static func configMap(_ object: Value, _ report: inout ValidationReport) {
    var size = 0
    for field in ["data", "binaryData"] {
      for (key, value) in object.map(field) {
        self.key(key, FieldPath(field).key(key), &report)
        size += length(value, isEncoded: field == "binaryData")
      }
    }
    for (key, _) in object.map("data") where object.map("binaryData")[key] != nil {
      report.invalid(FieldPath("data").key(key), "is in binaryData too", value: .string(key))
    }
    if size > limit { report.tooLong(FieldPath(), limit) }
  }

  private static let limit = 1_048_576

  private static func key(_ key: String, _ path: FieldPath, _ report: inout ValidationReport) {
    if !Names.isDataKey(key) {
      report.invalid(path, "must consist of letters, digits, '-', '_' and '.'", value: .string(key))
    }
  }

  private static func length(_ value: Value, isEncoded: Bool) -> Int {
    guard let text = value.string else { return 0 }
    return isEncoded ? Base64.decode(text)?.count ?? 0 : text.utf8.count
  }

  static func secret(_ object: Value, _ report: inout ValidationReport) {
    let data = object.map("data")
    let path = FieldPath("data")
    var size = 0
    for (key, value) in data {
      self.key(key, path.key(key), &report)
      size += length(value, isEncoded: true)
    }
    if size > limit { report.tooLong(path, limit) }
    needed(object, data, path, &report)
  }

  private static func needed(
    _ object: Value, _ data: Fields, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    func need(_ key: String) { if data[key] == nil { report.required(path.key(key)) } }
    switch object.text("type") {
    case "kubernetes.io/service-account-token":
      if (object.annotations["kubernetes.io/service-account.name"] ?? "").isEmpty {
        report.required(FieldPath("metadata", "annotations").key("kubernetes.io/service-account.name"))
      }
    case "kubernetes.io/dockercfg":
      need(".dockercfg")
      json(data, ".dockercfg", path, &report)
    case "kubernetes.io/dockerconfigjson":
      need(".dockerconfigjson")
      json(data, ".dockerconfigjson", path, &report)
    case "kubernetes.io/basic-auth":
      if data["username"] == nil, data["password"] == nil {
        report.required(path.key("username"))
        report.required(path.key("password"))
      }
    case "kubernetes.io/ssh-auth":
      if data["ssh-privatekey"].map({ length($0, isEncoded: true) }) ?? 0 == 0 {
        report.required(path.key("ssh-privatekey"))
      }
    case "kubernetes.io/tls":
      need("tls.crt")
      need("tls.key")
    default: break
    }
  }

  private static func json(_ data: Fields, _ key: String, _ path: FieldPath, _ report: inout ValidationReport) {
    guard let text = data[key]?.string, let bytes = Base64.decode(text) else { return }
    if !JSONSyntax.isObject(bytes) { report.invalid(path.key(key), "not a JSON object") }
  }

  // MARK: Changes

  static func configMapUpdate(_ object: Value, old: Value, _ report: inout ValidationReport) {
    guard old.flag("immutable") else { return }
    for field in ["immutable", "data", "binaryData"] where !Value.isSame(object[field], old[field]) {
      report.forbidden(FieldPath(field), "cannot be changed when immutable is set")
    }
  }

  static func secretUpdate(_ object: Value, old: Value, _ report: inout ValidationReport) {
    report.immutable(object["type"], old["type"], FieldPath("type"))
    guard old.flag("immutable") else { return }
    for field in ["immutable", "data"] where !Value.isSame(object[field], old[field]) {
      report.forbidden(FieldPath(field), "cannot be changed when immutable is set")
    }
  }
}
