internal import KCData
internal import KCKube

/// The versions of objects. Built-in kinds have one version here, but for events, which two groups serve, and
/// autoscalers, which are stored as `autoscaling/v2`; custom resources are stored in the version that their definition
/// says, and nothing but the version's name changes between theirs.
enum Versions {
  /// An object in the version that is asked for.
  ///
  /// - Returns: custom resources have the defaults that the stored version has now, and no fields that it lacks.
  static func read(_ object: Value, as type: ResourceType, _ catalogue: Catalogue) -> Value {
    if type.isLaterEvent { return Events.later(object, catalogue) }
    if type.isAutoscaler { return AutoscalerConversion.converted(object, to: type.apiVersion) }
    var out = object
    if catalogue.isCustom(type) {
      out = catalogue.schema.completed(out, apiVersion: storage(type, catalogue), kind: type.kind)
    }
    if out.apiVersion != type.apiVersion { out["apiVersion"] = .string(type.apiVersion) }
    return out
  }

  /// An object as it is stored.
  static func stored(_ object: Value, _ type: ResourceType, _ catalogue: Catalogue) -> Value {
    if type.isLaterEvent { return Events.core(object, catalogue) }
    if type.isAutoscaler { return AutoscalerConversion.converted(object, to: "autoscaling/v2") }
    guard catalogue.isCustom(type) else { return object }
    let version = storage(type, catalogue)
    if version == type.apiVersion { return object }
    var out = object
    out["apiVersion"] = .string(version)
    return catalogue.schema.completed(out, apiVersion: version, kind: type.kind)
  }

  private static func storage(_ type: ResourceType, _ catalogue: Catalogue) -> String {
    "\(type.group)/\(catalogue.storageVersion(of: type))"
  }
}

extension ResourceType {
  /// Whether this is the form of events that has a group of its own.
  var isLaterEvent: Bool { group == "events.k8s.io" && kind == "Event" }

  var isAutoscaler: Bool { group == "autoscaling" && kind == "HorizontalPodAutoscaler" }

  /// Where objects of this type are kept: events of both groups in one place.
  var storageKey: String { isLaterEvent ? "events" : qualifiedName }
}

/// Events in the core group's form, which is stored, and in that of `events.k8s.io`.
private enum Events {
  private static let names = [
    ("involvedObject", "regarding"), ("message", "note"), ("source", "deprecatedSource"),
    ("firstTimestamp", "deprecatedFirstTimestamp"), ("lastTimestamp", "deprecatedLastTimestamp"),
    ("count", "deprecatedCount"), ("reportingComponent", "reportingController"),
  ]

  static func later(_ event: Value, _ catalogue: Catalogue) -> Value {
    renamed(event, names, to: "events.k8s.io/v1", catalogue)
  }

  static func core(_ event: Value, _ catalogue: Catalogue) -> Value {
    renamed(event, names.map { ($0.1, $0.0) }, to: "v1", catalogue)
  }

  private static func renamed(
    _ event: Value, _ names: [(from: String, to: String)], to apiVersion: String, _ catalogue: Catalogue
  ) -> Value {
    if event.apiVersion == apiVersion { return event }
    var out = event
    for (from, to) in names {
      out[to] = event[from]
      out[from] = nil
    }
    out["apiVersion"] = .string(apiVersion)
    return catalogue.schema.canonical(out, apiVersion: apiVersion, kind: "Event")
  }
}
