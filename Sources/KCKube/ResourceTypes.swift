/// The resources that an API serves.
public struct ResourceTypes: Sendable {
  /// In the order of discovery.
  public private(set) var all: [ResourceType] = []
  private var byKind: [String: Int] = [:]
  private var byPlural: [String: Int] = [:]

  public init(_ types: some Sequence<ResourceType>) {
    for type in types { insert(type) }
  }

  /// Adds a resource; one with the same group, version and plural is replaced.
  public mutating func insert(_ type: ResourceType) {
    if let index = byPlural["\(type.apiVersion)/\(type.plural)"] {
      all[index] = type
    } else {
      byPlural["\(type.apiVersion)/\(type.plural)"] = all.count
      all.append(type)
    }
    byKind["\(type.apiVersion)/\(type.kind)"] = byPlural["\(type.apiVersion)/\(type.plural)"]
  }

  /// Forgets a resource, as when its definition is deleted.
  public mutating func remove(_ type: ResourceType) { self = ResourceTypes(all.filter { $0 != type }) }

  public func find(apiVersion: String, kind: String) -> ResourceType? {
    byKind["\(apiVersion)/\(kind)"].map { all[$0] }
  }

  /// The resource that a kind's objects can be reached by: in the version that is named where that is served, else in
  /// another one of its group, the newest that is stable.
  public func reach(apiVersion: String, kind: String) -> ResourceType? {
    if let exact = find(apiVersion: apiVersion, kind: kind) { return exact }
    let group = apiVersion.contains("/") ? apiVersion.prefix { $0 != "/" } : ""
    return all.filter { $0.kind == kind && $0.group == group }.max { Self.rank($0.version) < Self.rank($1.version) }
  }

  /// The API version that a kind of Kubernetes' own is served in here, of its group or of another one that it moved to:
  /// `apps/v1` for a deployment of `extensions/v1beta1`.
  ///
  /// - Returns: nil for kinds of others, and for those that are there no more.
  public func successor(of apiVersion: String, _ kind: String) -> String? {
    let group = apiVersion.contains("/") ? apiVersion.prefix { $0 != "/" } : ""
    guard !group.contains(".") || group.hasSuffix(".k8s.io") else { return nil }
    if let near = reach(apiVersion: apiVersion, kind: kind) { return near.apiVersion }
    return all.first { $0.kind == kind && (!$0.group.contains(".") || $0.group.hasSuffix(".k8s.io")) }?.apiVersion
  }

  /// Whether an API version's group is one that is here, or cannot be one that a definition adds: those have a dot.
  public func hasGroup(of apiVersion: String) -> Bool {
    let group = apiVersion.contains("/") ? apiVersion.prefix { $0 != "/" } : ""
    return !group.contains(".") || all.contains { $0.group == group }
  }

  /// Puts versions in an order: those that are stable last.
  private static func rank(_ version: String) -> (Int, String) {
    (version.contains("alpha") ? 0 : version.contains("beta") ? 1 : 2, version)
  }

  public func find(group: String, version: String, plural: String) -> ResourceType? {
    byPlural["\(group.isEmpty ? version : "\(group)/\(version)")/\(plural)"].map { all[$0] }
  }

  /// The resource that an object is of.
  public func find(_ kind: (apiVersion: String?, kind: String?)) -> ResourceType? {
    find(apiVersion: kind.apiVersion ?? "", kind: kind.kind ?? "")
  }

  /// The resource a user means by a word: plural, singular, short name or kind, with the group after a dot where
  /// the word alone would be ambiguous. The core group and `apps` win over others, as in kubectl.
  public func named(_ word: String) -> ResourceType? {
    let lower = word.lowercased()
    let parts = lower.split(separator: ".", maxSplits: 1)
    let name = parts.first.map(String.init) ?? lower
    let group = parts.count > 1 ? String(parts[1]) : nil
    let matches = all.filter { type in
      (group == nil || type.group == group || "\(type.version).\(type.group)" == group)
        && (type.plural == name || type.singular == name || type.kind.lowercased() == name
          || type.shortNames.contains(name))
    }
    guard
      let first = matches.first(where: { $0.group.isEmpty }) ?? matches.first(where: { $0.group == "apps" })
        ?? matches.first
    else { return nil }
    // Of several versions the newest that is stable.
    return matches.filter { $0.group == first.group && $0.plural == first.plural }.max {
      Self.rank($0.version) < Self.rank($1.version)
    }
  }
}

extension ResourceTypes {
  /// What Kubernetes 1.36 serves by default.
  public static let builtin = ResourceTypes(
    resourceTable.utf8.split(separator: UInt8(ascii: "\n")).compactMap { line in ResourceType(tableLine: line) })
}

extension ResourceType {
  fileprivate init?(tableLine line: Substring.UTF8View) {
    // By bytes: to find the characters of a text takes ten times as long, and each command reads the table.
    let words = line.split(separator: UInt8(ascii: " ")).map { $0.elementsEqual("-".utf8) ? "" : String(Substring($0)) }
    guard words.count == 9 else { return nil }
    func list(_ text: String) -> [String] {
      text.utf8.split(separator: UInt8(ascii: ",")).map { String(Substring($0)) }
    }
    self.init(
      group: words[0], version: words[1], kind: words[2], plural: words[3], namespaced: words[4] == "namespaced",
      shortNames: list(words[5]), categories: list(words[6]), subresources: list(words[7]))
    verbs = list(words[8])
  }
}
