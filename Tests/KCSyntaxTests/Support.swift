import KCTestSupport
import KCSyntax

#if canImport(Glibc)
  import Glibc
#endif

/// Files that tests read and, on demand, rewrite.
enum Files {
  /// The project's folder.
  static let root: String = {
    var parts = #filePath.split(separator: "/")
    parts.removeLast(3)
    return "/" + parts.joined(separator: "/")
  }()

  static let fixtures = root + "/Tests/KCSyntaxTests/Fixtures"

  /// Whether expectations are to be rewritten.
  static var updates: Bool { getenv("KC_UPDATE").map { String(cString: $0) } == "1" }

  static func read(_ path: String) -> [UInt8]? { TestFile.read(path) }
  static func write(_ text: String, to path: String) { TestFile.write(text, to: path) }

  /// The paths of all files below a folder with this ending, sorted.
  static func find(_ folder: String, _ ending: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var found: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasPrefix(".") { continue }
      let path = "\(folder)/\(name)"
      if entry.pointee.d_type == UInt8(DT_DIR) {
        found += find(path, ending)
      } else if name.hasSuffix(ending) {
        found.append(path)
      }
    }
    return found.sorted()
  }

  /// The path as seen from the project's folder.
  static func short(_ path: String) -> String {
    path.hasPrefix(root + "/") ? String(path.dropFirst(root.count + 1)) : path
  }
}

func parse(_ text: String, path: String = "test.kc") -> SyntaxTree { parse(Array(text.utf8), path: path) }

func parse(_ bytes: [UInt8], path: String = "test.kc") -> SyntaxTree {
  Parser.parse(SourceFile(id: 0, path: path, bytes: bytes))
}

extension SyntaxTree {
  /// Kind and text of all tokens: what a formatter must not change.
  var tokenTexts: [String] { tokens.map { "\($0.kind) \(file.text($0.range))" } }

  /// All comments, without the space around them.
  var comments: [String] {
    var out: [String] = []
    var end = 0
    for token in tokens {
      let gap = file.text(end..<Int(token.start))
      out += gap.split(separator: "\n").map { $0.trimmingSpace() }.filter { !$0.isEmpty }
      end = token.range.upperBound
    }
    return out
  }
}

extension Substring {
  func trimmingSpace() -> String {
    var rest = self
    while let first = rest.first, first.isWhitespace { rest.removeFirst() }
    while let last = rest.last, last.isWhitespace { rest.removeLast() }
    return String(rest)
  }
}
