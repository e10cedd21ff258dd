/// Names of source files.
enum FileNames {
  /// A path for each file: its own without the folders that all share, joined with dashes, so that the files lie side by
  /// side, where a project's files are found.
  static func paths(for files: [String]) -> [String: String] {
    var seen: Set<String> = []
    let distinct = files.filter { seen.insert($0).inserted }
    var folders: [[Substring]] = distinct.map { file in
      file.split(separator: "/").filter { $0 != "." && $0 != ".." }
    }
    while let first = folders.first?.first, folders.allSatisfy({ $0.count > 1 && $0.first == first }) {
      for index in folders.indices { folders[index].removeFirst() }
    }
    var taken: Set<String> = ["project.kc"]
    var out: [String: String] = [:]
    for (file, parts) in zip(distinct, folders) {
      let stem = self.stem(parts.isEmpty ? "main" : parts.joined(separator: "-"))
      var name = "\(stem).kc"
      var count = 1
      while !taken.insert(name).inserted {
        count += 1
        name = "\(stem)-\(count).kc"
      }
      out[file] = name
    }
    return out
  }

  /// Lower-case letters, digits and single dashes.
  private static func stem(_ name: String) -> String {
    var name = name[...]
    for ending in [".yaml", ".yml", ".json"] where name.lowercased().hasSuffix(ending) {
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
