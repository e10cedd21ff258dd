import KCLang
import KCSyntax

/// The diagnostics of several compilations of one project, each once, over one list of files.
struct Findings {
  /// The project's own files, then those of others that something was found in.
  private(set) var files: [SourceFile] = []
  private var found: [Diagnostic] = []
  private var ids: [String: Int] = [:]
  /// The place of each in `found`, and the environments that alone have it; none for what the program has by itself.
  private var places: [Diagnostic: Int] = [:]
  private var environments: [[String]] = []

  /// What only some environments have says in which it is.
  var diagnostics: [Diagnostic] {
    zip(found, environments).map { diagnostic, names in
      guard let last = names.last else { return diagnostic }
      var named = diagnostic
      let others = names.dropLast().joined(separator: ", ")
      named.notes.append("in env \(others.isEmpty ? last : "\(others) and \(last)")")
      return named
    }
  }

  var errors: [Diagnostic] { diagnostics.filter { $0.severity == .error } }

  /// - Parameters:
  ///   - environment: the environment that the program was compiled for, beside the program by itself.
  ///   - isStandard: whether a file is the standard library's: these are listed only where something was found.
  mutating func add(
    _ compilation: Compilation, environment: String? = nil,
    isStandard: (SourceFile) -> Bool = { $0.path.hasPrefix("std/") }
  ) {
    for file in compilation.sources where !isStandard(file) { _ = id(of: file) }
    for diagnostic in compilation.diagnostics {
      let moved = move(diagnostic, compilation.sources)
      if let place = places[moved] {
        guard let environment, !environments[place].isEmpty, environments[place].last != environment else { continue }
        environments[place].append(environment)
        continue
      }
      places[moved] = found.count
      found.append(moved)
      environments.append(environment.map { [$0] } ?? [])
    }
  }

  private mutating func id(of file: SourceFile) -> Int {
    // Each argument of the command line is a source of its own.
    let isArgument = file.path == Compilation.commandLine
    let name = isArgument ? "\(file.path): \(String(decoding: file.bytes, as: UTF8.self))" : file.path
    if let known = ids[name] { return known }
    ids[name] = files.count
    files.append(SourceFile(id: files.count, path: file.path, bytes: file.bytes))
    return files.count - 1
  }

  private mutating func move(_ span: Span, _ sources: [SourceFile]) -> Span {
    guard sources.indices.contains(span.file) else { return Span(file: -1, range: span.range) }
    return Span(file: id(of: sources[span.file]), range: span.range)
  }

  private mutating func move(_ diagnostic: Diagnostic, _ sources: [SourceFile]) -> Diagnostic {
    var out = diagnostic
    out.span = move(diagnostic.span, sources)
    for place in out.labels.indices { out.labels[place].span = move(out.labels[place].span, sources) }
    if let fix = out.fix { out.fix = Diagnostic.Fix(span: move(fix.span, sources), replacement: fix.replacement) }
    return out
  }
}
