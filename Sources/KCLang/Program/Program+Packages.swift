internal import KCSyntax

/// Modules of packages.
extension Program {
  /// Finds what the dependencies of `project.kc` lead to, and reports those that lead nowhere.
  mutating func readDependencies(_ provider: any SourceProvider) {
    guard let index = module(path: "project.kc", isStandard: false) else { return }
    let file = ProjectFile(trees[modules[Int(index)].file])
    diagnostics.add(contentsOf: file.problems)
    brokenDependencies = file.brokenNames
    guard !file.dependencies.isEmpty else { return }
    let links = provider.packages
    packages = links.packages
    for dependency in file.dependencies {
      switch links.dependencies[dependency.name] {
      case .package(let place): dependencies[dependency.name] = place
      case .problem(let problem):
        brokenDependencies.insert(dependency.name)
        report(
          problem.code, problem.message, at: dependency.sourceSpan, notes: problem.notes, help: problem.help)
      case nil:
        brokenDependencies.insert(dependency.name)
        report(
          "KC0144", "`\(dependency.name)` is not in kc.lock", at: dependency.sourceSpan,
          help: "`kc lock` resolves what `project.kc` asks for, and writes it down")
      }
    }
  }

  /// `import redis`, `import redis.cluster`.
  mutating func importPackage(
    _ target: SyntaxNode, from importer: Int32, _ provider: any SourceProvider, _ added: inout [Int32]
  ) -> Int32? {
    let parts = target.text.split(separator: ".").map { String($0.filter { !$0.isWhitespace }) }
    guard let first = parts.first else { return nil }
    let owner = modules[Int(importer)].package
    let known = owner >= 0 ? packages[Int(owner)].dependencies : dependencies
    guard let place = known[first], packages.indices.contains(place) else {
      if owner < 0, brokenDependencies.contains(first) { return nil }
      let names = Array(known.keys) + (owner < 0 ? Array(brokenDependencies) : [])
      reportUndeclared(first, target, names.sorted(), owner)
      return nil
    }
    let package = packages[place]
    let inner = (parts.count == 1 ? package.name : parts.dropFirst().joined(separator: "/")) + ".kc"
    if let known = module(path: "\(package.label)/\(inner)", isStandard: false, package: Int32(place)) { return known }
    switch provider.read(inner, package: place) {
    case .bytes(let bytes):
      added.append(addModule(path: "\(package.label)/\(inner)", bytes: bytes, package: Int32(place)))
      return added.last
    case .missing: reportMissing(inner, first, place, target, provider)
    case .refused(let reason): report("KC0141", "`\(target.text)` cannot be imported: \(reason)", at: target.span)
    }
    return nil
  }

  private mutating func reportUndeclared(_ name: String, _ target: SyntaxNode, _ known: [String], _ owner: Int32) {
    // Where the statement is written as elsewhere, what it names was not meant as a package.
    let line = files[target.span.file].line(at: target.span.start)
    let isForeign = target.tree.diagnostics.contains {
      ($0.code == "KC0033" || $0.message.hasPrefix("the path of a file"))
        && target.tree.file.line(at: $0.span.start) == line
    }
    if isForeign { return }
    if owner < 0, name == target.text, module(path: "\(name).kc", isStandard: true) != nil || isStandardName(name) {
      return report(
        "KC0142", "no dependency is called `\(name)`", at: target.span, help: "did you mean `std.\(name)`?",
        fix: Diagnostic.Fix(span: target.span, replacement: "std.\(name)"))
    }
    if let guess = Self.nearest(to: name, among: known) {
      let span = Span(file: target.span.file, range: target.span.start..<target.span.start + name.utf8.count)
      return report(
        "KC0142", "no dependency is called `\(name)`", at: target.span, help: "did you mean `\(guess)`?",
        fix: Diagnostic.Fix(span: span, replacement: guess))
    }
    let notes = known.isEmpty ? [] : ["there \(known.count == 1 ? "is" : "are") \(Self.enumerate(known))"]
    report(
      "KC0142", "no dependency is called `\(name)`", at: target.span, notes: notes,
      help: owner >= 0
        ? "the `project.kc` of `\(packages[Int(owner)].label)` declares none of that name"
        : "`kc add oci://…` declares a package; a file is imported by its path: `import \"./\(name).kc\"`")
  }

  private mutating func reportMissing(
    _ inner: String, _ name: String, _ place: Int, _ target: SyntaxNode, _ provider: any SourceProvider
  ) {
    let known = provider.modules(package: place).filter { $0 != "project.kc" && $0.hasSuffix(".kc") }.map { path in
      path == "\(packages[place].name).kc" ? name : "\(name)." + path.dropLast(3).replacing("/", with: ".")
    }
    let message =
      target.text == name
      ? "the package `\(name)` has no file `\(inner)`, which its name alone stands for"
      : "the package `\(name)` has no module `\(inner.dropLast(3))`"
    if Self.nearest(to: target.text, among: known) != nil {
      return reportUnknown("KC0140", message, target.text, among: known, at: target.span)
    }
    report(
      "KC0140", message, at: target.span,
      notes: known.isEmpty ? [] : ["it can be imported as \(Self.enumerate(known.sorted(), "or"))"])
  }

  /// A package declares, and its components are for the program to use: what it would add by itself is refused.
  mutating func checkPackageModule(_ index: Int32) {
    let module = modules[Int(index)]
    guard module.package >= 0 else { return }
    for node in trees[module.file].root.parts {
      let what: String
      switch node.kind {
      case .importDecl, .letDecl, .funcDecl, .typeDecl, .schemaDecl, .mixinDecl, .enumDecl, .componentDecl, .policyDecl,
        .testDecl, .affinityDecl, .missing:
        continue
      case .paramDecl: what = "`param`s are the program's: a package takes values by the parameters of its components"
      case .waiverDecl: what = "what is waived is for the program to say"
      case .movedDecl: what = "addresses are the program's"
      case .block where BlockShape(node)?.kind.text == "env": what = "environments are the program's"
      default: what = "blocks of a package stand in a `component`, and are made where the program makes an instance"
      }
      return report("KC0147", "a package that is imported only declares", at: node.span, notes: [what])
    }
  }

  /// The place in `packages` of what a span lies in; -1 for none.
  func package(of span: Span) -> Int32 {
    guard !packages.isEmpty else { return -1 }
    return modules.first { $0.file == span.file }?.package ?? -1
  }

  /// Warnings about the inside of packages are for those who make them.
  mutating func dropWarningsInPackages() {
    guard !packages.isEmpty else { return }
    let files = Set(modules.filter { $0.package >= 0 }.map(\.file))
    diagnostics.removeAll { $0.severity == .warning && $0.code != "KC0200" && files.contains($0.span.file) }
  }
}
