/// Names of source files.
struct FileNames {
  /// With more files than this, they lie in folders as the manifests do.
  static let mostSideBySide = 12

  /// The source file of each manifest file.
  private(set) var paths: [String: String] = [:]
  /// The file at the top that imports those in folders, which belong to the program only so; nil where there are none.
  private(set) var index: String?

  /// - Parameter isMirroring: whether many files are to lie in folders; else all lie side by side, as a project's files
  ///   do, their folders' names before their own.
  init(for files: [String], isMirroring: Bool) {
    var seen: Set<String> = []
    let distinct = files.filter { seen.insert($0).inserted }
    let folders = Self.ownFolders(distinct)
    let isMirrored = isMirroring && distinct.count > Self.mostSideBySide && folders.contains { $0.count > 1 }
    var taken = Set((["project"] + Lift.modules).map { "\($0).kc" })
    for (file, parts) in zip(distinct, folders) {
      let stem =
        isMirrored
        ? parts.enumerated().map { Self.stem(String($1), isFile: $0 == parts.count - 1) }.joined(separator: "/")
        : Self.stem(parts.isEmpty ? "main" : parts.joined(separator: "-"), isFile: true)
      var name = "\(stem.isEmpty ? "main" : stem).kc"
      var count = 1
      while !taken.insert(name).inserted {
        count += 1
        name = "\(stem)-\(count).kc"
      }
      paths[file] = name
    }
    if isMirrored { index = ["imports.kc", "all-files.kc", "import-of-all-files.kc"].first { !taken.contains($0) } }
  }

  /// The parts of each file's path, without the folders that all share.
  private static func ownFolders(_ files: [String]) -> [[Substring]] {
    var folders = files.map { file in file.split(separator: "/").filter { $0 != "." && $0 != ".." } }
    while let first = folders.first?.first, folders.allSatisfy({ $0.count > 1 && $0.first == first }) {
      for index in folders.indices { folders[index].removeFirst() }
    }
    return folders
  }

  /// How files are imported by one at the top: `import "./web/cache.kc"`, and `as web-cache` where others are called so.
  static func imports(_ paths: [String]) -> String {
    let parts = paths.map { $0.dropLast(3).split(separator: "/") }
    var uses: [String: Int] = [:]
    for parts in parts { for count in 1...max(1, parts.count) { uses[name(parts, count), default: 0] += 1 } }
    var text = "// Files in folders belong to the program because they are imported.\n\n"
    for (path, parts) in zip(paths, parts) {
      let stem = name(parts, 1)
      let count = (1...max(1, parts.count)).first { uses[name(parts, $0)] == 1 } ?? parts.count
      let own = name(parts, count)
      let isPlain = own == stem && SourceText.isBare(own) && !SourceText.isStandardName(own)
      let alias = SourceText.isBare(own) && !SourceText.isStandardName(own) ? own : "file-\(own)"
      text += "import \"./\(path)\"\(isPlain ? "" : " as \(alias)")\n"
    }
    return text
  }

  /// The last parts of a path as a name: `web-cache`.
  private static func name(_ parts: [Substring], _ count: Int) -> String {
    parts.suffix(count).joined(separator: "-")
  }

  /// How one file is named by another: `../shared.kc`.
  static func path(to target: String, from file: String) -> String {
    let depth = file.utf8.count { $0 == UInt8(ascii: "/") }
    return depth == 0 ? "./\(target)" : String(repeating: "../", count: depth) + target
  }

  /// Lower-case letters, digits and single dashes.
  private static func stem(_ name: String, isFile: Bool) -> String {
    var name = name[...]
    for ending in [".yaml", ".yml", ".json"] where isFile && name.lowercased().hasSuffix(ending) {
      name = name.dropLast(ending.count)
      break
    }
    var out = ""
    for byte in name.utf8 {
      switch byte {
      case 97...122, 48...57: out.unicodeScalars.append(Unicode.Scalar(byte))
      case 65...90: out.unicodeScalars.append(Unicode.Scalar(byte | 32))
      default: if out.last != "-", !out.isEmpty { out += "-" }
      }
    }
    while out.last == "-" { out.removeLast() }
    return out.isEmpty ? "main" : out
  }
}
