public import KCData
internal import KCKube

/// A saved plan: all that `kc apply FILE` needs, and a seal that shows whether it was altered.
public enum PlanFile {
  public static let schema = "kc.dev/plan-file/v1"

  /// Why a file is no plan that can be applied.
  public enum Failure: Error, Sendable, Hashable {
    /// Not a plan file at all.
    case notAPlan(String)
    /// Made by a version whose files this one cannot read.
    case otherVersion(String)
    /// Altered after it was saved.
    case altered
    /// The plan holds secret values, which a file must not have in clear, and there is no key to seal them with.
    case holdsSecrets(address: String)
    /// The file is sealed with a key that is not at hand.
    case needsKey(String)
    /// The file was sealed with another key, or altered.
    case wrongKey
    /// There is a key that plans are to be sealed with, and this one is not.
    case unsealed
  }

  /// The file's content as a value.
  ///
  /// - Parameters:
  ///   - server: the address of the target, so that the plan is not applied to another one.
  ///   - inputs: what the plan was made from.
  ///   - version: that of kc: what one makes of a program another may make differently.
  ///   - sealing: seals secret values, and the whole file against changes by who does not have the key.
  public static func encode(
    _ plan: Plan, server: String, inputs: PlanInputs = PlanInputs(), version: String = "", sealing: PlanSealing? = nil
  ) throws(Failure) -> Value {
    var steps: [Value] = []
    for step in plan.steps { steps.append(try encode(step, sealing)) }
    let body: Value = [
      "project": .string(plan.project), "environment": plan.environment.map { .string($0) } ?? .null,
      "target": .string(plan.target), "namespace": .string(plan.recordNamespace), "server": .string(server),
      "digest": .string(plan.digest), "kc": .string(version), "inputs": inputs.value,
      "steps": .array(steps),
      "nodes": .object(Fields(plan.nodes.map { ($0.name, .string($0.fingerprint)) })),
      "view": PlanJSON.value(plan),
    ]
    var file: Value = ["schema": .string(schema), "plan": body, "seal": .string(PlanDigest.digest(body))]
    let isSecret = plan.steps.contains { $0.holdsSecrets && $0.object != nil }
    if let sealing, isSecret || sealing.isRequired {
      file["sealedBy"] = .string(sealing.name)
      guard let seal = sealing.seal(.string(PlanDigest.digest(body))) else { throw .wrongKey }
      file["seal"] = .string(seal)
    }
    return file
  }

  /// What a file holds.
  public struct Content: Sendable {
    public var plan: Plan
    public var server: String
    public var inputs: PlanInputs
  }

  /// Reads a file's content.
  ///
  /// - Parameters:
  ///   - version: that of kc; a plan of another is not taken.
  ///   - sealing: the key that the file was sealed with, if it was.
  public static func decode(_ file: Value, version: String = "", sealing: PlanSealing? = nil) throws(Failure) -> Content
  {
    guard let found = file["schema"]?.string else { throw .notAPlan("it has no \"schema\"") }
    guard found.hasPrefix("kc.dev/plan-file/") else { throw .notAPlan("its schema is \"\(found)\"") }
    guard found == schema else { throw .otherVersion(found) }
    guard let body = file["plan"], let seal = file["seal"]?.string else { throw .altered }
    var key: PlanSealing?
    if let name = file["sealedBy"]?.string {
      guard let sealing else { throw .needsKey(name) }
      guard let digest = sealing.open(seal)?.string else { throw .wrongKey }
      guard digest == PlanDigest.digest(body) else { throw .altered }
      key = sealing
    } else {
      if let sealing, sealing.isRequired { throw .unsealed }
      guard seal == PlanDigest.digest(body) else { throw .altered }
    }
    let maker = body["kc"]?.string ?? ""
    guard maker == version else { throw .otherVersion("kc \(maker.isEmpty ? "of an unknown version" : maker)") }
    var steps: [Step] = []
    for encoded in body["steps"]?.array ?? [] {
      guard let step = decodeStep(encoded, key) else { throw .notAPlan("a step is incomplete") }
      steps.append(step)
    }
    var plan = Plan(
      project: body["project"]?.string ?? "", environment: body["environment"]?.string,
      target: body["target"]?.string ?? "", steps: steps,
      placements: (body.at("view", "placements")?.array ?? []).map(decodePlacement),
      digest: body["digest"]?.string ?? "",
      recordNamespace: body["namespace"]?.string ?? "default")
    plan.nodes = (body["nodes"]?.object ?? [:]).map {
      Plan.NodeMark(name: $0.key, fingerprint: $0.value.string ?? "")
    }
    plan.unfinished = body.at("view", "unfinished").map { unfinished in
      Unfinished(
        revision: Int(clamping: unfinished["revision"]?.int ?? 0),
        open: (unfinished["open"]?.array).map { Set($0.compactMap(\.string)) },
        removesAll: unfinished["removesAll"]?.bool ?? false,
        backTo: unfinished["backTo"]?.int.map { Int(clamping: $0) })
    }
    plan.unforeseen = body.at("view", "unforeseen")?.string
    plan.appliedAs = body.at("view", "appliedAs")?.string
    plan.alsoIn = (body.at("view", "alsoIn")?.array ?? []).compactMap(\.string)
    let inputs = PlanInputs(body["inputs"] ?? [:])
    plan.id = inputs.id.isEmpty ? nil : inputs.id
    return Content(plan: plan, server: body["server"]?.string ?? "", inputs: inputs)
  }

  private static func encode(_ step: Step, _ sealing: PlanSealing?) throws(Failure) -> Value {
    var out = PlanJSON.step(step)
    out["title"] = .string(step.title)
    out["wave"] = Value(step.wave)
    if step.isFound { out["found"] = true }
    if !step.turnsTo.isEmpty { out["turnsTo"] = .array(step.turnsTo.map { .string($0) }) }
    if !step.goesBefore.isEmpty { out["goesBefore"] = .array(step.goesBefore.map { .string($0) }) }
    if !step.takes.isEmpty { out["takes"] = .array(step.takes.map { .string($0) }) }
    let deferred = Value.array(step.deferred.map(\.value))
    if let object = step.object, step.holdsSecrets {
      guard let sealing else { throw .holdsSecrets(address: step.address) }
      guard let sealed = sealing.seal(object) else { throw .wrongKey }
      out["sealed"] = .string(sealed)
      // What a value is computed from may be secret too.
      if !step.deferred.isEmpty {
        guard let sealed = sealing.seal(deferred) else { throw .wrongKey }
        out["sealedDeferred"] = .string(sealed)
      }
    } else {
      out["desired"] = step.object
      if !step.deferred.isEmpty { out["deferred"] = deferred }
    }
    out["liveVersion"] = step.liveVersion.map { .string($0) }
    out["liveUID"] = step.liveUID.map { .string($0) }
    return out
  }

  private static func decodeStep(_ value: Value, _ sealing: PlanSealing?) -> Step? {
    let sealed = value["sealed"]?.string
    let object = sealed.map { text in sealing?.open(text) } ?? value["desired"]
    guard let action = value["action"]?.string.flatMap({ Step.Action(rawValue: $0) }),
      let address = value["address"]?.string, let key = value["object"].flatMap(decodeKey),
      action == .remove || object?.object != nil
    else { return nil }
    var step = Step(
      action: action, address: address, title: value["title"]?.string ?? key.title, key: key,
      object: object, origin: value["origin"].map(decodeOrigin),
      changes: (value["fields"]?.array ?? []).map(decodeChange), effect: value["effect"]?.string ?? "",
      liveVersion: value["liveVersion"]?.string, liveUID: value["liveUID"]?.string,
      after: value["after"]?.array?.compactMap(\.string) ?? [], wave: Int(clamping: value["wave"]?.int ?? 0))
    step.holdsSecrets = sealed != nil
    let deferred = value["sealedDeferred"]?.string.map { sealing?.open($0) } ?? value["deferred"]
    for field in deferred?.array ?? [] {
      guard let field = DeferredField(field) else { return nil }
      step.deferred.append(field)
    }
    step.movedFrom = value["movedFrom"]?.string
    step.turnsTo = value["turnsTo"]?.array?.compactMap(\.string) ?? []
    step.goesBefore = value["goesBefore"]?.array?.compactMap(\.string) ?? []
    step.takes = value["takes"]?.array?.compactMap(\.string) ?? []
    step.isFound = value["found"]?.bool ?? false
    step.guardReason = value["needsAllowDelete"]?.string
    step.conflicts = (value["conflicts"]?.array ?? []).map(ConflictingField.init)
    step.risks = (value["risks"]?.array ?? []).compactMap { risk in
      risk["kind"]?.string.flatMap { Risk.Kind(rawValue: $0) }.map { Risk($0, risk["reason"]?.string ?? "") }
    }
    return step
  }

  private static func decodeKey(_ value: Value) -> ObjectKey? {
    guard let apiVersion = value["apiVersion"]?.string, let kind = value["kind"]?.string,
      let name = value["name"]?.string
    else { return nil }
    return ObjectKey(apiVersion: apiVersion, kind: kind, namespace: value["namespace"]?.string ?? "", name: name)
  }

  private static func decodeOrigin(_ value: Value) -> Origin {
    Origin(
      file: value["file"]?.string ?? "", line: Int(clamping: value["line"]?.int ?? 0),
      layer: value["layer"]?.string ?? "file", parameter: value["parameter"]?.string)
  }

  private static func decodeChange(_ value: Value) -> Step.Change {
    let path = FieldPath(printed: value["path"]?.string ?? "")
    return Step.Change(
      field: FieldChange(path: path, position: path, old: value["old"], new: value["new"]),
      origin: value["origin"].map(decodeOrigin), driftedBy: value["driftedBy"]?.string,
      isSecret: value["secret"]?.bool ?? false)
  }

  private static func decodePlacement(_ value: Value) -> Placement {
    var shares: [Placement.Share] = []
    for (node, pods) in value["nodes"]?.object ?? [:] {
      shares.append(Placement.Share(node: node, pods: Int(clamping: pods.int ?? 0)))
    }
    let address = value["address"]?.string ?? ""
    let name = address.split(separator: ".").last.map(String.init) ?? address
    var placement = Placement(
      address: address, name: name, nodes: shares, unplaced: Int(clamping: value["unplaced"]?.int ?? 0),
      obstacles: (value["obstacles"]?.array ?? []).map { obstacle in
        let rule = obstacle["rule"].map {
          DesiredObject.Rule(
            path: FieldPath(), origin: decodeOrigin($0["origin"] ?? .null), text: $0["text"]?.string ?? "")
        }
        return Placement.Obstacle(
          node: obstacle["node"]?.string ?? "", reason: obstacle["reason"]?.string ?? "", rule: rule,
          plugin: obstacle["plugin"]?.string ?? "")
      }, remedies: value["remedies"]?.array?.compactMap(\.string) ?? [],
      displaced: (value["displaced"]?.array ?? []).map(Placement.Displaced.init),
      onlyDuringRollout: value["onlyDuringRollout"]?.bool ?? false)
    placement.isCertain = value["certain"]?.bool ?? true
    return placement
  }
}

extension FieldPath {
  /// The path that is printed so. Numbers in brackets are read as places; a key of digits is printed like one.
  init(printed text: String) {
    var elements: [Element] = []
    var rest = text[...]
    while let first = rest.first {
      if first == "[", let end = rest.firstIndex(of: "]") {
        let key = String(rest[rest.index(after: rest.startIndex)..<end])
        elements.append(Int(key).map { .index($0) } ?? .key(key))
        rest = rest[rest.index(after: end)...]
      } else {
        if first == "." { rest.removeFirst() }
        let name = rest.prefix { $0 != "." && $0 != "[" }
        if name.isEmpty { break }
        elements.append(.field(String(name)))
        rest = rest[name.endIndex...]
      }
    }
    self.init(elements)
  }
}
