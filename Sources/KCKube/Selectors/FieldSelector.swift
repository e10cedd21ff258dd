public import KCData

/// A condition on fields of an object: `spec.nodeName=node-1,status.phase!=Failed`.
public struct FieldSelector: Sendable, Hashable {
  private struct Term: Hashable {
    var path: [String]
    var value: String
    var isEqual: Bool
  }

  private var terms: [Term] = []

  public var isEmpty: Bool { terms.isEmpty }

  /// Fields that every resource can be selected by.
  private static let common: Set<String> = ["metadata.name", "metadata.namespace"]
  /// Further fields, by kind.
  private static let byKind: [String: Set<String>] = [
    "Pod": [
      "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork",
      "status.phase", "status.podIP", "status.nominatedNodeName",
    ],
    "Event": [
      "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
      "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason",
      "reportingComponent", "source", "type",
    ],
    "Node": ["spec.unschedulable"], "Namespace": ["status.phase"], "Secret": ["type"],
    "Service": ["spec.clusterIP", "spec.type"], "ReplicaSet": ["status.replicas"],
    "ReplicationController": ["status.replicas"], "Job": ["status.successful"],
    "CertificateSigningRequest": ["spec.signerName"],
  ]

  /// Reads the text form.
  ///
  /// - Throws: `BadRequest` where it is malformed, or the kind cannot be selected by a field.
  public init(parsing text: String, kind: String? = nil) throws(APIStatus) {
    for part in text.split(separator: ",") {
      let term: (key: Substring, value: Substring, isEqual: Bool)
      if let split = Self.split(part, "!=") {
        term = (split.0, split.1, false)
      } else if let split = Self.split(part, "==") ?? Self.split(part, "=") {
        term = (split.0, split.1, true)
      } else {
        throw APIStatus(
          code: 400, reason: "BadRequest",
          message: "invalid field selector: \"\(text)\"; can't understand \"\(part)\"")
      }
      let field = String(term.key)
      if let kind, !Self.common.contains(field), !(Self.byKind[kind]?.contains(field) ?? false) {
        throw APIStatus(
          code: 400, reason: "BadRequest", message: "field label not supported: \(field)")
      }
      terms.append(
        Term(
          path: field.split(separator: ".").map(String.init), value: String(term.value), isEqual: term.isEqual))
    }
  }

  private static func split(_ text: Substring, _ separator: String) -> (Substring, Substring)? {
    guard let range = text.firstRange(of: separator) else { return nil }
    return (text[..<range.lowerBound], text[range.upperBound...])
  }

  public func matches(_ object: Value) -> Bool {
    terms.allSatisfy { term in
      let found: String
      switch object.at(term.path) {
      case .string(let text)?: found = text
      case .bool(let truth)?: found = truth ? "true" : "false"
      case .int(let number)?: found = String(number)
      default: found = term.path == ["spec", "unschedulable"] || term.path == ["spec", "hostNetwork"] ? "false" : ""
      }
      return (found == term.value) == term.isEqual
    }
  }

  /// The name that the selector asks for, if it asks for one: then a list is a lookup.
  public var exactName: String? { terms.first { $0.path == ["metadata", "name"] && $0.isEqual }?.value }
}
