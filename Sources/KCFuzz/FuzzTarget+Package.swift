import KCLang
import KCPackage

/// What comes from registries, and the small texts about packages.
extension FuzzTarget {
  static func package(_ bytes: [UInt8]) -> String? {
    _ = try? PackageManifest(bytes)
    let text = String(decoding: bytes.prefix(4096), as: UTF8.self)
    if let lock = try? LockFile(text), (try? LockFile(lock.text)) != lock { return "a lock reads differently" }
    if let source = try? PackageSource(text), (try? PackageSource(source.text)) != source {
      return "a source reads differently"
    }
    if var edit = try? ProjectEdit(bytes), let source = try? PackageSource("path:../lib") {
      let isNew = !edit.file.dependencies.contains { $0.name == "added" }
      guard (try? edit.set("added", to: source)) != nil else { return "a dependency cannot be added" }
      if isNew, (try? edit.remove("added")) != true { return "what was added cannot be removed" }
    }
    guard let content = try? PackageContent(archive: bytes) else { return nil }
    for path in content.files.keys where path.hasPrefix("/") || path.split(separator: "/").contains("..") {
      return "the path \(path) leads out of the package"
    }
    guard let archive = try? content.archive(), let again = try? PackageContent(archive: archive) else {
      return "what was unpacked cannot be packed"
    }
    return again == content ? nil : "what was packed unpacks differently"
  }
}
