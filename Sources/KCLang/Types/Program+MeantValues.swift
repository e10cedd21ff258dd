internal import KCData
internal import KCSyntax

/// What was meant by a value that says the same in another way: names in quotes, numbers as the API has them.
extension Program {
  /// Text where a block of that name fits, and text that only what is on the cluster already can be.
  mutating func nameHint(
    _ value: TreeValue, _ type: TypeID, at site: Int32
  ) -> (help: String?, fix: Diagnostic.Fix?)? {
    guard value.tag == .string, let text = tree.text(of: value), text.utf8.count < 64 else { return nil }
    let wanted = schemaIndices(of: type)
    let isName = !text.isEmpty && text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
    let blocks = declaredBlocks(key(text)).filter { block in wanted.contains { isSchema(block.schema, $0) } }
    if isName, !blocks.isEmpty {
      return ("without the quotes it is the block: `\(text)`", edit(of: display(value), to: text, at: site))
    }
    if isName, let child = wanted.first(where: { isKeyed($0) }) {
      let help = "without the quotes it is the \(schemas[Int(child)].name.lowercased()) of that name: `\(text)`"
      return (help, edit(of: display(value), to: text, at: site))
    }
    for schema in wanted {
      guard let call = Self.externals[schemas[Int(schema)].name] else { continue }
      return ("what is on the cluster already is `external.\(call)(\(display(value)))`", nil)
    }
    return nil
  }

  /// What makes a value of what is on the cluster already.
  private static let externals = [
    "ExternalRole": "clusterRole", "ExternalAccount": "account", "ExternalWorkload": "deployment",
  ]

  /// The schemas that values of a type may have.
  func schemaIndices(of type: TypeID) -> [Int32] {
    switch types[types.required(type)] {
    case .schema(let schema): [schema.index]
    case .union(let members): members.flatMap { schemaIndices(of: $0) }
    default: []
    }
  }

  /// The same for what is known of a value before it is evaluated: one for a list of such, or a list of texts.
  mutating func typeHint(_ op: Int32, _ from: TypeID, _ type: TypeID) -> (help: String?, fix: Diagnostic.Fix?) {
    let found = code.ops[Int(op)]
    guard case .list(let element) = types[types.required(type)] else { return (nil, nil) }
    guard case .list(let inner) = types[types.base(from)] else {
      return mismatches(from, element) ? (nil, nil) : bracketHint(at: found.site)
    }
    if shown(op).contains("containerPort") { return (Self.otherFieldHelp("ports"), nil) }
    guard mask(inner) == .string, found.code == .list, found.b > 0,
      case let first = code.ops[Int(code.extra[Int(found.a)])], first.code == .constant
    else { return (nil, nil) }
    return (nameHint(code.constants[Int(first.a)], element, at: first.site)?.help, nil)
  }

  /// The brackets that are missing around a single value.
  func bracketHint(at site: Int32) -> (help: String?, fix: Diagnostic.Fix?) {
    let span = span(site)
    guard files.indices.contains(span.file), case let written = files[span.file].text(span.range), written.count < 60,
      !written.contains("\n"), !written.isEmpty
    else { return ("a list stands in brackets", nil) }
    return ("a list stands in brackets: `[\(written)]`", Diagnostic.Fix(span: span, replacement: "[\(written)]"))
  }

  /// Reports a number where permissions are expected, which are text of octal digits. The API has them in tens, so the
  /// digits alone do not tell what is meant.
  ///
  /// - Returns: whether it is that.
  mutating func reportMode(_ value: TreeValue, _ type: TypeID, _ refinement: Refinement, at site: Int32) -> Bool {
    guard refinement.pattern?.source.contains("[0-7]{3}") ?? false, hidden == 0, !value.isSecret,
      let number = tree.int(of: value), number >= 0
    else { return false }
    let (written, octal) = (String(number), String(number, radix: 8))
    let isOctal = written.count == 3 && written.allSatisfy { ("0"..."7").contains($0) }
    let isDecimal = octal.count == 3
    let help: String? =
      switch (isOctal, isDecimal) {
      case (true, true): "what the API calls \(written) is `\"\(octal)\"`; the digits themselves are `\"\(written)\"`"
      case (true, false): "in quotes it is one: `\"\(written)\"`"
      case (false, true): "what the API calls \(written) is `\"\(octal)\"`"
      case (false, false): nil
      }
    let meant = isOctal && !isDecimal ? written : isDecimal && !isOctal ? octal : nil
    report(
      "KC0110", "\(expected("three octal digits as text")), and this is an Int", at: site, help: help,
      fix: meant.flatMap { edit(of: written, to: "\"\($0)\"", at: site) })
    return true
  }

  /// "`mode` is a String", of the field that is set, or else "a String is expected here".
  private func expected(_ wanted: String) -> String {
    subject >= 0 ? "`\(text(subject))` is \(wanted)" : "\(wanted) is expected here"
  }

  /// Reports a container's port where one of a service is expected.
  ///
  /// - Returns: whether it is that.
  mutating func reportOtherPort(_ value: TreeValue, _ members: [TypeID], _ type: TypeID, at site: Int32) -> Bool {
    guard value.tag == .instance, case let port = Int32(bitPattern: value.payload), instances[Int(port)].schema >= 0,
      schemas[Int(instances[Int(port)].schema)].name == "Port",
      schemaIndices(of: type).contains(where: { schemas[Int($0)].name == "ServicePort" })
    else { return false }
    // A service of the workload's name, or else any.
    let (name, owner) = (text(instances[Int(port)].name), resource(of: port))
    let service = child(named: instances[Int(owner)].name, of: instances[Int(owner)].parent, kind: key("service"))
    let known = service.map { children(of: $0, kind: key("port")).map { text(instances[Int($0)].name) } } ?? []
    let meant =
      known.contains(name) && !name.isEmpty
      ? "`\(text(instances[Int(owner)].name)).port.\(name)`" : "`SERVICE.port.NAME`, or `SERVICE` where it has one port"
    report(
      "KC0110", "\(expected(Self.article(describe(type)))), and this is a container's port", at: site,
      help: "requests go to the port of a service: \(meant)")
    return true
  }

  /// Reports a block that something refers to, and the environment deletes.
  ///
  /// - Returns: whether it is deleted.
  mutating func reportDeleted(_ index: Int32, at site: Int32) -> Bool {
    guard instances[Int(index)].isDeleted else { return false }
    // That is one mistake, whatever refers to the block.
    guard unknownNames.insert(ChildKey(parent: .min + index, name: -1)).inserted else { return true }
    let origin = instances[Int(index)].deletion
    let layer = origin != 0 ? " in \(layers[Int(layer(origin))].name)" : " here"
    report(
      "KC0100", "there is no `\(title(of: index))`\(layer)", at: site,
      labels: origin != 0 ? [.init(span: span(code.origins[Int(origin)].site), message: "deleted here")] : [])
    return true
  }

  /// The blocks of some that are not deleted; all where each is.
  func living(_ blocks: [TreeValue]) -> [TreeValue] {
    let all = blocks.filter { !instances[Int($0.payload)].isDeleted }
    return all.isEmpty ? blocks : all
  }
}
