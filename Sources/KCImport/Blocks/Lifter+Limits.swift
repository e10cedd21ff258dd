internal import KCData

/// What a namespace may take, and what in it may ask for.
extension Lifter {
  mutating func liftLimits() -> Bool {
    addMetadata()
    return own.head.kind == "resourcequota" ? liftQuota() : liftLimitRange()
  }

  private mutating func liftQuota() -> Bool {
    let path = rest.path("spec", "hard")
    guard let hard = rest.peek("spec", "hard"), let lines = Self.amounts(hard, path), !lines.isEmpty else {
      return false
    }
    rest.take("spec", "hard")
    self.lines.append(.block("hard", lines, path))
    rest.dropEmpty("spec", "scopes")
    if let scopes = rest.texts("spec", "scopes") {
      self.lines.append(.list("scopes", scopes.map(SourceText.quoted), rest.path("spec", "scopes")))
    }
    return true
  }

  private mutating func liftLimitRange() -> Bool {
    guard let limits = rest.take("spec", "limits")?.array, !limits.isEmpty else { return false }
    var taken: Set<String> = []
    for (place, limit) in limits.enumerated() {
      let path = rest.path("spec", "limits").index(place)
      var part = Remainder(limit, path)
      guard let type = part.text("type"), !type.isEmpty, taken.insert(type).inserted else { return false }
      var body: [SourceLine] = []
      for (name, key) in [
        ("min", "min"), ("max", "max"), ("default", "default"), ("defaultRequest", "defaultRequest"),
        ("ratio", "maxLimitRequestRatio"),
      ] {
        part.dropEmpty(key)
        guard let given = part.take(key) else { continue }
        guard let amounts = Self.amounts(given, path.field(key)) else { return false }
        body.append(.block(name, amounts, path.field(key)))
      }
      guard part.isEmpty, !body.isEmpty else { return false }
      lines.append(.block("limit \(SourceText.blockName(type))", body, path))
    }
    return true
  }

  /// `"requests.cpu" = 4`, for each.
  private static func amounts(_ value: Value, _ path: FieldPath) -> [SourceLine]? {
    guard let fields = value.object else { return nil }
    var lines: [SourceLine] = []
    for (key, given) in fields {
      guard let amount = SourceText.amount(given) else { return nil }
      lines.append(.text("\(SourceText.fieldName(key)) = \(amount)", path.field(key)))
    }
    return lines
  }
}
