internal import KCData
internal import KCKube

/// Resolves `fieldRef` and `resourceFieldRef`.
struct FieldReference {
  let pod: PodSpec
  let facts: PodFacts

  /// The text of a field of the pod, such as `metadata.labels['app']`.
  func field(_ path: String) throws(ConfigurationError) -> String {
    switch path {
    case "metadata.name": return pod.name
    case "metadata.namespace": return pod.namespace
    case "metadata.uid": return pod.uid
    case "metadata.labels": return Self.lines(pod.object.labels)
    case "metadata.annotations": return Self.lines(pod.object.annotations)
    case "spec.nodeName": return pod.spec["nodeName"]?.string ?? ""
    case "spec.serviceAccountName": return pod.spec["serviceAccountName"]?.string ?? ""
    case "status.hostIP": return facts.hostIP
    case "status.hostIPs": return facts.hostIP
    case "status.podIP": return facts.podIPs.first ?? ""
    case "status.podIPs": return facts.podIPs.joined(separator: ",")
    default:
      for (prefix, map) in [
        ("metadata.labels['", pod.object.labels), ("metadata.annotations['", pod.object.annotations),
      ]
      where path.hasPrefix(prefix) && path.hasSuffix("']") && path.count >= prefix.count + 2 {
        return map[String(path.dropFirst(prefix.count).dropLast(2))] ?? ""
      }
      throw ConfigurationError("the field \(path) cannot be referred to")
    }
  }

  /// The amount of a resource of a container, divided as asked and rounded up.
  ///
  /// - Parameter container: the container that the reference is in.
  func resource(_ reference: Value, container: Value?) throws(ConfigurationError) -> String {
    let name = reference["resource"]?.string ?? ""
    var target = container
    if let other = reference["containerName"]?.string, !other.isEmpty { target = pod.container(other)?.value }
    guard let target else { throw ConfigurationError("resource \(name): there is no such container") }
    let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
    guard parts.count == 2, ["limits", "requests"].contains(parts[0]),
      ["cpu", "memory", "ephemeral-storage"].contains(parts[1]) || parts[1].hasPrefix("hugepages-")
    else { throw ConfigurationError("the resource \(name) cannot be referred to") }
    var amount = QualityOfService.amount(target.at("resources", parts[0], parts[1]))
    if amount == nil, parts[0] == "limits" { amount = facts.allocatable[parts[1]] }
    let divisor = QualityOfService.amount(reference["divisor"]).flatMap { $0.nano > 0 ? $0 : nil } ?? Quantity(1)
    let nano = (amount ?? Quantity(0)).nano
    let (quotient, rest) = nano.quotientAndRemainder(dividingBy: divisor.nano)
    return String(rest > 0 ? quotient + 1 : quotient)
  }

  private static func lines(_ map: [String: String]) -> String {
    map.sorted { $0.key < $1.key }.map { "\($0.key)=\(quoted($0.value))" }.joined(separator: "\n")
  }

  private static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\t": out += "\\t"
      case "\r": out += "\\r"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}

/// What a pod's containers may be told that is not in its object.
struct PodFacts: Sendable, Hashable {
  var hostIP = ""
  var podIPs: [String] = []
  /// What the node has for pods, by resource.
  var allocatable: [String: Quantity] = [:]
}
