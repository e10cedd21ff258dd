internal import KCData

/// Amounts that are so small or large that a unit was most likely left out.
extension CrossChecks {
  /// What a container requests and is limited to. One unit that is missing shows in both, and is told once.
  mutating func checkAmounts(_ container: Node, _ name: String) {
    guard let resources = child(container, names.resources) else { return }
    var told: Set<UInt32> = []
    for (key, amount) in fields(child(resources, names.requests)) + fields(child(resources, names.limits)) {
      guard !told.contains(key), let quantity = quantity(amount.value) else { continue }
      let resource = program.text(Int32(key))
      guard let (what, guess) = Self.oddity(quantity, of: resource) else { continue }
      // Parts of bytes are refused in the ergonomic form.
      if !isPlain, quantity < Quantity(1024), quantity.nano % Quantity(1).nano != 0 { continue }
      told.insert(key)
      report(
        "KC0412", "`\(name)` is given \(what) of \(resource)", at: amount.site, isWarning: true,
        help: "did you mean `\(guess)`?")
    }
  }

  /// The size of a claim.
  mutating func checkSize(_ claim: Node, _ title: String) {
    guard let resources = child(claim, names.spec).flatMap({ child($0, names.resources) }) else { return }
    for (key, amount) in fields(child(resources, names.requests)) {
      guard let quantity = quantity(amount.value),
        let (what, guess) = Self.oddity(quantity, of: program.text(Int32(key)))
      else { continue }
      report(
        "KC0412", "\(title) asks for \(what)", at: amount.site, isWarning: true, help: "did you mean `\(guess)`?")
    }
  }

  /// What is odd about an amount, and what was meant instead; nil for what may well be meant.
  private static func oddity(_ quantity: Quantity, of resource: String) -> (what: String, guess: String)? {
    switch resource {
    case "memory", "ephemeral-storage", "storage":
      guard quantity > Quantity(0), quantity < Quantity(1024) else { return nil }
      // `128m` are thousandths of a byte: the letter is the wrong one.
      let isWhole = quantity.nano % Quantity(1).nano == 0
      let number = isWhole ? quantity.value : quantity.milliValue
      let unit = resource == "memory" ? (isWhole && number < 16 ? "Gi" : "Mi") : "Gi"
      return (isWhole ? number == 1 ? "1 byte" : "\(number) bytes" : "a part of a byte", "\(number)\(unit)")
    case "cpu":
      guard quantity >= Quantity(64), quantity.nano % Quantity(1).nano == 0, isLikelyThousandths(quantity.value) else {
        return nil
      }
      return ("\(quantity) whole cores", "\(quantity.value)m")
    default: return nil
    }
  }

  /// Whether a number of cores looks like one of thousandths: those are round, and large machines have 64, 96 or 128.
  private static func isLikelyThousandths(_ number: Int64) -> Bool { number % 10 == 0 || number % 25 == 0 }

  /// What an autoscaler aims for with the cpu or memory of pods.
  mutating func checkAim(_ resource: Node, _ name: String, _ object: Object) {
    guard let target = child(resource, names.target) else { return }
    if let share = child(target, names.averageUtilization), let percent = program.tree.int(of: share.value),
      percent > 1000
    {
      report(
        "KC0412", "\(title(object)) aims for \(percent) % of the \(name) that is requested, so it adds no pods",
        at: share.site, isWarning: true, help: "the share of what is requested is mostly below `100%`")
    }
    guard let aim = child(target, names.averageValue), let quantity = quantity(aim.value),
      quantity.nano % Quantity(1).nano == 0, quantity >= Quantity(10),
      quantity < (name == "memory" ? Quantity(1024) : name == "cpu" ? Quantity(.max) : Quantity(0))
    else { return }
    let unit = name == "memory" ? "bytes" : "whole cores"
    let guess = quantity <= Quantity(100) ? "\(quantity.value)%" : "\(quantity.value)\(name == "memory" ? "Mi" : "m")"
    report(
      "KC0412", "\(title(object)) aims for \(quantity.value) \(unit) of \(name) in each pod", at: aim.site,
      isWarning: true,
      help: isPlain
        ? "a share of what is requested is `averageUtilization`; an amount has a unit: `500m`, `256Mi`"
        : "did you mean `\(guess)`?")
  }
}
