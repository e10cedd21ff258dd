internal import KCData
public import KCKube

/// What a plan was made from besides the target's objects and nodes: kept with a saved plan, so that it is not applied
/// once something of it has moved.
public struct PlanInputs: Sendable, Hashable {
  /// Something that was read, and a digest of it.
  public struct Mark: Sendable, Hashable {
    public var name: String
    public var fingerprint: String

    public init(name: String, fingerprint: String) {
      self.name = name
      self.fingerprint = fingerprint
    }

    public init(name: String, bytes: some Sequence<UInt8>) {
      var hash = SHA256()
      hash.update(bytes)
      self.init(name: name, fingerprint: String(PlanDigest.hex(hash).prefix(32)))
    }
  }

  /// The files of the program.
  public var sources: [Mark] = []
  /// The files of parameters.
  public var parameterFiles: [Mark] = []
  /// The texts of `--set`, all in one digest; nil where there were none.
  public var sets: String?
  public var environment: String?
  /// The kinds of objects that the plan deals with, as the target serves them.
  public var kinds: [Mark] = []
  /// Names this saved plan alone: two plans with equal content are told apart.
  public var id = ""

  public init() {}

  /// A digest over the texts of `--set`.
  public static func digest(sets: [String]) -> String? {
    if sets.isEmpty { return nil }
    return Mark(name: "", bytes: sets.joined(separator: "\0").utf8).fingerprint
  }

  /// How a target serves the kinds of some objects.
  public static func kinds(of steps: [Step], _ types: ResourceTypes) -> [Mark] {
    Set(steps.map { [$0.key.apiVersion, $0.key.kind] }).map { key in
      let type = types.find(apiVersion: key[0], kind: key[1])
      return Mark(
        name: "\(key[1]) of \(key[0])",
        fingerprint: type.map { "\($0.plural),\($0.namespaced ? "namespaced" : "")" } ?? "")
    }.sorted { $0.name < $1.name }
  }

  /// The same as bytes, for the plan's digest.
  public var bytes: [UInt8] { Array(PlanDigest.digest(value).utf8) }

  /// What has become of the program and the parameters, in words; empty where nothing has.
  ///
  /// - Parameter now: the program as it is; without texts of `--set` and without an environment where none were given.
  public func moved(_ now: PlanInputs) -> [String] {
    Self.moved(sources, now.sources, changed: "has changed") + movedParameters(now)
  }

  /// The same of the parameters alone, where the program is not at hand.
  public func movedParameters(_ now: PlanInputs) -> [String] {
    var out: [String] = []
    let files = Dictionary(parameterFiles.map { ($0.name, $0.fingerprint) }, uniquingKeysWith: { $1 })
    for file in now.parameterFiles where files[file.name] != file.fingerprint {
      out.append("the parameters in \(file.name) have changed since")
    }
    if let given = now.sets, given != sets { out.append("--set says something else than when the plan was made") }
    if let given = now.environment, given != environment {
      out.append("--env says \(given), and the plan was made for \(environment ?? "no environment")")
    }
    return out
  }

  /// What has become of the kinds that the plan deals with.
  public func movedKinds(_ now: [Mark]) -> [String] {
    let known = Dictionary(now.map { ($0.name, $0.fingerprint) }, uniquingKeysWith: { $1 })
    return kinds.filter { (known[$0.name] ?? "") != $0.fingerprint }.map { kind in
      switch (kind.fingerprint.isEmpty, (known[kind.name] ?? "").isEmpty) {
      case (true, _): "\(kind.name) has come to the target since"
      case (_, true): "\(kind.name) is not served by the target any more"
      default: "\(kind.name) is served differently by the target since"
      }
    }
  }

  private static func moved(_ then: [Mark], _ now: [Mark], changed: String) -> [String] {
    let old = Dictionary(then.map { ($0.name, $0.fingerprint) }, uniquingKeysWith: { $1 })
    let new = Dictionary(now.map { ($0.name, $0.fingerprint) }, uniquingKeysWith: { $1 })
    return Set(old.keys).union(new.keys).sorted().compactMap { name in
      switch (old[name], new[name]) {
      case (nil, _): "\(name) has come since"
      case (_, nil): "\(name) has gone since"
      case (let before, let after): before == after ? nil : "\(name) \(changed) since"
      }
    }
  }
}

extension PlanInputs {
  var value: Value {
    func list(_ marks: [Mark]) -> Value { .object(Fields(marks.map { ($0.name, .string($0.fingerprint)) })) }
    var out: Value = [
      "sources": list(sources), "parameterFiles": list(parameterFiles), "kinds": list(kinds), "id": .string(id),
    ]
    out["sets"] = sets.map { .string($0) }
    out["environment"] = environment.map { .string($0) }
    return out
  }

  init(_ value: Value) {
    func list(_ field: String) -> [Mark] {
      (value[field]?.object ?? [:]).map { Mark(name: $0.key, fingerprint: $0.value.string ?? "") }
    }
    sources = list("sources")
    parameterFiles = list("parameterFiles")
    kinds = list("kinds")
    id = value["id"]?.string ?? ""
    sets = value["sets"]?.string
    environment = value["environment"]?.string
  }
}
