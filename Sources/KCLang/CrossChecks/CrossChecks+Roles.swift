internal import KCData
internal import KCKube

/// Rules of roles that allow nothing.
extension CrossChecks {
  private static let verbs: Set<String> = [
    "get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "use", "bind", "escalate",
    "impersonate", "approve", "sign", "attest", "proxy", "connect", "head", "options", "post", "put", "*",
  ]

  /// Words for what may be done, and the verbs of the API for it.
  private static let otherVerbs: [String: [String]] = [
    "read": ["get", "list", "watch"], "view": ["get", "list", "watch"], "describe": ["get", "list"],
    "write": ["create", "update", "patch"], "edit": ["update", "patch"], "modify": ["update", "patch"],
    "change": ["update", "patch"], "apply": ["create", "patch"], "add": ["create"], "remove": ["delete"],
    "destroy": ["delete"], "all": ["*"], "any": ["*"],
  ]

  /// The API groups that Kubernetes has of its own.
  private static let knownGroups = Set(ResourceTypes.builtin.all.map(\.group))

  mutating func checkRole(_ object: Object) {
    for rule in elements(object.root, names.rules) {
      let isOfPaths = child(rule, names.nonResourceURLs) != nil
      if checkVerbs(rule, object, isOfPaths) || isOfPaths { continue }
      if !checkGroups(rule, object) { checkResources(rule, object) }
    }
  }

  /// - Returns: whether a verb is one that nothing has.
  private mutating func checkVerbs(_ rule: Node, _ object: Object, _ isOfPaths: Bool) -> Bool {
    guard let verbs = child(rule, names.verbs) else { return false }
    for verb in texts(verbs) where !Self.verbs.contains(verb) {
      let lower = verb.lowercased()
      let known = Self.otherVerbs[lower] ?? (Self.verbs.contains(lower) ? [lower] : nil)
      // Some kinds have verbs of their own: only what is almost one of the API's is told.
      guard let meant = known ?? Program.nearest(to: verb, among: Self.verbs.sorted()).map({ [$0] }) else { continue }
      report(
        "KC0418", "\(title(object)) allows `\(verb)`, which no request is", at: verbs.site, isWarning: true,
        help: "did you mean \(Program.enumerate(meant.map { "\"\($0)\"" }))?")
      return true
    }
    // What paths are asked with are the methods of HTTP, and resources are not.
    let methods = ["post": "create", "put": "update"]
    guard !isOfPaths, let verb = texts(verbs).first(where: { methods[$0] != nil }), let meant = methods[verb] else {
      return false
    }
    report(
      "KC0418", "\(title(object)) allows `\(verb)`, which no request for resources is", at: verbs.site, isWarning: true,
      help: "did you mean `\"\(meant)\"`?")
    return true
  }

  /// - Returns: whether a group is one that no API is in.
  private mutating func checkGroups(_ rule: Node, _ object: Object) -> Bool {
    guard let groups = child(rule, names.apiGroups) else { return false }
    let known = Self.knownGroups
    for group in texts(groups) where !group.contains(".") || group.contains("/") {
      if known.contains(group) || ["*", "extensions"].contains(group) { continue }
      guard let meant = Self.group(meantBy: group, known) else { continue }
      report(
        "KC0418", "\(title(object)) names the API group `\(group)`, and there is no such group", at: groups.site,
        isWarning: true,
        help: meant.isEmpty ? "the group of pods, services and configs is `\"\"`" : "did you mean `\"\(meant)\"`?")
      return true
    }
    return false
  }

  /// The group that is meant by a word that is none; nil where nobody knows.
  private static func group(meantBy word: String, _ known: Set<String>) -> String? {
    let lower = word.lowercased()
    if lower == "core" || lower == "api" || isVersion(lower) || lower.hasPrefix("core/") { return "" }
    let first = lower.split(separator: "/").first.map(String.init) ?? lower
    if first != word, known.contains(first) || first.contains(".") { return first }
    return known.sorted().first { $0.hasPrefix(first + ".") }
      ?? Program.nearest(to: first, among: known.filter { !$0.isEmpty && !$0.contains(".") }.sorted())
  }

  /// `v1`, `v1beta1`
  private static func isVersion(_ text: String) -> Bool {
    text.utf8.count > 1 && text.hasPrefix("v")
      && text.dropFirst().utf8.first.map { (48...57).contains($0) } ?? false
  }

  /// Reports a rule for kinds of Kubernetes' own, none of which is in its groups.
  private mutating func checkResources(_ rule: Node, _ object: Object) {
    guard let resources = child(rule, names.resources) else { return }
    let groups = Set(child(rule, names.apiGroups).map { texts($0) } ?? [])
    let all = ResourceTypes.builtin.all
    guard !groups.isEmpty, groups.isSubset(of: Self.knownGroups) else { return }
    let wanted = texts(resources).map { $0.prefix { $0 != "/" } }.map(String.init)
    var meant: (name: String, type: ResourceType)?
    for name in wanted {
      let lower = name.lowercased()
      let same = all.filter { $0.plural == lower || $0.singular == lower || $0.shortNames.contains(lower) }
      // One of them is there, or may be of a kind that only the cluster knows.
      if same.isEmpty || same.contains(where: { $0.plural == name && groups.contains($0.group) }) { return }
      if meant == nil { meant = (name, same.first { groups.contains($0.group) } ?? same[0]) }
    }
    guard let (name, type) = meant else { return }
    let isThere = groups.contains(type.group)
    report(
      "KC0418",
      "\(title(object)) is about `\(name)`, which \(isThere ? "is no resource" : "is not in the API group \(shown(groups))")",
      at: resources.site, isWarning: true,
      help: isThere
        ? "did you mean `\(type.plural)`?"
        : "`\(type.plural)` are in `\"\(type.group)\"`" + (isPlain ? "" : ": `groups = [\"\(type.group)\"]`"))
  }

  private func shown(_ groups: Set<String>) -> String {
    Program.enumerate(groups.sorted().map { "\"\($0)\"" }, "or")
  }

  private func texts(_ list: Node) -> [String] {
    guard list.value.tag == .list else { return [] }
    return program.tree.items(of: list.value).compactMap { program.tree.text(of: $0) }
  }
}
