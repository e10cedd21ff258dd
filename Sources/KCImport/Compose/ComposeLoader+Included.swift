internal import KCData

/// What included files take from files that are for them alone.
extension ComposeLoader {
  /// A project that was included, with the values of the variables that it takes by their names alone: where they are
  /// looked up later, nobody knows these files any more.
  mutating func filledIn(_ project: ComposeNode) -> ComposeNode {
    guard !reader.variables.scoped.isEmpty, let entries = project.entries else { return project }
    var out = project
    out.content = .map(
      entries.map { entry in
        switch entry.key {
        case "configs", "secrets": .init(key: entry.key, node: each(entry.node) { $0.variable($1) })
        case "services": .init(key: entry.key, node: each(entry.node) { $0.environment($1) })
        default: entry
        }
      })
    return out
  }

  /// A map whose values have their `environment` changed.
  private mutating func each(
    _ map: ComposeNode, _ change: (inout ComposeLoader, ComposeNode) -> ComposeNode
  ) -> ComposeNode {
    guard let entries = map.entries else { return map }
    var out = map
    out.content = .map(
      entries.map { entry in
        guard let fields = entry.node.entries else { return entry }
        var node = entry.node
        node.content = .map(
          fields.map { $0.key == "environment" ? .init(key: $0.key, node: change(&self, $0.node)) : $0 })
        return .init(key: entry.key, node: node)
      })
    return out
  }

  /// The name of a variable as what it stands for.
  private mutating func variable(_ node: ComposeNode) -> ComposeNode {
    node.text.flatMap { value(of: $0) }.map { ComposeNode.text($0, at: node) } ?? node
  }

  /// Variables of a service: those without values as what they stand for.
  private mutating func environment(_ node: ComposeNode) -> ComposeNode {
    var out = node
    if let items = node.items {
      out.content = .list(
        items.map { item in
          guard let name = item.text, let value = value(of: name) else { return item }
          return .text("\(name)=\(value)", at: item)
        })
    } else if let entries = node.entries {
      out.content = .map(
        entries.map { entry in
          guard entry.node.isNull, let value = value(of: entry.key) else { return entry }
          return .init(key: entry.key, node: .text(value, at: entry.node))
        })
    }
    return out
  }

  /// What a variable that such files give stands for.
  private mutating func value(of name: String) -> String? {
    reader.variables.scoped[name] == nil ? nil : reader.variables.mark("${\(name)}") { _ in }
  }
}
