internal import KCData
internal import KCSyntax

/// `--set`.
extension Program {
  /// Overwrites what was given for a secret, so that no excerpt shows it.
  mutating func hide(_ span: Span) {
    guard files.indices.contains(span.file), !modules.contains(where: { $0.file == span.file }) else { return }
    var bytes = files[span.file].bytes
    for place in span.range where bytes.indices.contains(place) && bytes[place] != 10 {
      bytes[place] = UInt8(ascii: "*")
    }
    files[span.file] = SourceFile(id: span.file, path: files[span.file].path, bytes: bytes)
  }

  /// Sets a field of a block: `web.replicas=5`, `deployment.web.app.image=…`.
  mutating func apply(_ setting: Setting) {
    var names = setting.path.split(separator: ".").map(String.init)
    let site = code.site(setting.pathSpan)
    var current = root
    while let name = names.first {
      if let found = child(named: key(name), of: current) {
        guard let meant = namesake(found, Array(names.dropFirst())) else {
          return reportAmbiguous(
            namesakes(found).map { TreeValue(.instance, payload: UInt32($0)) }, at: code.site(setting.pathSpan))
        }
        current = meant
        names.removeFirst()
      } else if names.count > 1, let found = child(named: key(names[1]), of: current, kind: key(name)) {
        current = found
        names.removeFirst(2)
      } else {
        break
      }
    }
    if current == root, names.count > 1, kind(key(names[0]), in: Self.prelude) != nil { names.removeFirst() }
    // `web.app.PORT` is what the variable is mostly about.
    if names.isEmpty, current != root, let primary = primaryField(of: current) { names = [text(primary.key)] }
    guard current != root, !names.isEmpty else {
      let known = childNames(of: root) + parameters()
      if current == root, names.count > 1, let guess = Self.nearest(to: names[0], among: childNames(of: root)) {
        let around = setting.path.split(separator: ".").dropLast(names.count).map(String.init)
        let meant = (around + [guess] + names.dropFirst()).joined(separator: ".")
        return report(
          "KC0190", "`\(setting.path)` names no parameter and no field of a block", at: setting.pathSpan,
          help: "did you mean `\(meant)`?")
      }
      return reportUnknown(
        "KC0190", "`\(setting.path)` names no parameter and no field of a block", setting.path, among: known,
        at: setting.pathSpan, notes: parameters().isEmpty ? [] : ["its parameters: \(Self.enumerate(parameters()))"])
    }
    set(names, of: current, setting, site)
  }

  /// All blocks of the name that one has, in the block that it stands in.
  private mutating func namesakes(_ index: Int32) -> [Int32] {
    let one = instances[Int(index)]
    return children(of: one.parent).filter { instances[Int($0)].name == one.name && !instances[Int($0)].isDeleted }
  }

  /// Of the blocks of a name the one that has what the rest of a path begins with; nil where it could be several.
  private mutating func namesake(_ index: Int32, _ rest: [String]) -> Int32? {
    let one = instances[Int(index)]
    guard children[ChildKey(parent: one.parent, name: one.name)] != index || one.nextNamesake >= 0 else { return index }
    let all = namesakes(index)
    let able = rest.first.map { first in all.filter { owns(key(first), $0) } } ?? all
    return able.count == 1 ? able[0] : all.count == 1 || able.isEmpty ? index : nil
  }

  private mutating func owns(_ key: Int32, _ index: Int32) -> Bool {
    instances[Int(index)].schema >= 0 && schemas[Int(instances[Int(index)].schema)].slotOf[key] != nil
      || child(named: key, of: index) != nil
  }

  /// Whether a value was given by `--set` or `--params`: it is written as there, not as in a source.
  func isFromOutside(_ site: Int32) -> Bool {
    let file = span(site).file
    guard files.indices.contains(file), case let path = files[file].path else { return false }
    return path == Compilation.commandLine || options.parameterFiles.contains { $0.path == path }
  }

  func parameters() -> [String] {
    modules.filter { !$0.isStandard && $0.scope >= 0 }.flatMap { module in
      scopes[Int(module.scope)].names.filter { $0.value.node?.kind == .paramDecl }.keys.map { text($0) }
    }.sorted()
  }

  /// Reports a path that names a kind of blocks, and then none of them.
  private mutating func reportNoBlock(_ names: [String], of index: Int32, at span: Span) {
    if names.count > 1 { return reportNoChild(key(names[1]), [key(names[0])], of: index, at: code.site(span)) }
    let known = children(of: index, kind: key(names[0])).map { "\(names[0]).\(text(instances[Int($0)].name))" }
    report(
      "KC0190", "`\(names[0])` blocks have names", at: span,
      help: known.isEmpty ? nil : "write \(Self.enumerate(known, "or"))")
  }

  private mutating func set(_ names: [String], of index: Int32, _ setting: Setting, _ site: Int32) {
    let layer = Int32(layers.lastIndex(of: .settings) ?? 0)
    let schema = instances[Int(index)].schema
    var statement = Statement(kind: .set)
    statement.key = key(names[0])
    statement.site = site
    statement.origin = code.origin(OriginData(site: site, layer: layer))
    var type = instances[Int(index)].element
    if schema >= 0 {
      guard let slot = schemas[Int(schema)].slotOf[statement.key] else {
        if schemas[Int(schema)].isNamespace { return reportNoArgument(names[0], of: index, setting) }
        return reportUnknownField(names[0], schema, at: setting.pathSpan)
      }
      guard schemas[Int(schema)].slots[Int(slot)].childSchema < 0 else {
        return reportNoBlock(names, of: index, at: setting.pathSpan)
      }
      statement.slot = slot
      type = schemas[Int(schema)].slots[Int(slot)].type
    }
    if names.count == 1 {
      let outer = subject
      subject = statement.key
      defer { subject = outer }
      statement.a = checked(literalSetting(setting, type), type)
      return bindNow(statement, in: index)
    }
    statement.kind = .open
    statement.a = addBody([], frameSize: 0, lets: 0..<0, at: trees[0].root)
    guard let inner = openNow(statement, in: index) else {
      return report("KC0190", "`\(names[0])` has no fields of its own", at: setting.pathSpan)
    }
    set(Array(names.dropFirst()), of: inner, setting, site)
  }
}
