import KCCodec
import KCData
import KCKube
import KCLang
import KCSyntax

@testable import KCPackage

/// A registry in memory, with a tag or more for each package.
final class MemoryRegistry: PackageRegistry {
  /// Manifests by digest, and digests by reference.
  var manifests: [String: [UInt8]] = [:]
  var names: [String: String] = [:]
  var blobs: [String: [UInt8]] = [:]
  /// What was asked for, in order.
  var requests: [String] = []
  var isReachable = true

  /// Publishes a package of these files; gives its digest.
  @discardableResult func publish(_ reference: String, _ files: [String: String]) throws -> String {
    let content = try PackageContent(files: files.mapValues { Array($0.utf8) })
    let packed = try PackedPackage(content, name: "any", summary: nil)
    manifests[packed.digest] = packed.manifest
    blobs[PackageDigest.of(packed.content)] = packed.content
    names[reference] = packed.digest
    return packed.digest
  }

  private func note(_ what: String) throws(PackageError) {
    requests.append(what)
    if !isReachable { throw PackageError(.registry, "the registry does not answer") }
  }

  func manifest(_ reference: PackageReference) throws(PackageError) -> (bytes: [UInt8], digest: String) {
    try note("manifest \(reference.text)")
    guard let digest = reference.digest ?? names[reference.text], let bytes = manifests[digest] else {
      throw PackageError(.missing, "there is no \(reference.text)")
    }
    return (bytes, digest)
  }

  func blob(_ blob: PackageManifest.Blob, of reference: PackageReference) throws(PackageError) -> [UInt8] {
    try note("blob \(reference.identity)")
    guard let bytes = blobs[blob.digest] else { throw PackageError(.missing, "there is no blob") }
    return bytes
  }

  func tags(_ reference: PackageReference) throws(PackageError) -> [String] {
    try note("tags \(reference.identity)")
    return names.keys.sorted().compactMap { try? PackageReference($0) }.filter { $0.identity == reference.identity }
      .compactMap(\.tag)
  }
}

/// A store in memory, which verifies as one on a disk does.
final class MemoryStore: PackageStore {
  var content: [String: [UInt8]] = [:]

  func read(_ digest: String) throws(PackageError) -> [UInt8]? {
    guard let bytes = content[digest] else { return nil }
    guard PackageDigest.of(bytes) == digest else { throw PackageError(.content, "\(digest) was changed") }
    return bytes
  }

  func keep(_ bytes: [UInt8], _ digest: String) { content[digest] = bytes }
}

/// Folders in memory: files by their whole paths.
struct MemoryFolders: PackageFolders {
  var root = "/code/shop"
  var files: [String: String] = [:]

  func open(_ path: String, from base: String) throws(PackageError) -> OpenPackage {
    var parts = base.split(separator: "/")
    for part in path.split(separator: "/") { if part == ".." { _ = parts.popLast() } else { parts.append(part) } }
    let folder = "/" + parts.joined(separator: "/")
    let own = files.filter { $0.key.hasPrefix(folder + "/") }
    if own.isEmpty && folder != root { throw PackageError(.missing, "there is no folder `\(path)`") }
    let inner = Dictionary(uniqueKeysWithValues: own.map { (String($0.key.dropFirst(folder.count + 1)), $0.value) })
    return OpenPackage(
      sources: MemorySources(inner), identity: folder, digest: nil, label: "../\(parts.last ?? "")")
  }
}

/// A project with these dependencies, as `project.kc` says it.
func project(_ name: String, _ dependencies: [String: String] = [:], extra: String = "") -> String {
  let lines = dependencies.sorted { $0.key < $1.key }.map { "  dependency \($0.key) = \"\($0.value)\"\n" }
  return "project \(name) {\n\(lines.joined())\(extra)}\n"
}

func parse(_ text: String) -> ProjectFile {
  ProjectFile(Parser.parse(SourceFile(id: 0, path: "project.kc", bytes: Array(text.utf8))))
}
