internal import KCData

/// Roles and their bindings.
extension Lifter {
  mutating func liftAccess() -> Bool {
    addMetadata()
    return own.head.kind.hasSuffix("binding") ? liftBinding() : liftRole()
  }

  private mutating func liftRole() -> Bool {
    addCombined()
    guard let rules = rest.peek("rules")?.array else { return rest.peek("rules")?.isNull ?? true }
    var taken: Set<String> = []
    var written: [SourceLine] = []
    for (place, rule) in rules.enumerated() {
      guard let line = permission(Remainder(rule, rest.path("rules").index(place)), &taken) else { return false }
      written.append(line)
    }
    rest.take("rules")
    lines += written
    return true
  }

  /// `combine = [{ "shop.example/to-view": "true" }]`
  private mutating func addCombined() {
    let path = rest.path("aggregationRule", "clusterRoleSelectors")
    guard own.head.kind == "clusterrole", let rule = rest.peek("aggregationRule"), rule.object?.count == 1,
      let selectors = rule["clusterRoleSelectors"]?.array, !selectors.isEmpty
    else { return }
    let texts = selectors.compactMap { selector in
      selector.object?.count == 1 && selector["matchLabels"]?.object?.isEmpty == false ? Self.labels(selector) : nil
    }
    guard texts.count == selectors.count else { return }
    rest.take("aggregationRule")
    lines.append(.list("combine", texts, path))
  }

  /// `allow pods = ["get", "list"]`
  private func permission(_ rule: Remainder, _ taken: inout Set<String>) -> SourceLine? {
    var rule = rule
    guard let verbs = rule.texts("verbs"), !verbs.isEmpty else { return nil }
    let resources = rule.texts("resources") ?? []
    let urls = rule.texts("nonResourceURLs") ?? []
    let groups = rule.texts("apiGroups") ?? []
    let objects = rule.texts("resourceNames") ?? []
    guard rule.isEmpty, resources.isEmpty != urls.isEmpty, urls.isEmpty || (groups.isEmpty && objects.isEmpty),
      !urls.isEmpty || !groups.isEmpty
    else { return nil }
    var name = resources.first ?? "urls"
    // What is about several kinds is called after their API group.
    if resources.count > 1 {
      name = groups.first.map { $0.isEmpty ? "core" : String($0.prefix { $0 != "." }) } ?? name
    }
    if name == "*" { name = "all" }
    // `apps-status` for the `status` of several kinds.
    let parts = Set(resources.map { $0.split(separator: "/").dropFirst().first.map(String.init) ?? "" })
    if resources.count > 1, parts.count == 1, let part = parts.first, !part.isEmpty { name += "-\(part)" }
    if resources.count > 1, taken.contains(name) { name = resources[0] }
    let stem = name
    var number = 1
    while !taken.insert(name).inserted {
      number += 1
      name = "\(stem)-\(number)"
    }
    var details: [SourceLine] = []
    let path = rule.path
    if urls.isEmpty, resources != [name] {
      details.append(.value("resources", .array(resources.map { .string($0) }), path.field("resources")))
    }
    if urls.isEmpty, groups != [""] {
      details.append(.value("groups", .array(groups.map { .string($0) }), path.field("apiGroups")))
    }
    if !objects.isEmpty {
      details.append(.value("names", .array(objects.map { .string($0) }), path.field("resourceNames")))
    }
    if !urls.isEmpty {
      details.append(.value("urls", .array(urls.map { .string($0) }), path.field("nonResourceURLs")))
    }
    let head = "allow \(SourceText.blockName(name))"
    let allowed = SourceLine.value(
      details.isEmpty ? head : "verbs", .array(verbs.map { .string($0) }),
      details.isEmpty ? path : path.field("verbs"))
    return details.isEmpty ? allowed : .block(head, details + [allowed], path)
  }

  private mutating func liftBinding() -> Bool {
    guard let role = rest.take("roleRef"), let kind = role["kind"]?.string, let name = role["name"]?.string,
      ["Role", "ClusterRole"].contains(kind)
    else { return false }
    let namespace: String?? = kind == "Role" ? .none : .some(nil)
    if let known = find(kind, name, namespace: namespace) {
      add("role = \(known.text)", "roleRef")
    } else {
      add("role = external.\(kind == "Role" ? "role" : "clusterRole")(\(literal(name)))", "roleRef")
    }
    guard let subjects = rest.take("subjects")?.array, !subjects.isEmpty else { return false }
    // The block has accounts first, then users, then groups.
    var order = 0
    var found: [(name: String, items: [String])] = [("accounts", []), ("users", []), ("groups", [])]
    for subject in subjects {
      guard let kind = subject["kind"]?.string, let name = subject["name"]?.string,
        let group = ["ServiceAccount", "User", "Group"].firstIndex(of: kind), group >= order
      else { return false }
      order = group
      found[group].items.append(group == 0 ? account(name, subject["namespace"]?.string) : literal(name))
    }
    for (name, items) in found where !items.isEmpty {
      lines.append(.list(name, items, rest.path("subjects")))
    }
    return true
  }

  private func account(_ name: String, _ space: String?) -> String {
    if let known = find("ServiceAccount", name, namespace: .some(space)),
      space != nil
    {
      return known.text
    }
    if let space, space == "default" || space == namespace,
      let known = find("ServiceAccount", name, namespace: .some(nil)),
      space == namespace ?? "default"
    {
      return known.text
    }
    return "external.account(\(literal(name))\(space.map { ", namespace: \(literal($0))" } ?? ""))"
  }
}
