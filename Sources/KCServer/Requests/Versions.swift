internal import KCData
internal import KCKube

/// Objects are stored in the version that they were written in, and read in the version that is asked for.
enum Versions {
  /// - Returns: the object with the version's name; custom resources also with the defaults that their definition has
  ///   now, without fields that it does not have.
  static func read(_ object: Value, as type: ResourceType, _ catalogue: Catalogue) -> Value {
    var out = object
    if object.apiVersion != type.apiVersion { out["apiVersion"] = .string(type.apiVersion) }
    guard catalogue.isCustom(type) else { return out }
    return catalogue.schema.completed(out, apiVersion: type.apiVersion, kind: type.kind)
  }
}
