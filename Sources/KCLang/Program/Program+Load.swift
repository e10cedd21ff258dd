internal import KCStdlib
internal import KCSyntax

/// Finding and reading modules.
extension Program {
  /// Reads and parses a file, once.
  mutating func addModule(path: String, bytes: [UInt8], isStandard: Bool = false, package: Int32 = -1) -> Int32 {
    let file = SourceFile(id: files.count, path: isStandard ? "std/\(path)" : path, bytes: bytes)
    let parsed = Parser.parse(file)
    files.append(file)
    trees.append(parsed)
    if isStandard {
      standardFiles += repeatElement(false, count: max(0, file.id + 1 - standardFiles.count))
      standardFiles[file.id] = true
    }
    // A string without its end takes the brackets after it along: that they are missing follows from it.
    let isOpen = parsed.diagnostics.contains { $0.code == "KC0001" }
    diagnostics.add(contentsOf: parsed.diagnostics.filter { !(isOpen && $0.code == "KC0002") })
    if !isStandard { checkSigns(of: file) }
    modules.append(Module(path: path, file: file.id, isStandard: isStandard, package: package))
    checkPackageModule(Int32(modules.count - 1))
    return Int32(modules.count - 1)
  }

  /// Reports the first byte of a file that would be read as something else than it is.
  private mutating func checkSigns(of file: SourceFile) {
    guard let (sign, range) = file.forbiddenSign else { return }
    let (message, help) =
      switch sign {
      case .encoding: ("this is no UTF-8", "save the file as UTF-8")
      case .zero: ("a byte that is zero has no meaning here", "in text it is written `\\0`")
      case .direction:
        (
          "a character that turns the order of what follows has no meaning here",
          "remove it: what is read would not be what is seen; in text it is written `\\u{…}`"
        )
      }
    diagnostics.add(Diagnostic("KC0006", message, at: Span(file: file.id, range: range), help: help))
  }

  func module(path: String, isStandard: Bool, package: Int32 = -1) -> Int32? {
    modules.firstIndex { $0.path == path && $0.isStandard == isStandard && $0.package == package }.map(Int32.init)
  }

  func isStandardName(_ name: String) -> Bool { StandardLibrary.names.contains("\(name).kc") }

  /// A standard module by its name (`std.probe` is `probe`); nil where there is none.
  mutating func standardModule(_ name: String) -> Int32? {
    let path = "\(name).kc"
    if let known = module(path: path, isStandard: true) { return known }
    guard let bytes = StandardLibrary.file(path) else { return nil }
    return addModule(path: path, bytes: bytes, isStandard: true)
  }

  /// Reads the entries, what they import, and `project.kc`.
  mutating func load(entries: [String], provider: any SourceProvider) {
    var queue: [Int32] = []
    if !entries.contains("project.kc"), case .bytes(let bytes) = provider.read("project.kc") {
      queue.append(addModule(path: "project.kc", bytes: bytes, isStandard: false))
    }
    for entry in entries {
      let path = Self.normalize(entry) ?? entry
      guard module(path: path, isStandard: false) == nil else { continue }
      switch provider.read(path) {
      case .bytes(let bytes): queue.append(addModule(path: path, bytes: bytes, isStandard: false))
      case .missing: reportEntry("KC0140", "there is no file `\(path)`", path)
      case .refused(let reason): reportEntry("KC0140", "`\(path)` cannot be read: \(reason)", path)
      }
    }
    readDependencies(provider)
    while let next = queue.popLast(), files.count < Limits.files { queue += loadImports(of: next, provider) }
  }

  /// A problem with a file that was asked for, not imported: it has no place in a source.
  private mutating func reportEntry(_ code: String, _ message: String, _ path: String) {
    let file = SourceFile(id: files.count, path: path, bytes: [])
    files.append(file)
    trees.append(Parser.parse(file))
    lacksFiles = true
    report(code, message, at: Span(file: file.id, range: 0..<0))
  }

  /// Resolves the imports of a module; gives the modules that were read for it.
  private mutating func loadImports(of index: Int32, _ provider: any SourceProvider) -> [Int32] {
    var added: [Int32] = []
    for node in trees[modules[Int(index)].file].root.childNodes where node.kind == .importDecl {
      guard let target = node.childNodes.first else { continue }
      let found: Int32?
      if target.kind == .stringExpr {
        found = importFile(target, from: modules[Int(index)], provider, &added)
      } else if !target.text.hasPrefix("std.") && target.text != "std" && !modules[Int(index)].isStandard {
        found = importPackage(target, from: index, provider, &added)
      } else {
        found = importStandard(target)
      }
      guard let found else { continue }
      let name = Self.importName(node, target)
      modules[Int(index)].imports.append(
        Import(name: key(name.text), module: found, span: name.span, statement: node.span))
      if Self.isExact(modules[Int(found)]) { exactFiles.insert(modules[Int(index)].file) }
    }
    return added
  }

  /// The name an import is known by: what `as` says, or the last part of its path without `.kc`.
  static func importName(_ node: SyntaxNode, _ target: SyntaxNode) -> (text: String, span: Span) {
    let words = node.childTokens.filter { node.tree.tokens[$0].kind == .name }
    if words.count > 2, let last = words.last { return (node.tree.text(ofToken: last), node.tree.span(ofToken: last)) }
    var text = target.kind == .stringExpr ? target.plainText ?? "" : target.text
    text = text.split(separator: target.kind == .stringExpr ? "/" : ".").last.map(String.init) ?? text
    return (text.hasSuffix(".kc") ? String(text.dropLast(3)) : text, target.span)
  }

  private mutating func importStandard(_ target: SyntaxNode) -> Int32? {
    let parts = target.text.split(separator: ".").map(String.init)
    if parts.first == "std", parts.count > 2, standardModule(parts[1]) != nil {
      let member = parts[1...].joined(separator: ".")
      report(
        "KC0140", "a module is imported as a whole", at: target.span,
        help: "write `import std.\(parts[1])`: what is in it is `\(member)`",
        fix: Diagnostic.Fix(span: target.span, replacement: "std.\(parts[1])"))
      return nil
    }
    guard parts.first == "std", parts.count == 2 else {
      report(
        "KC0140", "`\(target.text)` is no module of the standard library", at: target.span,
        help: "files are imported by their path in quotes: `import \"./name.kc\"`")
      return nil
    }
    if let found = standardModule(parts[1]) { return found }
    reportUnknown(
      "KC0140", "the standard library has no module `\(parts[1])`", target.text,
      among: StandardLibrary.names.map { "std.\($0.dropLast(3))" }, at: target.span)
    return nil
  }

  private mutating func importFile(
    _ target: SyntaxNode, from importer: Module, _ provider: any SourceProvider, _ added: inout [Int32]
  ) -> Int32? {
    guard let text = target.plainText else {
      report("KC0140", "the path of an import is plain text", at: target.span)
      return nil
    }
    let package = Int(importer.package)
    let label = package >= 0 ? packages[package].label + "/" : ""
    let whole = package >= 0 ? "package" : "project"
    let folder = importer.path.dropFirst(label.count).split(separator: "/").dropLast().joined(separator: "/")
    guard !text.hasPrefix("/"), let path = Self.normalize(folder.isEmpty ? text : "\(folder)/\(text)") else {
      report(
        "KC0141", "`\(text)` lies outside the \(whole)", at: target.span,
        notes: ["a \(whole) is complete in itself: imports cannot leave its root"])
      return nil
    }
    if let known = module(path: label + path, isStandard: false, package: importer.package) { return known }
    switch package >= 0 ? provider.read(path, package: package) : provider.read(path) {
    case .bytes(let bytes):
      added.append(addModule(path: label + path, bytes: bytes, package: importer.package))
      return added.last
    case .missing where text.hasPrefix("std/"):
      let name = text.dropFirst(4).hasSuffix(".kc") ? text.dropFirst(4).dropLast(3) : text.dropFirst(4)
      report(
        "KC0140", "there is no file `\(path)`", at: target.span,
        help: "modules of the standard library are imported by their names: `import std.\(name)`",
        fix: Diagnostic.Fix(span: target.span, replacement: "std.\(name)"))
      return nil
    case .missing:
      let known = package >= 0 ? provider.modules(package: package) : provider.modules()
      if let (help, replacement) = importHelp(text, path, known: known) {
        report(
          "KC0140", "there is no file `\(text)`", at: target.span, help: help,
          fix: replacement.map { Diagnostic.Fix(span: target.span, replacement: $0) })
        return nil
      }
      reportUnknown("KC0140", "there is no file `\(path)`", path, among: known, at: target.span)
      return nil
    case .refused(let reason):
      report("KC0141", "`\(text)` cannot be imported: \(reason)", at: target.span)
      return nil
    }
  }

  /// A path without `.` and `..`; nil where it leaves the root.
  static func normalize(_ path: String) -> String? {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == ".." {
        if parts.popLast() == nil { return nil }
      } else {
        parts.append(part)
      }
    }
    return parts.joined(separator: "/")
  }
}
