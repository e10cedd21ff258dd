internal import KCData

/// The fields that objects of a kind can be selected by.
struct SelectableFields: Sendable, Hashable {
  /// How a field that is not among them is refused.
  private enum Wording: Hashable {
    case anything, unknown, unsupported
    case unsupportedFor(String)
  }

  private var names: Set<String> = []
  private var wording = Wording.anything

  private static let metadata: Set<String> = ["metadata.name", "metadata.namespace"]

  static func custom(_ fields: [String]) -> SelectableFields {
    SelectableFields(names: metadata.union(fields), wording: .unsupported)
  }

  /// - Parameter group: nil for the first kind of that name.
  static func of(kind: String, group: String?) -> SelectableFields {
    let isEventsGroup = group == "events.k8s.io"
    switch kind {
    case "Pod":
      return custom([
        "spec.nodeName", "spec.host", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName",
        "spec.hostNetwork", "status.phase", "status.podIP", "status.podIPs", "status.nominatedNodeName",
      ])
    case "Event" where isEventsGroup:
      return custom(regarding("regarding") + ["reason", "reportingController", "type"])
    case "Event":
      return custom(
        regarding("involvedObject") + ["reason", "reportingComponent", "source", "type"])
    case "Node": return SelectableFields(names: ["metadata.name", "spec.unschedulable"], wording: .unsupported)
    case "Namespace": return SelectableFields(names: ["metadata.name", "status.phase"], wording: .unsupported)
    case "Secret": return custom(["type"])
    case "Service": return custom(["spec.clusterIP", "spec.type"])
    case "ReplicationController": return custom(["status.replicas"])
    case "Job":
      return SelectableFields(names: metadata.union(["status.successful"]), wording: .unsupportedFor("Job"))
    case "CertificateSigningRequest":
      return SelectableFields(names: ["metadata.name", "spec.signerName"], wording: .unsupported)
    case "ResourceSlice":
      return SelectableFields(names: ["metadata.name", "spec.nodeName", "spec.driver"], wording: .unsupported)
    default: return SelectableFields(names: metadata, wording: .unknown)
    }
  }

  private static func regarding(_ field: String) -> [String] {
    ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"].map { "\(field).\($0)" }
  }

  /// Why a field cannot be used; nil where it can.
  func problem(_ field: String) -> String? {
    if wording == .anything || names.contains(field) { return nil }
    switch wording {
    case .anything: return nil
    case .unknown: return "\"\(field)\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
    case .unsupported: return "field label not supported: \(field)"
    case .unsupportedFor(let kind): return "field label \"\(field)\" not supported for \(kind)"
    }
  }

  /// The value of a field as text; what is not set is the zero of its type.
  func text(_ field: String, of object: Value) -> String {
    switch field {
    case "status.successful": return shown(object.at("status", "succeeded") ?? 0)
    case "status.replicas": return shown(object.at("status", "replicas") ?? 0)
    case "spec.unschedulable", "spec.hostNetwork":
      return shown(object.at(field.split(separator: ".").map(String.init)) ?? false)
    case "spec.host": return shown(object.at("spec", "nodeName"))
    case "source" where object["source"]?.object != nil || object.kind == "Event":
      return shown(object.at("source", "component") ?? object["reportingComponent"])
    case "reportingController", "reportingComponent":
      return shown(object["reportingController"] ?? object["reportingComponent"])
    default: return shown(object.at(field.split(separator: ".").map(String.init)))
    }
  }

  private func shown(_ value: Value?) -> String {
    switch value {
    case .string(let text)?: text
    case .bool(let truth)?: truth ? "true" : "false"
    case .int(let number)?: String(number)
    default: ""
    }
  }
}
