internal import KCCodec
public import KCLang

/// The files of a package, in memory: what is packed, and what was unpacked. Nothing is ever unpacked to the disk.
public struct PackageContent: Sendable, Hashable {
  /// Limits that keep a package from filling memory. Each is named where it is passed.
  public enum Limit {
    public static let files = 2000
    /// Bytes of a file.
    public static let file = 4 << 20
    /// Bytes of all files, with what the archive adds.
    public static let archive = 32 << 20
    /// Bytes of a path.
    public static let path = 200
  }

  /// Contents by path, from the package's folder.
  public private(set) var files: [String: [UInt8]]

  /// - Throws: where paths are not those of a package, two of them clash, or a limit is passed.
  public init(files: [String: [UInt8]]) throws(PackageError) {
    self.files = [:]
    var folded: [String: String] = [:]
    for (path, content) in files.sorted(by: { $0.key < $1.key }) { try add(path, content[...], &folded) }
    try checkFolders()
  }

  /// Unpacks an archive: a tar, compressed or not.
  ///
  /// - Throws: where it is no archive, or holds what a package does not: paths that are absolute or lead out, links,
  ///   devices, a file twice, names that differ by case only, or more than the limits.
  public init(archive: [UInt8]) throws(PackageError) {
    files = [:]
    var tar = archive
    if Gzip.isCompressed(archive) {
      do throws(Gzip.Failure) {
        tar = try Gzip.decompress(archive, limit: Limit.archive)
      } catch {
        throw PackageError(
          .content,
          error == .damaged
            ? "the package is damaged: it does not unpack"
            : "the package is larger than the \(Limit.archive >> 20) MiB that a package may have")
      }
    }
    guard tar.count <= Limit.archive else { throw Self.tooLarge }
    var reader = TarReader(tar)
    var folded: [String: String] = [:]
    while let (path, content) = try reader.next() { try add(path, content, &folded) }
    try checkFolders()
  }

  /// The archive: the same files give the same bytes. It is not compressed, because what compression makes of the same
  /// bytes differs from one version of a library to the next, and sources are small.
  ///
  /// - Throws: where a path has no room in it, or a limit is passed.
  public func archive() throws(PackageError) -> [UInt8] {
    var tar = TarWriter()
    for (path, content) in files.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
      try tar.add(path, content)
    }
    let bytes = tar.finished()
    guard bytes.count <= Limit.archive else { throw Self.tooLarge }
    return bytes
  }

  private static let tooLarge = PackageError(
    .content, "the package is larger than the \(Limit.archive >> 20) MiB that a package may have")

  private mutating func add(
    _ path: String, _ content: ArraySlice<UInt8>, _ folded: inout [String: String]
  ) throws(PackageError) {
    if let why = Self.refusal(path) {
      throw PackageError(.content, "`\(path.shown)` is no path of a file in a package: \(why)")
    }
    if let other = folded.updateValue(path, forKey: path.lowercased()) {
      throw PackageError(
        .content,
        other == path
          ? "the package holds `\(path)` twice"
          : "the package holds `\(other)` and `\(path)`, which are one file where case does not count")
    }
    guard content.count <= Limit.file else {
      throw PackageError(.content, "`\(path)` in the package is larger than \(Limit.file >> 20) MiB")
    }
    guard files.count < Limit.files else {
      throw PackageError(.content, "the package holds more than \(Limit.files) files")
    }
    files[path] = Array(content)
  }

  /// No file is a folder of another.
  private func checkFolders() throws(PackageError) {
    let names = Set(files.keys.map { $0.lowercased() })
    for path in files.keys.sorted() {
      var folder = path[...]
      while let slash = folder.lastIndex(of: "/") {
        folder = folder[..<slash]
        if names.contains(folder.lowercased()) {
          throw PackageError(.content, "`\(folder)` in the package is both a file and the folder of `\(path)`")
        }
      }
    }
  }

  /// Why a path cannot be that of a file in a package; nil where it can.
  private static func refusal(_ path: String) -> String? {
    if path.isEmpty { return "it is empty" }
    if path.hasPrefix("/") { return "it is absolute" }
    if path.utf8.count > Limit.path { return "it has more than \(Limit.path) bytes" }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    if parts.count > 16 { return "it lies more than 16 folders deep" }
    for part in parts {
      if part == ".." { return "it leads out of the package" }
      if part.isEmpty || part == "." { return "it holds an empty part" }
      // What a name may have on every file system: `C:`, `a\b` and the like mean something else on some.
      let isPlain = part.utf8.allSatisfy { byte in
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
          || [45, 46, 95, 43, 64].contains(byte)
      }
      if !isPlain { return "names have letters, digits and `._-+@`" }
    }
    return nil
  }
}

extension PackageContent: SourceProvider {
  public func read(_ path: String) -> SourceResult { files[path].map { .bytes($0) } ?? .missing }
  public func modules() -> [String] { files.keys.filter { $0.hasSuffix(".kc") }.sorted() }
}
