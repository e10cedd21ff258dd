internal import KCData

/// What of the things that could get a name stands in so many places that it gets one.
struct LiftedRepeats {
  struct Repeated {
    var group: LiftedGroup
    /// What it is called: `labels`.
    var field: String
    /// The field that it first stands in: `podLabels`.
    var use: String
    /// What tells it from others of the kind: the application, or the first object that has it; empty where its own name
    /// does.
    var owner: String
    /// The source files that it stands in.
    var files: [String]
  }

  private struct Found {
    var field: String
    var object: Value
    var files: [String] = []
    var count = 0
  }

  private(set) var repeats: [Repeated] = []
  private var found: [LiftedGroup: Found] = [:]
  private var order: [LiftedGroup] = []

  init(_ uses: [(use: LiftedUse, file: String, object: Value)]) {
    var rules: [(part: [String], file: String, object: Value)] = []
    var variables: [(part: [LiftedGroup.Variable], file: String, object: Value)] = []
    for (use, file, object) in uses {
      switch use.group {
      case .rules(let lines): rules.append((lines, file, object))
      case .variables(let lines): variables.append((lines, file, object))
      case .value, .settings: add(use.group, use.field, file, object)
      }
    }
    for (place, run) in Self.runs(rules.map(\.part)) {
      add(.rules(run), Self.word(rules: run), rules[place].file, rules[place].object)
    }
    for (place, run) in Self.runs(variables.map(\.part)) {
      add(.variables(run), "variables", variables[place].file, variables[place].object)
    }
    for group in order {
      guard let found = found[group], Self.isEnough(group, found) else { continue }
      repeats.append(
        Repeated(
          group: group, field: Self.word(group, found.field), use: found.field, owner: Self.owner(group, found),
          files: found.files))
    }
  }

  private mutating func add(_ group: LiftedGroup, _ field: String, _ file: String, _ object: Value) {
    if found[group] == nil { order.append(group) }
    found[group, default: Found(field: field, object: object)].count += 1
    if found[group]?.files.contains(file) == false { found[group]?.files.append(file) }
  }

  /// Whether a name says it shorter, or says what an application is called.
  private static func isEnough(_ group: LiftedGroup, _ found: Found) -> Bool {
    guard found.count >= 2, group.size >= 2 else { return false }
    if LiftedNames.labels.contains(found.field) { return true }
    switch group {
    case .rules: return true
    case .value: return found.count >= 3 || found.field.hasSuffix("nnotations") && group.size >= 3
    case .settings, .variables: return group.size * (found.count - 1) >= 3
    }
  }

  // MARK: Names

  private static func word(_ group: LiftedGroup, _ field: String) -> String {
    if case .settings(let lines) = group, field == "security" { return word(settings: lines) }
    return switch field {
    case "ownLabels", "podLabels", "matchLabels": "labels"
    case "match", "select", "selector", "guard": "selector"
    case "nodeSelector": "nodes"
    case "podAnnotations": "annotations"
    default: field
    }
  }

  private static func word(settings lines: [String]) -> String {
    if lines.contains("privileged = true") { return "privileged-security" }
    // What the API server asks of pods in namespaces that are `restricted`.
    let isRestricted =
      lines.contains("escalation = false") && lines.contains { $0.hasPrefix("drop = ") && $0.contains("ALL") }
    return isRestricted ? "restricted-security" : "security"
  }

  private static func word(rules: [String]) -> String {
    for (start, word) in [("tolerate ", "tolerations"), ("spread ", "spread")] {
      if rules.allSatisfy({ $0.hasPrefix(start) }) { return word }
    }
    return "node-rules"
  }

  /// Labels that say what application it is, the most telling first.
  private static let telling = [
    "app.kubernetes.io/name", "app", "k8s-app", "name", "app.kubernetes.io/component", "component",
    "app.kubernetes.io/instance", "app.kubernetes.io/part-of",
  ]

  private static func owner(_ group: LiftedGroup, _ found: Found) -> String {
    if LiftedNames.labels.contains(found.field), case .value(let labels) = group,
      let text = telling.lazy.compactMap({ labels[$0]?.string }).first ?? labels.object?.values.first?.string
    {
      return Lift.slug(text)
    }
    let isTelling = if case .settings = group { word(group, found.field) != found.field } else { false }
    return isTelling ? "" : Lift.slug(found.object.at("metadata", "name")?.string ?? "")
  }

  // MARK: Runs

  /// The parts of sequences that stand together in the same ones, with the place of the sequence.
  private static func runs<Part: Hashable>(_ sequences: [[Part]]) -> [(place: Int, run: [Part])] {
    var holders: [Part: [Int]] = [:]
    for (place, sequence) in sequences.enumerated() {
      for part in sequence where holders[part]?.last != place { holders[part, default: []].append(place) }
    }
    var found: [(place: Int, run: [Part])] = []
    for (place, sequence) in sequences.enumerated() {
      var run: [Part] = []
      for part in sequence {
        if let last = run.last, holders[last] != holders[part] || run.contains(part) {
          found.append((place, run))
          run = []
        }
        run.append(part)
      }
      if !run.isEmpty { found.append((place, run)) }
    }
    return found.filter { $0.run.count >= 2 && (holders[$0.run[0]]?.count ?? 0) >= 2 }
  }
}
