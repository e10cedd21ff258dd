internal import KCData

/// The names that stand in a file for what an import repeats.
struct LiftedNames {
  /// Names of texts.
  var texts: [String: String] = [:]
  /// Names of images, which stand for nothing else of the same text.
  var images: [String: String] = [:]
  /// Names of maps, lists and groups of lines.
  private(set) var groups: [LiftedGroup: String] = [:]
  /// Groups of lines that follow each other within others, by the first; the longest first.
  private var rules: [String: [(lines: [String], name: String)]] = [:]
  private var variables: [String: [(lines: [LiftedGroup.Variable], name: String)]] = [:]
  /// Whether what could get a name is looked for.
  var isLooking = false

  init(texts: [String: String] = [:], images: [String: String] = [:], isLooking: Bool = false) {
    self.texts = texts
    self.images = images
    self.isLooking = isLooking
  }

  mutating func add(_ group: LiftedGroup, _ name: String) {
    groups[group] = name
    switch group {
    case .rules(let lines): Self.add((lines, name), to: &rules[lines[0], default: []])
    case .variables(let lines): Self.add((lines, name), to: &variables[lines[0].name, default: []])
    default: break
    }
  }

  private static func add<Line>(_ run: (lines: [Line], name: String), to runs: inout [(lines: [Line], name: String)]) {
    let place = runs.firstIndex { $0.lines.count < run.lines.count } ?? runs.count
    runs.insert(run, at: place)
  }

  // MARK: Values

  /// Fields whose values are no settings that several objects share: what is in them is what the object is for, or is
  /// looked up by where it stands.
  private static let contents: Set<String> = [
    "args", "binaryData", "command", "data", "description", "metadata", "name", "script", "spec", "stringData", "verbs",
  ]
  /// Fields with labels: what an application is called in all of its objects.
  static let labels: Set<String> = [
    "labels", "ownLabels", "podLabels", "match", "matchLabels", "select", "selector", "guard", "nodeSelector",
  ]

  /// Whether a value of a field is worth a name where it repeats.
  static func isWorthy(_ value: Value, of field: String) -> Bool {
    guard !contents.contains(field) else { return false }
    switch value {
    case .object(let fields):
      if labels.contains(field) || field.hasSuffix("nnotations") {
        return fields.count >= 2 && fields.values.allSatisfy { $0.string != nil }
      }
      return value.leaves >= 3
    case .array(let elements): return elements.count >= 2 && value.leaves >= 4
    default: return false
    }
  }

  // MARK: Lines

  /// What could get a name in the lines of a block.
  func uses(in lines: [SourceLine], isContainer: Bool = false) -> [LiftedUse] {
    var found: [LiftedUse] = []
    for line in lines {
      switch line.content {
      case .value(let head, let value, _) where Self.isWorthy(value, of: head):
        found.append(LiftedUse(group: .value(value), field: head))
      case .block("security", let inner):
        guard let texts = Self.settings(inner) else { continue }
        found.append(LiftedUse(group: .settings(texts), field: isContainer ? "security" : "pod-security"))
      case .block("affinity", let inner):
        found += inner.split { Self.rule($0) == nil }.map { run in
          LiftedUse(group: .rules(run.compactMap(Self.rule)), field: "placement")
        }
      case .block(let head, let inner) where Self.isContainer(head):
        found += uses(in: inner, isContainer: true)
        found += inner.split { Self.variable($0) == nil }.map { run in
          LiftedUse(group: .variables(run.compactMap(Self.variable)), field: "variables")
        }
      default: continue
      }
    }
    return found
  }

  /// Lines with the names in the place of what they stand for.
  func lifted(_ lines: [SourceLine]) -> [SourceLine] {
    if groups.isEmpty { return lines }
    return lines.map { line in
      switch line.content {
      case .value(let head, let value, _):
        guard Self.isWorthy(value, of: head), let name = groups[.value(value)] else { return line }
        return SourceLine(.text("\(head) = \(name)"), line.paths)
      case .block("security", let inner):
        guard let texts = Self.settings(inner), let name = groups[.settings(texts)] else { return line }
        return SourceLine(.text("security = \(name)"), line.paths + inner.flatMap(\.paths))
      case .block("affinity", let inner):
        let short = Self.replace(inner, rules, Self.rule, first: { $0 }) { .text("use \($0)()") }
        return SourceLine(.block("affinity", short), line.paths)
      case .block(let head, let inner) where Self.isContainer(head):
        let short = Self.replace(inner, variables, Self.variable, first: \.name) { name in
          .block("for name, value in \(name)", [.text(#"env "\(name)" = value"#)])
        }
        return SourceLine(.block(head, lifted(short)), line.paths)
      default: return line
      }
    }
  }

  private static func isContainer(_ head: String) -> Bool {
    ["container ", "init ", "sidecar "].contains { head.hasPrefix($0) }
  }

  /// Puts the name of the longest run in the place of its lines.
  private static func replace<Part: Equatable>(
    _ lines: [SourceLine], _ runs: [String: [(lines: [Part], name: String)]], _ part: (SourceLine) -> Part?,
    first: (Part) -> String, by content: (String) -> SourceLine.Content
  ) -> [SourceLine] {
    if runs.isEmpty { return lines }
    let parts = lines.map(part)
    var out: [SourceLine] = []
    var place = 0
    while place < lines.count {
      let found = parts[place].flatMap { runs[first($0)] }?.first { run in
        parts[place...].prefix(run.lines.count).elementsEqual(run.lines.map(Optional.some))
      }
      if let found {
        let paths = lines[place..<place + found.lines.count].flatMap(\.paths)
        out.append(SourceLine(content(found.name), paths))
        place += found.lines.count
      } else {
        out.append(lines[place])
        place += 1
      }
    }
    return out
  }

  /// The settings of a block that a record can stand for; nil where they are blocks themselves.
  private static func settings(_ lines: [SourceLine]) -> [String]? {
    var texts: [String] = []
    for line in lines {
      switch line.content {
      case .text(let text): texts.append(text)
      case .list(let head, let items):
        let parts = items.compactMap { if case .text(let text) = $0.content { text } else { nil } }
        guard parts.count == items.count else { return nil }
        texts.append("\(head) = [\(parts.joined(separator: ", "))]")
      default: return nil
      }
    }
    return texts
  }

  /// A rule that refers to nothing, and means the same wherever it stands.
  private static func rule(_ line: SourceLine) -> String? {
    guard case .text(let text) = line.content else { return nil }
    let isFree = ["tolerate ", "require node ", "prefer node ", "spread by "].contains { text.hasPrefix($0) }
    return isFree ? text : nil
  }

  /// A variable whose text is said.
  private static func variable(_ line: SourceLine) -> LiftedGroup.Variable? {
    guard line.paths.count == 1 else { return nil }
    switch line.content {
    case .value(let head, .string(let text), _):
      guard let name = variableName(head) else { return nil }
      return LiftedGroup.Variable(name: name, text: text)
    case .text(let text):
      // `env PORT = 80`: what is no text, and no reference.
      guard let mark = text.firstRange(of: " = "), let name = variableName(String(text[..<mark.lowerBound])) else {
        return nil
      }
      let value = String(text[mark.upperBound...])
      guard value == "true" || value == "false" || Int64(value) != nil else { return nil }
      return LiftedGroup.Variable(name: name, text: value)
    default: return nil
    }
  }

  private static func variableName(_ head: String) -> String? {
    guard head.hasPrefix("env ") else { return nil }
    let name = head.dropFirst(4)
    return String(name.first == "\"" ? name.dropFirst().dropLast() : name)
  }
}
