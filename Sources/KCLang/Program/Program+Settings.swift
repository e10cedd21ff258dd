internal import KCData
internal import KCSyntax

/// `--set`.
extension Program {
  /// Sets a field of a block: `web.replicas=5`, `deployment.web.app.image=…`.
  mutating func apply(_ setting: Setting) {
    if setting.expression == nil { hiddenTexts.unplaced.append(setting.valueSpan) }
    var names = Self.names(in: setting.path)
    guard names.count <= Limits.settingPath else {
      return reportLongPath(setting, names.count)
    }
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
      if let end = setting.path.firstIndex(of: "["), case let list = String(setting.path[..<end]),
        parameters().contains(list)
      {
        return report(
          "KC0190", "elements are not set one by one", at: setting.pathSpan,
          help: "give the value of `\(list)` as a whole: `--set '\(list)=[…]'`, or by a file of `--params`")
      }
      if current == root, names.count > 1, let guess = Self.nearest(to: names[0], among: childNames(of: root)) {
        let around = Self.names(in: setting.path).dropLast(names.count)
        let meant = Self.path(around + [guess] + names.dropFirst())
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

  mutating func reportLongPath(_ setting: Setting, _ count: Int) {
    report(
      "KC0170", "a path of a setting has up to \(Limits.settingPath) names, and this one \(count)", at: setting.pathSpan
    )
  }

  /// The names of a path: `settings.data."app.conf"` has three.
  static func names(in path: String) -> [String] {
    var names = [""]
    var isQuoted = false
    for character in path {
      if character == "\"" {
        isQuoted.toggle()
      } else if character == ".", !isQuoted {
        names.append("")
      } else {
        names[names.count - 1].append(character)
      }
    }
    return names.filter { !$0.isEmpty }
  }

  /// A path of names, in quotes where they have dots.
  static func path(_ names: some Sequence<String>) -> String {
    names.map { $0.contains(".") ? "\"\($0)\"" : $0 }.joined(separator: ".")
  }

  /// Whether values of a type have names within them that can be set one by one.
  private func takesNames(_ type: TypeID) -> Bool {
    switch types[types.required(type)] {
    case .map, .record, .any, .unknown, .variable, .live, .children: true
    case .schema(let schema): !schemas[Int(schema.index)].isBlock
    case .secret(let inner), .deferred(let inner): takesNames(inner)
    case .union(let members): members.contains { takesNames($0) }
    default: false
    }
  }

  /// Reports a path that goes on behind what has no fields.
  ///
  /// - Parameter isKey: whether that is a key of a map, which may have dots.
  private mutating func reportNoNames(
    _ names: [String], _ type: TypeID, _ setting: Setting, isKey: Bool
  ) {
    let all = Self.names(in: setting.path)
    let place = all.count - names.count
    var help: String?
    if case .list = types[types.required(type)] {
      help = "set the whole list: `\(Self.path(all[...place]))=[\"a\", \"b\"]`"
    } else if isKey {
      help = "a key with dots stands in quotes: `\(Self.path(all[..<place] + [names.joined(separator: ".")]))`"
    }
    report(
      "KC0190", "`\(names[0])` has no fields of its own: it is \(Self.article(describe(type)))", at: setting.pathSpan,
      help: help)
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
        if schemas[Int(schema)].isNamespace {
          // An instance within another is made when the path leads to it, and has taken its argument then.
          if outside.used.contains(setting.pathSpan) { return }
          return reportNoArgument(names[0], of: index, setting)
        }
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
    guard takesNames(type) else { return reportNoNames(names, type, setting, isKey: schema < 0) }
    statement.kind = .open
    statement.a = addBody([], frameSize: 0, lets: 0..<0, at: trees[0].root)
    guard let inner = openNow(statement, in: index) else {
      return report("KC0190", "`\(names[0])` has no fields of its own", at: setting.pathSpan)
    }
    set(Array(names.dropFirst()), of: inner, setting, site)
  }
}
