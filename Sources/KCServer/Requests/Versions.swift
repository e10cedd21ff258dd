internal import KCData
internal import KCKube

/// Objects are stored in the version that they were written in, and read in the version that is asked for.
enum Versions {
  static func read(_ object: Value, as type: ResourceType) -> Value {
    if object.apiVersion == type.apiVersion { return object }
    var out = object
    out["apiVersion"] = .string(type.apiVersion)
    return out
  }
}
