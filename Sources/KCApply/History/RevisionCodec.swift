internal import KCClient
internal import KCCodec
internal import KCData
internal import KCKube
internal import KCPlan

/// Revisions as config maps: what is asked for often stands in annotations, the objects in the data, cut into parts
/// where one object of the API could not hold them.
enum RevisionCodec {
  /// Bytes of the list of what is open: annotations have to share a quarter of a mebibyte. What is longer is left out.
  private static let openLimit = 100_000
  /// Bytes of text per config map: the API takes a mebibyte, and escaping needs room on the way.
  static let partSize = 700_000
  static let projectLabel = "kc.dev/history"
  static let partLabel = "kc.dev/part"
  private static let prefix = "kc.dev/"

  /// `kc.shop.r3`, and `kc.shop.r3.2` for what did not fit.
  static func name(_ project: String, _ number: Int, part: Int = 1) -> String {
    "\(Inventory.recordName(project)).r\(number)" + (part == 1 ? "" : ".\(part)")
  }

  /// The config maps of a revision; the first, which makes it exist, is the last to be written.
  static func encode(_ revision: Revision, of plan: Plan, namespace: String) -> [Value] {
    let parts = cut(text(plan))
    var revision = revision
    revision.parts = parts.count
    var out: [Value] = []
    for (index, part) in parts.enumerated().reversed() {
      var map = head(revision, project: plan.project, namespace: namespace, part: index + 1)
      map["data"] = ["objects": .string(part)]
      out.append(map)
    }
    return out
  }

  static func annotations(_ revision: Revision) -> [String: String] {
    var out = [
      "outcome": revision.outcome.rawValue, "applied-at": revision.time, "applied-by": revision.author,
      "plan": revision.plan, "summary": revision.summary, "parts": String(revision.parts),
    ]
    out["environment"] = revision.environment
    out["note"] = revision.note
    if revision.removesAll { out["removes"] = "all" }
    out["back-to"] = revision.backTo.map(String.init)
    let open = revision.open.map { $0.sorted().joined(separator: "\n") }
    out["open"] = open.flatMap { $0.utf8.count > openLimit ? nil : $0 }
    return Dictionary(uniqueKeysWithValues: out.map { (prefix + $0.key, $0.value) })
  }

  /// The annotations as a patch: what is not said any more goes.
  static func patch(_ revision: Revision) -> Value {
    var out = Value(annotations(revision))
    for name in ["note", "open", "back-to"] where out[prefix + name] == nil { out[prefix + name] = .null }
    return out
  }

  private static func head(_ revision: Revision, project: String, namespace: String, part: Int) -> Value {
    var labels = ["app.kubernetes.io/managed-by": "kc", "kc.dev/revision": String(revision.number)]
    labels[part == 1 ? projectLabel : partLabel] = project
    var metadata: Value = [
      "name": .string(name(project, revision.number, part: part)), "namespace": .string(namespace),
      "labels": Value(labels),
    ]
    if part == 1 { metadata["annotations"] = Value(annotations(revision)) }
    return ["apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata]
  }

  /// A revision from the metadata of its first config map.
  static func decode(_ map: Value) -> Revision? {
    guard let number = map.labels["kc.dev/revision"].flatMap({ Int($0) }), number > 0 else { return nil }
    let notes = map.annotations
    func note(_ name: String) -> String? { notes[prefix + name] }
    var revision = Revision(
      number: number, outcome: note("outcome").flatMap { Revision.Outcome(rawValue: $0) } ?? .pending,
      environment: note("environment"), time: note("applied-at") ?? "", author: note("applied-by") ?? "",
      plan: note("plan") ?? "", summary: note("summary") ?? "", note: note("note"),
      parts: min(max(note("parts").flatMap { Int($0) } ?? 1, 1), 1000))
    revision.removesAll = note("removes") == "all"
    revision.backTo = note("back-to").flatMap { Int($0) }
    revision.open = note("open").map { Set($0.split(separator: "\n").map(String.init)) }
    return revision
  }

  // MARK: Objects

  /// One line of JSON per object.
  static func text(_ plan: Plan) -> [UInt8] {
    var out: [UInt8] = []
    for step in plan.steps {
      guard step.action != .remove, let object = step.object else { continue }
      var line: Value = ["address": .string(step.address), "title": .string(step.title)]
      if let origin = step.origin { line["origin"] = ["file": .string(origin.file), "line": Value(origin.line)] }
      if !step.after.isEmpty { line["after"] = .array(step.after.map { .string($0) }) }
      line["object"] = withoutSecrets(object)
      // What is computed of secrets is not kept, as secrets are not.
      if !step.deferred.isEmpty, !step.holdsSecrets { line["deferred"] = .array(step.deferred.map(\.value)) }
      JSON.append(line, to: &out)
      out.append(UInt8(ascii: "\n"))
    }
    return out
  }

  /// Cuts text into parts, never within a character.
  static func cut(_ text: [UInt8], size: Int = partSize) -> [String] {
    var parts: [String] = []
    var start = 0
    while start < text.count {
      var end = min(start + size, text.count)
      while end < text.count, end > start + 1, text[end] & 0xC0 == 0x80 { end -= 1 }
      parts.append(String(decoding: text[start..<end], as: UTF8.self))
      start = end
    }
    return parts.isEmpty ? [""] : parts
  }

  /// Secrets keep the names of their keys, which say what was there, and lose the values.
  static func withoutSecrets(_ object: Value) -> Value {
    guard object.kind == "Secret" else { return object }
    var out = object
    for field in ["data", "stringData"] {
      guard let values = object[field]?.object else { continue }
      out[field] = .object(Fields(values.map { ($0.key, "") }))
    }
    return out
  }

  /// - Returns: nil where the text is not what `encode` writes.
  static func objects(_ text: String) -> [DesiredObject]? {
    var out: [DesiredObject] = []
    for line in text.split(separator: "\n") {
      guard let value = try? JSON.parse(Array(line.utf8)), let object = value["object"], object.name != nil else {
        return nil
      }
      let name = object.name ?? ""
      let title = value["title"]?.string ?? ""
      let kind = title.hasSuffix(" \(name)") ? String(title.dropLast(name.count + 1)) : object.kind?.lowercased() ?? ""
      var item = DesiredObject(
        address: value["address"]?.string ?? "\(kind).\(name)", sourceKind: kind, object: object,
        origin: Origin(
          file: value.at("origin", "file")?.string ?? "", line: Int(clamping: value.at("origin", "line")?.int ?? 0),
          layer: "history"),
        dependencies: value["after"]?.array?.compactMap(\.string) ?? [])
      item.deferred = (value["deferred"]?.array ?? []).compactMap { DeferredField($0) }
      out.append(item)
    }
    return out
  }
}
