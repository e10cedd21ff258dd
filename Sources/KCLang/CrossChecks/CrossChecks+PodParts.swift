internal import KCData

/// Parts of pods that the API refuses for what they are, not for what they refer to.
extension CrossChecks {
  /// A volume holds one thing.
  mutating func checkContent(_ volume: Node, _ object: Object) {
    let kinds = fields(volume).filter { $0.key != names.name }
    guard kinds.count > 1, let last = kinds.last else { return }
    let shown = Program.enumerate(kinds.map { program.text(Int32($0.key)) })
    report(
      "KC0415", "the volume `\(text(volume, names.name) ?? "")` of \(title(object)) holds \(shown)", at: last.node.site,
      help: "a volume holds one thing: `projected` puts several configs and secrets into one folder")
  }

  /// A container that runs to its end before the others start is not asked whether it is well.
  mutating func checkInit(_ container: Node, _ object: Object) {
    if let policy = child(container, names.restartPolicy), program.isText(policy.value, "Always") { return }
    for key in [names.readinessProbe, names.livenessProbe, names.startupProbe, names.lifecycle] {
      guard let part = child(container, key) else { continue }
      let name = text(container, names.name) ?? ""
      let what = key == names.lifecycle ? "a hook" : "a probe"
      report(
        "KC0416", "`\(name)` of \(title(object)) runs to its end before the others start, and has \(what)",
        at: firstSite(in: part.value, 4) ?? blockSite("init", name, object) ?? part.site,
        help: "what runs beside the others is a `sidecar`; in the API's terms an init container with "
          + "`restartPolicy = \"Always\"`")
      return
    }
  }

  /// The place of a block within that of an object.
  private func blockSite(_ kind: String, _ name: String, _ object: Object) -> Int32? {
    var next = program.instances[Int(object.instance)].firstChild
    while next >= 0 {
      let block = program.instances[Int(next)]
      if program.text(block.kind) == kind, program.text(block.name) == name { return block.site }
      next = block.nextSibling
    }
    return nil
  }

  /// The first place in the user's files that a value, or something in it, came from.
  private func firstSite(in value: TreeValue, _ depth: Int) -> Int32? {
    guard value.tag == .record, depth > 0 else { return nil }
    for field in program.tree.fields(of: value) {
      if let site = program.ownSite(field.origin) ?? firstSite(in: field.value, depth - 1) { return site }
    }
    return nil
  }
}
