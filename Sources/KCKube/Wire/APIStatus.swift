public import KCData

/// A refusal by the API (`metav1.Status`), as an error.
public struct APIStatus: Error, Sendable, Hashable {
  /// The HTTP status code.
  public var code: Int
  /// The machine-readable reason, as in `metav1.StatusReason`: `NotFound`, `Conflict`, `Invalid`, …
  public var reason: String
  public var message: String
  public var details: Details?
  /// Where a list can be gone on with that cannot be as it was asked for: a `continue` token; empty for none.
  public var next: String

  public struct Details: Sendable, Hashable {
    public var name: String
    public var group: String
    public var kind: String
    public var uid: String
    public var causes: [Cause]
    public var retryAfterSeconds: Int?

    public init(
      name: String = "", group: String = "", kind: String = "", uid: String = "", causes: [Cause] = [],
      retryAfterSeconds: Int? = nil
    ) {
      self.name = name
      self.group = group
      self.kind = kind
      self.uid = uid
      self.causes = causes
      self.retryAfterSeconds = retryAfterSeconds
    }
  }

  /// One cause of an `Invalid` or `Conflict` answer.
  public struct Cause: Sendable, Hashable {
    /// `FieldValueInvalid`, `FieldValueRequired`, `FieldManagerConflict`, …
    public var reason: String
    public var message: String
    public var field: String

    public init(reason: String, message: String, field: String) {
      self.reason = reason
      self.message = message
      self.field = field
    }
  }

  public init(code: Int, reason: String, message: String, details: Details? = nil, next: String = "") {
    self.next = next
    self.code = code
    self.reason = reason
    self.message = message
    self.details = details
  }
}

extension APIStatus {
  /// The status as the object that goes over the wire.
  public var value: Value {
    var out: Value = [
      "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "message": .string(message),
      "reason": .string(reason),
    ]
    if !next.isEmpty { out["metadata"] = ["continue": .string(next)] }
    if let details {
      var inner: Value = [:]
      if !details.name.isEmpty { inner["name"] = .string(details.name) }
      if !details.group.isEmpty { inner["group"] = .string(details.group) }
      if !details.kind.isEmpty { inner["kind"] = .string(details.kind) }
      if !details.uid.isEmpty { inner["uid"] = .string(details.uid) }
      if !details.causes.isEmpty {
        inner["causes"] = .array(
          details.causes.map {
            ["reason": .string($0.reason), "message": .string($0.message), "field": .string($0.field)]
          })
      }
      if let retry = details.retryAfterSeconds { inner["retryAfterSeconds"] = Value(retry) }
      out["details"] = inner
    }
    out["code"] = Value(code)
    return out
  }

  /// Reads a `Status` object; nil where the value is something else.
  public init?(_ value: Value) {
    guard value["kind"]?.string == "Status", value["status"]?.string != "Success" else { return nil }
    code = Int(value["code"]?.int ?? 500)
    reason = value["reason"]?.string ?? "Unknown"
    next = value.at("metadata", "continue")?.string ?? ""
    message = value["message"]?.string ?? ""
    if let inner = value["details"], inner.object != nil {
      details = Details(
        name: inner["name"]?.string ?? "", group: inner["group"]?.string ?? "", kind: inner["kind"]?.string ?? "",
        uid: inner["uid"]?.string ?? "",
        causes: (inner["causes"]?.array ?? []).map {
          Cause(
            reason: $0["reason"]?.string ?? "", message: $0["message"]?.string ?? "", field: $0["field"]?.string ?? "")
        }, retryAfterSeconds: inner["retryAfterSeconds"]?.int.map { Int($0) })
    }
  }

  public var isNotFound: Bool { code == 404 && reason == "NotFound" }
  public var isConflict: Bool { code == 409 && reason == "Conflict" }
  public var isAlreadyExists: Bool { code == 409 && reason == "AlreadyExists" }
  /// Whether an object has fields that its kind does not have. Servers answer an apply so as if they were at fault
  /// themselves, and only in words.
  public var isMisfit: Bool { code == 500 && Self.misfits.contains { message.hasPrefix($0) } }
  private static let misfits = [
    "failed to create typed patch object", "failed to create typed live object", "failed to prune fields",
    "failed to convert merged object",
  ]
  /// The watch or list is too old and must start afresh.
  public var isExpired: Bool { code == 410 }
}
