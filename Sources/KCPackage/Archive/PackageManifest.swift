internal import KCCodec
internal import KCData

/// The manifest of a package in a registry (OCI image specification 1.1, an artifact with a type of its own).
public struct PackageManifest: Sendable, Hashable {
  public static let mediaType = "application/vnd.oci.image.manifest.v1+json"
  public static let artifactType = "application/vnd.kc.package.v1"
  static let configType = "application/vnd.kc.package.config.v1+json"
  static let contentType = "application/vnd.kc.package.content.v1.tar"
  /// Bytes that a manifest may have.
  public static let limit = 1 << 20

  /// Content by its digest.
  public struct Blob: Sendable, Hashable {
    public var digest: String
    public var size: Int
  }

  public var config: Blob
  /// The archive.
  public var content: Blob

  /// Reads a manifest.
  ///
  /// - Throws: where it is none, or that of something else than a package.
  public init(_ bytes: [UInt8]) throws(PackageError) {
    guard bytes.count <= Self.limit, let value = try? JSON.parse(bytes), value["schemaVersion"]?.int == 2 else {
      throw PackageError(.content, "what the registry has there is no manifest of an OCI artifact")
    }
    guard value["artifactType"]?.string == Self.artifactType else {
      let what = value["artifactType"]?.string ?? value.at("config", "mediaType")?.string ?? value["mediaType"]?.string
      throw PackageError(
        .content, "what the registry has there is no package of kc\(what.map { ", but `\($0.shown)`" } ?? "")",
        help: "`kc publish` makes packages")
    }
    guard let layers = value["layers"]?.array, layers.count == 1, let config = Self.blob(value["config"]),
      let content = Self.blob(layers[0]),
      [Self.contentType, Self.contentType + "+gzip"].contains(layers[0]["mediaType"]?.string ?? ""),
      (0...PackageContent.Limit.archive).contains(content.size), (0...Self.limit).contains(config.size)
    else { throw PackageError(.content, "the package's manifest is not one that this kc reads") }
    self.config = config
    self.content = content
  }

  private static func blob(_ value: Value?) -> Blob? {
    guard let digest = value?["digest"]?.string, PackageDigest.isValid(digest), let size = value?["size"]?.int else {
      return nil
    }
    return Blob(digest: digest, size: Int(clamping: size))
  }
}

/// Digests as registries write them.
public enum PackageDigest {
  public static func of(_ bytes: [UInt8]) -> String { "sha256:" + SHA256.hex(bytes) }

  static func isValid(_ text: String) -> Bool {
    text.hasPrefix("sha256:") && text.utf8.count == 71
      && text.utf8.dropFirst(7).allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
  }

  /// Enough of a digest for people: `sha256:0123456789ab`.
  public static func short(_ digest: String) -> String { String(digest.prefix(19)) }
}

/// A package, ready to be sent: the same files give the same bytes and digests.
public struct PackedPackage: Sendable {
  public let manifest: [UInt8]
  public let config: [UInt8]
  public let content: [UInt8]
  /// That of the manifest, which pins all.
  public let digest: String

  /// - Parameters:
  ///   - name: what its `project.kc` calls it.
  ///   - summary: the first paragraph of its documentation.
  public init(_ files: PackageContent, name: String, summary: String?) throws(PackageError) {
    content = try files.archive()
    config = JSON.bytes(["name": .string(name)], sorted: true)
    var annotations: Value = ["org.opencontainers.image.title": .string(name)]
    annotations["org.opencontainers.image.description"] = summary.map { .string($0) }
    let value: Value = [
      "schemaVersion": 2, "mediaType": .string(PackageManifest.mediaType),
      "artifactType": .string(PackageManifest.artifactType),
      "config": Self.descriptor(PackageManifest.configType, config),
      "layers": [Self.descriptor(PackageManifest.contentType, content)], "annotations": annotations,
    ]
    manifest = JSON.bytes(value, sorted: true)
    digest = PackageDigest.of(manifest)
  }

  private static func descriptor(_ type: String, _ bytes: [UInt8]) -> Value {
    ["mediaType": .string(type), "digest": .string(PackageDigest.of(bytes)), "size": Value(bytes.count)]
  }
}
