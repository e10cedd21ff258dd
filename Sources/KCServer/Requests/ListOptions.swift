internal import KCKube

/// What a list, a watch or the deletion of a collection asks for.
struct ListOptions {
  var labels: LabelSelector?
  var fields: FieldSelector?
  var limit = 0
  var token: ContinueToken?
  /// nil where any version will do.
  var version: Int64?
  var isExact = false
  var isWatch: Bool
  var wantsBookmarks: Bool
  /// nil where the request does not say.
  var sendsInitial: Bool?
  var timeout: Int?

  /// - Parameter selectable: the fields that the definition of a custom resource names.
  init(_ request: APIRequest, _ info: RequestInfo, selectable: [String] = []) throws(APIStatus) {
    isWatch = info.isWatchPath || Self.truth(request[query: "watch"])
    wantsBookmarks = Self.truth(request[query: "allowWatchBookmarks"])
    sendsInitial = request[query: "sendInitialEvents"].map { Self.truth($0) }
    if let text = request[query: "limit"] {
      guard let number = Int(text) else { throw .number(text) }
      limit = number
    }
    if let text = request[query: "timeoutSeconds"] {
      guard let number = Int(text) else { throw .number(text) }
      timeout = number
    }
    try check(request)
    if let text = request[query: "labelSelector"], !text.isEmpty { labels = try LabelSelector(parsing: text) }
    if let text = request[query: "fieldSelector"], !text.isEmpty {
      fields = try FieldSelector(parsing: text, type: info.type, selectable: selectable)
    }
    if info.isWatchPath, let name = info.name {
      fields = try FieldSelector(parsing: "metadata.name=\(name)", type: info.type)
    }
    try readVersion(request)
  }

  /// Any text but these says yes, as in Kubernetes.
  static func truth(_ text: String?) -> Bool { text.map { !["false", "0"].contains($0.lowercased()) } ?? false }

  private mutating func readVersion(_ request: APIRequest) throws(APIStatus) {
    let text = request[query: "resourceVersion"] ?? ""
    if !text.isEmpty {
      guard let number = Int64(text), number >= 0 else {
        let why = "resourceVersion: Invalid value: \"\(text)\": strconv.ParseUint: parsing \"\(text)\": invalid syntax"
        throw isWatch ? .plain(500, why) : .badRequest("invalid resource version: \(why)")
      }
      version = number
    }
    if let text = request[query: "continue"], !text.isEmpty, !isWatch {
      token = try ContinueToken(text)
      if version ?? 0 != 0 { throw .badRequest("specifying resource version is not allowed when using continue") }
    }
    let match = request[query: "resourceVersionMatch"] ?? ""
    isExact = match == "Exact" || (match.isEmpty && limit > 0 && version ?? 0 > 0)
  }

  private func check(_ request: APIRequest) throws(APIStatus) {
    let match = request[query: "resourceVersionMatch"] ?? ""
    let hasVersion = !(request[query: "resourceVersion"] ?? "").isEmpty
    var causes: [APIStatus.Cause] = []
    func forbid(_ field: String, _ why: String) {
      causes.append(.init(reason: "FieldValueForbidden", message: "Forbidden: \(why)", field: field))
    }
    func unsupported(_ allowed: String) {
      causes.append(
        .init(
          reason: "FieldValueNotSupported", message: "Unsupported value: \"\(match)\": supported values: \(allowed)",
          field: "resourceVersionMatch"))
    }
    if isWatch {
      if sendsInitial != nil {
        if match != "NotOlderThan" {
          forbid("resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")
          if !match.isEmpty { unsupported("\"NotOlderThan\"") }
        }
      } else if !match.isEmpty {
        forbid(
          "resourceVersionMatch", "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided")
      }
    } else {
      if !match.isEmpty {
        if !hasVersion {
          forbid("resourceVersionMatch", "resourceVersionMatch is forbidden unless resourceVersion is provided")
        }
        if request[query: "continue"]?.isEmpty == false {
          forbid("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided")
        }
        if !["Exact", "NotOlderThan"].contains(match) { unsupported("\"Exact\", \"NotOlderThan\", \"\"") }
        if match == "Exact", request[query: "resourceVersion"] == "0" {
          forbid("resourceVersionMatch", "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"")
        }
      }
      if sendsInitial != nil { forbid("sendInitialEvents", "sendInitialEvents is forbidden for list") }
    }
    if !causes.isEmpty { throw .options("ListOptions", causes) }
  }
}
