import KCSyntax

/// Makes the edits that diagnostics offer, in rounds: an edit can show what it hid, and of edits that overlap only one is
/// made at a time.
struct FixRounds {
  /// The most rounds: edits that undo each other end here.
  static let limit = 40

  /// - Parameter examine: checks the files as they are now.
  /// - Returns: what `examine` said last.
  /// - Throws: exit code 1 where a file cannot be written.
  func run(
    _ base: Project, _ findings: Findings, _ examine: () throws -> (Project, Findings)
  ) throws -> (Project, Findings) {
    var (base, findings) = (base, findings)
    var count = 0
    for _ in 0..<Self.limit {
      let made = try round(base, findings)
      if made == 0 { break }
      count += made
      (base, findings) = try examine()
    }
    if count > 0 { Terminal.say("\(count) edit\(count == 1 ? "" : "s") made.\n") }
    return (base, findings)
  }

  /// Edits each file of the project that an edit is offered for.
  private func round(_ base: Project, _ findings: Findings) throws -> Int {
    var count = 0
    for file in findings.files {
      let path = base.root + "/" + file.path
      // What is not a file of the project (the standard library, packages, an argument) is not ours to change.
      guard let real = ProjectSources.realPath(path), real.hasPrefix(base.root + "/"), Files.read(real) == file.bytes
      else { continue }
      let chosen = FixApplication.applicable(findings.diagnostics, to: file)
      if chosen.isEmpty { continue }
      if let why = Files.write(FixApplication.apply(chosen, to: file).bytes, to: real) {
        throw Terminal.fail("\(file.path) cannot be written: \(why)", code: .input)
      }
      for diagnostic in chosen { Terminal.say(line(diagnostic, file)) }
      count += chosen.count
    }
    return count
  }

  private func line(_ diagnostic: Diagnostic, _ file: SourceFile) -> String {
    guard let fix = diagnostic.fix else { return "" }
    let (old, new) = (Self.short(file.text(fix.span.range)), Self.short(fix.replacement))
    let change = old.isEmpty ? "put in `\(new)`" : new.isEmpty ? "took out `\(old)`" : "`\(old)` is now `\(new)`"
    return "fixed \(file.path):\(file.line(at: fix.span.start)): \(change) (\(diagnostic.code): \(diagnostic.message))"
  }

  /// A text on one line, cut where it is long.
  private static func short(_ text: String) -> String {
    let line = text.replacing("\n", with: "⏎")
    return line.count > 40 ? line.prefix(40) + "…" : line
  }
}
