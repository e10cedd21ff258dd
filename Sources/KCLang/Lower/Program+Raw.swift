internal import KCData
internal import KCKube
internal import KCSyntax

/// Objects as they are written: without what kc adds, and with what only the API has.
extension Program {
  /// Whether a block's object is to have only the labels and annotations that the files say: the project says so, or the
  /// file that the block stands in.
  func isExact(_ value: TreeValue) -> Bool {
    if project.settings["exact"] == .bool(true) { return true }
    return value.tag == .instance && exactFiles.contains(span(instances[Int(value.payload)].site).file)
  }

  /// Whether a module is the one whose import says that blocks are exact.
  static func isExact(_ module: Module) -> Bool { module.isStandard && module.path == "exact.kc" }

  /// A part of an object with what `raw` says of it, which is checked against a type of the API.
  mutating func withRaw(_ object: TreeValue, _ arguments: [TreeValue]) -> TreeValue {
    guard arguments.count == 3, !arguments[1].isNone else { return object }
    let raw = materialize(arguments[1])
    if raw.isPoison { return raw }
    let name = tree.text(of: scalar(arguments[2])) ?? ""
    let resolved = resolve(raw, 0)
    if let type = partType(name) { check(resolved, .type(type), KubeSchema.builtin, name: name, at: 0) }
    return mergeDeep(object, raw)
  }

  /// An object without the block's name where `raw` says what the API server is to make one of, and no name: the
  /// block's is for the program alone.
  mutating func unnamed(_ object: TreeValue, asIn raw: TreeValue) -> TreeValue {
    let metadata = keys.metadata
    guard value(at: metadata, key("generateName"), in: raw) != nil, value(at: metadata, keys.name, in: raw) == nil,
      let inner = tree.field(UInt32(metadata), of: object)?.value
    else { return object }
    let fields = tree.fields(of: materialize(inner)).filter { $0.key != UInt32(keys.name) }
    return replacing(metadata, in: object, with: tree.record(Array(fields)))
  }

  /// Where a field stands that only Kubernetes has: in the terms of the API, within a part of a pod. Nil for what it has not.
  mutating func rawHelp(_ name: String, _ schema: Int32) -> String? {
    let found = schemas[Int(schema)]
    for (field, part) in [("podRaw", "PodSpec"), ("raw", found.name)] where found.slotOf[key(field)] != nil {
      guard let type = partType(part), KubeSchema.builtin.types[type].field(name) != nil else { continue }
      return "Kubernetes has it, and it is written as there: `\(field) { \(name) = … }`"
    }
    return nil
  }

  /// The type of a part of pods, by its short name.
  private func partType(_ name: String) -> Int? {
    Self.partTypes[name] ?? KubeSchema.builtin.type(apiVersion: "v1", kind: name)
  }

  private static let partTypes: [String: Int] = {
    let schema = KubeSchema.builtin
    func part(_ name: String, of type: Int?) -> Int? { type.flatMap { inner(schema.types[$0].field(name)?.shape) } }
    let spec = part("spec", of: schema.type(apiVersion: "v1", kind: "Pod"))
    let container = part("containers", of: spec)
    let parts = [
      "PodSpec": spec, "Container": container, "Volume": part("volumes", of: spec),
      "VolumeMount": part("volumeMounts", of: container),
    ]
    return parts.compactMapValues(\.self)
  }()

  private static func inner(_ shape: KubeSchema.Shape?) -> Int? {
    switch shape {
    case .type(let index)?: index
    case .list(let element)?: inner(element)
    default: nil
    }
  }
}
