internal import KCData

/// What the server sets or clears in an object before it looks at who changed what.
enum ServerFields {
  private static let templateGeneration = "deprecated.daemonset.template.generation"

  static func compared(_ object: Value, isNew: Bool, _ type: ResourceType) -> Value {
    var out = object
    if isNew {
      for field in ["deletionTimestamp", "deletionGracePeriodSeconds"] where out.at("metadata", field) != nil {
        out.set(nil, at: "metadata", field)
      }
    }
    // A daemon set counts its templates in an annotation, whether the writer knows it or not.
    if type.kind == "DaemonSet", type.group == "apps", out.at("metadata", "annotations", templateGeneration) == nil {
      out.set("0", at: "metadata", "annotations", templateGeneration)
    }
    return out
  }
}
