internal import KCData

/// How one Compose file, or one service, lies over another.
enum ComposeMerge {
  /// Fields that are taken whole from the later side.
  private static let replaced: Set<String> = ["command", "entrypoint", "test"]
  /// Lists of `KEY=VALUE` that may be written as maps.
  static let pairs: Set<String> = ["environment", "labels", "annotations", "args", "sysctls", "extra_hosts"]
  /// Lists of texts that may be written as one text.
  private static let lists: Set<String> = ["env_file", "dns", "dns_search", "tmpfs", "label_file"]
  /// Lists that may be written as maps, or hold one thing per name.
  private static let named: Set<String> = ["depends_on", "networks"]

  static func merge(_ base: ComposeNode, _ over: ComposeNode, key: String = "", depth: Int = 0) -> ComposeNode? {
    if over.override == .reset { return nil }
    if over.override == .replace || replaced.contains(key) || base.isNull || depth > ComposeReader.depthLimit {
      return over
    }
    if over.isNull { return base }
    var (left, right) = (base, over)
    if pairs.contains(key) { (left, right) = (pairsMap(base), pairsMap(over)) }
    if named.contains(key), left.entries != nil || right.entries != nil {
      (left, right) = (namesMap(left), namesMap(right))
    }
    if lists.contains(key) { (left, right) = (list(left), list(right)) }
    switch (left.content, right.content) {
    case (.map(let entries), .map(let later)):
      let all = join(entries, later, depth: depth)
      return ComposeNode(content: .map(all), file: right.file, line: left.line)
    case (.list(let items), .list(let later)):
      return ComposeNode(content: .list(join(items, later, key: key)), file: right.file, line: left.line)
    default: return right
    }
  }

  private static func join(_ entries: [ComposeNode.Entry], _ later: [ComposeNode.Entry], depth: Int)
    -> [ComposeNode.Entry]
  {
    var out: [ComposeNode.Entry?] = entries
    var places = Dictionary(entries.enumerated().map { ($1.key, $0) }) { first, _ in first }
    for entry in later {
      guard let place = places[entry.key], let below = out[place] else {
        if entry.node.override == .reset { continue }
        places[entry.key] = out.count
        out.append(entry)
        continue
      }
      let merged = merge(below.node, entry.node, key: entry.key, depth: depth + 1)
      out[place] = merged.map { ComposeNode.Entry(key: entry.key, node: $0) }
    }
    return out.compactMap { $0 }
  }

  /// `[A=1, B]` as `{A: 1, B: null}`.
  static func pairsMap(_ node: ComposeNode) -> ComposeNode {
    guard let items = node.items else { return node }
    var entries: [ComposeNode.Entry?] = []
    var places: [String: Int] = [:]
    for item in items {
      guard let text = item.text else { continue }
      let separator = text.firstIndex(of: "=") ?? (text.contains("://") ? nil : text.firstIndex(of: ":"))
      let key = separator.map { String(text[..<$0]) } ?? text
      let value: ComposeNode.Content =
        separator.map { .scalar(.string(String(text[text.index(after: $0)...]))) } ?? .scalar(.null)
      if let place = places[key] { entries[place] = nil }
      places[key] = entries.count
      entries.append(.init(key: key, node: ComposeNode(content: value, file: item.file, line: item.line)))
    }
    return ComposeNode(content: .map(entries.compactMap { $0 }), file: node.file, line: node.line)
  }

  private static func list(_ node: ComposeNode) -> ComposeNode {
    node.items != nil ? node : ComposeNode(content: .list([node]), file: node.file, line: node.line)
  }

  /// `[a, b]` as `{a: null, b: null}`.
  static func namesMap(_ node: ComposeNode) -> ComposeNode {
    guard let items = node.items else { return node }
    let entries = items.compactMap { item in
      item.text.map {
        ComposeNode.Entry(key: $0, node: ComposeNode(content: .scalar(.null), file: item.file, line: item.line))
      }
    }
    return ComposeNode(content: .map(entries), file: node.file, line: node.line)
  }

  /// Both lists; of two elements that mean the same thing the later one stands.
  private static func join(_ items: [ComposeNode], _ later: [ComposeNode], key: String) -> [ComposeNode] {
    var out: [ComposeNode] = []
    var places: [String: Int] = [:]
    for item in items + later {
      guard let identity = identity(item, key: key) else {
        out.append(item)
        continue
      }
      if let place = places[identity] {
        out[place] = item
      } else {
        places[identity] = out.count
        out.append(item)
      }
    }
    return out
  }

  /// What two elements of a list share that are about the same thing.
  private static func identity(_ item: ComposeNode, key: String) -> String? {
    switch key {
    case "volumes", "devices":
      if let text = item.text {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        return String(parts.count > 1 ? parts[1] : parts[0])
      }
      return item["target"]?.text
    case "secrets", "configs":
      return item.text ?? item["target"]?.text ?? item["source"]?.text
    case "ports":
      if let text = item.text { return text }
      return ["host_ip", "target", "published", "protocol"].map { item[$0]?.text ?? "" }.joined(separator: "|")
    default: return item.text
    }
  }
}
