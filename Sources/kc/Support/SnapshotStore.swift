import Glibc
import KCCodec
import KCLang

/// The files that snapshots of tests are kept in: `snapshots/<file>/<test>.<name>.yaml` beside the test's file.
struct SnapshotStore {
  /// The project's folder.
  let root: String

  /// Compares what tests took with what is kept, or keeps it; what differs is added to the failures.
  ///
  /// - Returns: how many files were written.
  func settle(_ results: inout [TestResult], update: Bool) -> Int {
    var written = 0
    var taken: [String: SourceLocation] = [:]
    for place in results.indices {
      for snapshot in results[place].snapshots {
        let path = path(of: snapshot, in: results[place])
        let text = snapshot.values.map { YAML.text(Render.ordered($0)) }.joined(separator: "---\n")
        if taken.updateValue(snapshot.location, forKey: path) != nil {
          fail(&results[place], snapshot, "another snapshot has the same name", "say `as \"…\"` to tell them apart")
        } else if update {
          if Files.readText("\(root)/\(path)") == text { continue }
          makeFolders(path)
          if let why = Files.write(Array(text.utf8), to: "\(root)/\(path)") {
            fail(&results[place], snapshot, "\(path) cannot be written: \(why)", "")
          } else {
            written += 1
          }
        } else if let kept = Files.readText("\(root)/\(path)") {
          if kept == text { continue }
          let difference = LineDifference(from: kept, to: text).text
          fail(&results[place], snapshot, "it is not what \(path) says; `--update` takes it over", difference)
        } else {
          fail(&results[place], snapshot, "there is no \(path) yet; `--update` writes it", "")
        }
      }
    }
    return written
  }

  private func fail(_ result: inout TestResult, _ snapshot: TestSnapshot, _ message: String, _ detail: String) {
    result.failures.append(TestFailure(location: snapshot.location, message: message, detail: detail))
  }

  private func path(of snapshot: TestSnapshot, in result: TestResult) -> String {
    var parts = result.location.file.split(separator: "/").map(String.init)
    let file = parts.popLast() ?? "main.kc"
    let stem = file.hasSuffix(".kc") ? String(file.dropLast(3)) : file
    parts += ["snapshots", stem, "\(Self.plain(result.name)).\(Self.plain(snapshot.name)).yaml"]
    return parts.joined(separator: "/")
  }

  /// A name as part of a file's name: letters, digits and dashes.
  static func plain(_ name: String) -> String {
    var out = ""
    for byte in name.lowercased().utf8 {
      let isPlain = (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte)
      if isPlain { out.unicodeScalars.append(Unicode.Scalar(byte)) } else if !out.hasSuffix("-") { out += "-" }
    }
    while out.hasSuffix("-") { out.removeLast() }
    return out.isEmpty ? "snapshot" : String(out.prefix(80))
  }

  private func makeFolders(_ path: String) {
    var folder = root
    for part in path.split(separator: "/").dropLast() {
      folder += "/\(part)"
      mkdir(folder, 0o755)
    }
  }
}

/// What is different between two texts, by lines: those that both begin and end with are left out.
struct LineDifference {
  private let old: [Substring]
  private let new: [Substring]

  init(from old: String, to new: String) {
    self.old = old.split(separator: "\n", omittingEmptySubsequences: false)
    self.new = new.split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// The lines of each side that are shown at most.
  static let limit = 30

  var text: String {
    var start = 0
    while start < min(old.count, new.count), old[start] == new[start] { start += 1 }
    var end = 0
    while end < min(old.count, new.count) - start, old[old.count - 1 - end] == new[new.count - 1 - end] { end += 1 }
    var out: [String] = start > 0 ? ["  \(old[start - 1])"] : []
    out += lines(old[start..<old.count - end], "-") + lines(new[start..<new.count - end], "+")
    return out.joined(separator: "\n")
  }

  private func lines(_ lines: ArraySlice<Substring>, _ sign: String) -> [String] {
    let more = lines.count > Self.limit ? ["\(sign) … \(lines.count - Self.limit) more lines"] : []
    return lines.prefix(Self.limit).map { "\(sign) \($0)" } + more
  }
}
