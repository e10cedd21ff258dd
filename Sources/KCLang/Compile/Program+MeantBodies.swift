internal import KCData
internal import KCSyntax

/// Bodies where values are expected, and what stands in them as Kubernetes has it.
extension Program {
  /// The settings in a body by their names, those of bodies in it too: `httpGet { path = "/" }`.
  private func settings(in body: SyntaxNode) -> [String: String] {
    var found: [String: String] = [:]
    for part in body.parts {
      guard part.parts.count > 1, let name = part.firstPart?.text else { continue }
      if part.kind == .nested || part.parts[1].kind == .recordExpr {
        found[name] = ""
        found.merge(settings(in: part.parts[1])) { first, _ in first }
      } else if part.kind == .setting || part.kind == .recordField {
        found[name] = part.parts[1].text
      }
    }
    return found
  }

  /// What a field is set to whose value stands in braces as that of Kubernetes does: `memory = 64Mi...128Mi`.
  func valueHelp(of name: String, _ body: SyntaxNode, _ type: TypeID) -> String {
    let given = settings(in: body)
    func first(_ names: String...) -> String? { names.lazy.compactMap { given[$0] }.first }
    if case .range = types[types.base(types.required(type))] {
      let least = first("request", "requests", "min", "least", "low", "from")
      let most = first("limit", "limits", "max", "most", "high", "to")
      let isKnown = least != nil || most != nil
      return isKnown ? "\(name) = \(least ?? "")...\(most ?? "")" : "\(name) = least...most"
    }
    if name == "image", let repository = given["repository"] ?? given["name"] {
      func plain(_ text: String) -> String { text.filter { $0 != "\"" } }
      let registry = given["registry"].map { plain($0) + "/" } ?? ""
      return "\(name) = \"\(registry)\(plain(repository)):\(given["tag"].map(plain) ?? "TAG")\""
    }
    return "\(name) = …"
  }

  /// Reports a probe that is written as in Kubernetes, with the function that makes it.
  ///
  /// - Returns: whether it is one.
  mutating func reportProbe(_ name: (text: String, span: Span), _ body: SyntaxNode, _ schema: Int32) -> Bool {
    guard schema >= 0, schemas[Int(schema)].name == "Probe", !isOwn(schemas[Int(schema)].site) else { return false }
    let given = settings(in: body)
    let known = fieldNames(schema)
    let others = ["path", "port", "command", "httpGet", "tcpSocket", "grpc", "exec", "http", "tcp", "scheme"]
    guard others.contains(where: { given[$0] != nil && !known.contains($0) }), given["action"] == nil else {
      return false
    }
    let port = given["port"].flatMap { $0.isEmpty ? nil : $0.filter { $0 != "\"" } } ?? "http"
    let call =
      if given["command"] != nil || given["exec"] != nil {
        "exec(\(given["command"].flatMap { $0.isEmpty ? nil : $0 } ?? "[…]"))"
      } else if given["grpc"] != nil {
        "grpc(port: \(port))"
      } else if given["tcpSocket"] != nil || given["tcp"] != nil || given["path"] == nil && given["httpGet"] == nil {
        "tcp(\(port))"
      } else {
        "http(\(given["path"] ?? "\"/\""), port: \(port))"
      }
    report(
      "KC0333", "what a probe asks is no field of it", at: name.span, help: "write `\(name.text) = probe.\(call)`")
    return true
  }

  /// `shop eu(image: "v1")`, for an argument that is set in the body of an instance.
  func argument(_ name: String, of component: String, at place: Span) -> String {
    var header = "\(component) NAME"
    var value = "…"
    var node: SyntaxNode? = trees.indices.contains(place.file) ? trees[place.file].root : nil
    while let outer = node, let inner = outer.parts.first(where: { $0.span.holds(place) }) {
      if inner.kind == .block, let shape = BlockShape(inner), shape.kind.text == component,
        let own = shape.name(inner)
      {
        header = "\(component) \(shape.nameToken == nil ? "\"\(own)\"" : own)"
      }
      if inner.kind == .setting, inner.parts.count > 1, inner.parts[1].range.count < 40 { value = inner.parts[1].text }
      node = inner
    }
    return "\(header)(\(name): \(value))"
  }

  /// Reports a child whose name and value stand in each other's place: `mount data = "/data"`.
  ///
  /// - Returns: the name that is meant; nil where they stand right.
  mutating func reportSwapped(_ node: SyntaxNode, _ shape: BlockShape, _ schema: Int32) -> String? {
    guard let value = shape.value, let meant = value.plainText, let name = shape.name(node),
      let own = schemas[Int(schema)].slotOf[keys.name], case let primary = schemas[Int(schema)].primary, primary >= 0
    else { return nil }
    let type = schemas[Int(schema)].slots[Int(own)].type
    let (left, right) = (tree.string(name), tree.string(meant))
    guard !fits(left, type), fits(right, type), !fits(right, schemas[Int(schema)].slots[Int(primary)].type) else {
      return nil
    }
    let place = shape.nameSpan(node)
    let whole = Span(file: place.file, range: place.start..<value.span.end)
    report(
      "KC0118", "`\(name)` and `\(value.text)` stand in each other's place", at: whole,
      help: "write `\(shape.kind.text) \(value.text) = \(name)`",
      fix: Diagnostic.Fix(span: whole, replacement: "\(value.text) = \(name)"))
    return meant
  }

  /// Reports a member that a child without a name could have been.
  ///
  /// - Returns: whether there is one.
  mutating func reportNamelessChild(_ name: Int32, of index: Int32, at site: Int32) -> Bool {
    let all = children(of: index).map { instances[Int($0)] }
    guard let one = all.first(where: { $0.name >= 0 && text($0.name).isEmpty }), one.kind >= 0 else { return false }
    let named = all.filter { $0.name >= 0 && !text($0.name).isEmpty }.map { text($0.name) }
    guard Self.nearest(to: text(name), among: named + fieldNames(instances[Int(index)].schema)) == nil else {
      return false
    }
    let kind = text(one.kind)
    report(
      "KC0107", "`\(title(of: index))` has no `\(text(name))`", at: site,
      labels: [.init(span: span(one.site), message: "this \(kind) has no name")],
      help: "give it one: `\(kind) \(text(name)) = …`")
    return true
  }
}
