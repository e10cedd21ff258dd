internal import CKubeSchema

/// The versions of Kubernetes, side by side.
extension KubeSchema {
  /// The versions whose types are known, from the oldest to the newest: `1.36`.
  public static let versions: [String] = (0..<kc_kubernetes_count()).map { String(cString: kc_kubernetes_version($0)) }

  /// The version that is taken where none is named: the newest.
  public static let defaultVersion = versions.last ?? ""

  /// The types of the default version, read when first used.
  public static let builtin = read(version: defaultVersion) ?? KubeSchema()

  /// The types of a version; nil for one that is not known. The default version is read once, others each time.
  ///
  /// - Parameter version: `1.36`, or as clusters write it: `v1.36.2`.
  public static func of(version: String) -> KubeSchema? {
    let name = minor(of: version)
    return name == defaultVersion ? builtin : read(version: name)
  }

  /// Major and minor version: `1.36` of `v1.36.2`.
  public static func minor(of version: String) -> String {
    let digits = version.hasPrefix("v") ? version.dropFirst() : version[...]
    return digits.split(separator: ".", omittingEmptySubsequences: false).prefix(2).joined(separator: ".")
  }

  private static func read(version: String) -> KubeSchema? {
    guard let index = versions.firstIndex(of: version) else { return nil }
    return SchemaReader.read(
      UnsafeBufferPointer(start: kc_kubernetes_schema(index), count: kc_kubernetes_schema_size(index)))
  }
}
