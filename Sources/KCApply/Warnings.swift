internal import KCClient
internal import KCData
internal import KCKube

/// What an event warns of.
struct Warning: Sendable {
  var reason: String
  /// With the name of the object, where that is not the one that was asked about.
  var text: String
  /// Whether time will not cure it.
  var isFinal: Bool
  /// The pod that it is about; nil where it is about the workload itself.
  var pod: String?
  /// Whether it tells why a container was ended.
  var tellsOfKilling = false
}

extension Applier {
  /// The newest warnings about these objects, newest first but what is final before all; none where events cannot be
  /// read.
  func warnings(of objects: [Value]) async -> [Warning] {
    guard let first = objects.first, let type = client.types.find(apiVersion: "v1", kind: "Event") else { return [] }
    let names = Dictionary(
      objects.compactMap { object in object.uid.map { ($0, object) } }, uniquingKeysWith: { first, _ in first })
    let list = try? await client.list(
      type, namespace: first.namespace ?? "default", fieldSelector: "type=Warning", limit: 500)
    var found: [(time: String, warning: Warning)] = []
    for event in list?.items ?? [] {
      guard event["type"]?.string == "Warning", let uid = event.at("involvedObject", "uid")?.string,
        let object = names[uid], let warning = Self.warning(event, about: object, main: first)
      else { continue }
      let time = event["lastTimestamp"]?.string ?? event["eventTime"]?.string ?? ""
      found.append((time, warning))
    }
    let sorted = found.sorted { $0.time > $1.time }.map(\.warning)
    return sorted.filter(\.isFinal) + sorted.filter { !$0.isFinal }
  }

  /// So often a volume cannot be mounted before that counts as certain.
  static let hopelessMounts: Int64 = 3

  private static func warning(_ event: Value, about object: Value, main: Value) -> Warning? {
    guard let reason = event["reason"]?.string, let message = event["message"]?.string else { return nil }
    let count = max(event["count"]?.int ?? 1, event.at("series", "count")?.int ?? 1)
    let isOwn = object.uid == main.uid
    let prefix = isOwn ? "" : "pod \(object.name ?? ""): "
    let text = prefix + message.split(separator: "\n").prefix(3).joined(separator: " ")
    var warning = Warning(reason: reason, text: text, isFinal: false, pod: isOwn ? nil : object.name)
    switch reason {
    // The pod's own status tells of these, and better.
    case "Failed", "BackOff", "FailedScheduling", "FailedToRetrieveImagePullSecret": return nil
    case "FailedCreate":
      warning.isFinal =
        !Health.passes(message)
        && ["exceeded quota", "is forbidden", "is invalid", "denied the request"].contains { message.contains($0) }
    case "FailedMount", "FailedAttachVolume":
      warning.isFinal = count >= hopelessMounts
    case "Unhealthy":
      // A probe that failed once or twice while the program started is no news.
      guard let trouble = ProbeTrouble(message: message, count: count), !(object.isReady && trouble.kind == .readiness),
        !trouble.follows(from: object, now: ApplyLock.now())
      else { return nil }
      warning.isFinal = trouble.isCertain(object, now: ApplyLock.now())
      warning.text = prefix + trouble.words
      warning.tellsOfKilling = trouble.kind != .readiness
    case "FailedPostStartHook": warning.tellsOfKilling = true
    default: break
    }
    return warning
  }
}
