internal import KCData
internal import KCKube

/// The versions of objects. Built-in ones are stored in the version that they were written in, custom resources in the
/// version that their definition says; nothing but the version's name changes between versions.
enum Versions {
  /// An object in the version that is asked for.
  ///
  /// - Returns: custom resources have the defaults that the stored version has now, and no fields that it does not have.
  static func read(_ object: Value, as type: ResourceType, _ catalogue: Catalogue) -> Value {
    var out = object
    if catalogue.isCustom(type) {
      out = catalogue.schema.completed(out, apiVersion: storage(type, catalogue), kind: type.kind)
    }
    if out.apiVersion != type.apiVersion { out["apiVersion"] = .string(type.apiVersion) }
    return out
  }

  /// An object as it is stored.
  static func stored(_ object: Value, _ type: ResourceType, _ catalogue: Catalogue) -> Value {
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
