internal import KCData
internal import KCKube

/// What a write asks for beside its object.
struct WriteOptions {
  enum FieldValidation: String { case ignore = "Ignore", warn = "Warn", strict = "Strict" }

  var isDryRun = false
  var manager: String
  /// Whether the request named its manager itself.
  var isManagerNamed: Bool
  var fieldValidation = FieldValidation.warn
  var force = false
  /// `CreateOptions`, `UpdateOptions` or `PatchOptions`.
  let kind: String

  init(_ request: APIRequest) throws(APIStatus) {
    let isApply = request.contentType?.hasPrefix("application/apply-patch") ?? false
    kind = ["POST": "CreateOptions", "PUT": "UpdateOptions"][request.method] ?? "PatchOptions"
    var causes: [APIStatus.Cause] = []
    isDryRun = Self.dryRun(request.query.filter { $0.name == "dryRun" }.map(\.value), &causes)
    let named = request[query: "fieldManager"] ?? ""
    isManagerNamed = !named.isEmpty
    manager = named.isEmpty ? Self.agent(request) : named
    if named.utf8.count > 128 {
      causes.append(
        .init(
          reason: "FieldValueTooLong", message: "Too long: may not be more than 128 bytes", field: "fieldManager"))
    }
    if let text = request[query: "fieldValidation"], !text.isEmpty {
      if let level = FieldValidation(rawValue: text) {
        fieldValidation = level
      } else {
        causes.append(
          .init(
            reason: "FieldValueNotSupported",
            message: "Unsupported value: \"\(text)\": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\"",
            field: "fieldValidation"))
      }
    }
    force = ListOptions.truth(request[query: "force"])
    if kind == "PatchOptions" {
      if isApply, named.isEmpty {
        causes.append(
          .init(
            reason: "FieldValueRequired", message: "Required value: is required for apply patch",
            field: "fieldManager"))
      }
      if !isApply, request[query: "force"] != nil {
        causes.append(
          .init(
            reason: "FieldValueForbidden", message: "Forbidden: may not be specified for non-apply patch",
            field: "force"))
      }
    }
    if !causes.isEmpty { throw .options(kind, causes) }
  }

  /// Reads the one value that is allowed.
  static func dryRun(_ values: [String], _ causes: inout [APIStatus.Cause]) -> Bool {
    if values.isEmpty { return false }
    if values.allSatisfy({ $0 == "All" }) { return true }
    let shown = values.map { "\"\($0)\"" }.joined(separator: ",")
    causes.append(
      .init(
        reason: "FieldValueNotSupported", message: "Unsupported value: [\(shown)]: supported values: \"All\"",
        field: "dryRun"))
    return false
  }

  /// A client without a manager's name goes by the first word of its user agent.
  private static func agent(_ request: APIRequest) -> String {
    let name = (request.headers["user-agent"] ?? "").prefix { $0 != "/" && $0 != " " }
    return name.isEmpty ? "unknown" : String(name.prefix(128))
  }
}

/// What a deletion asks for.
struct DeleteOptions {
  var gracePeriod: Int64?
  var propagation: String?
  var uid: String?
  var resourceVersion: String?
  var isDryRun = false

  /// - Parameter body: the options as an object; null where they are in the query.
  init(_ body: Value, _ request: APIRequest) throws(APIStatus) {
    if let kind = body.kind, kind != "DeleteOptions", kind != "Eviction" {
      throw .badRequest(
        "no kind \"\(kind)\" is registered for version \"\(body.apiVersion ?? "")\" as options of a deletion")
    }
    var causes: [APIStatus.Cause] = []
    var dryRun = (body["dryRun"]?.array ?? []).compactMap(\.string)
    var orphans = body["orphanDependents"]?.bool
    gracePeriod = body["gracePeriodSeconds"]?.int
    propagation = body["propagationPolicy"]?.string
    if let period = body["gracePeriodSeconds"], period != .null, gracePeriod == nil {
      throw .badRequest("gracePeriodSeconds: an integer is expected")
    }
    if body.object == nil {
      if let text = request[query: "gracePeriodSeconds"] {
        guard let number = Int64(text) else { throw .number(text) }
        gracePeriod = number
      }
      propagation = request[query: "propagationPolicy"]
      orphans = request[query: "orphanDependents"].map { ListOptions.truth($0) }
      dryRun = request.query.filter { $0.name == "dryRun" }.map(\.value)
    }
    uid = body.at("preconditions", "uid")?.string
    resourceVersion = body.at("preconditions", "resourceVersion")?.string
    isDryRun = WriteOptions.dryRun(dryRun, &causes)
    if let propagation, !["Foreground", "Background", "Orphan"].contains(propagation) {
      causes.append(
        .init(
          reason: "FieldValueNotSupported",
          message: "Unsupported value: \"\(propagation)\": supported values: \"Foreground\", \"Background\", "
            + "\"Orphan\", \"nil\"", field: "propagationPolicy"))
    } else if let propagation, orphans != nil {
      causes.append(
        .init(
          reason: "FieldValueInvalid",
          message: "Invalid value: \"\(propagation)\": orphanDependents and deletionPropagation cannot be both set",
          field: "propagationPolicy"))
    }
    if orphans == true { propagation = "Orphan" }
    if let period = gracePeriod, period < 0 { gracePeriod = 1 }
    if !causes.isEmpty { throw .options("DeleteOptions", causes) }
  }
}
