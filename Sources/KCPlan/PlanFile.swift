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
    /// The plan holds secret values, which a file must not have in clear.
    case holdsSecrets(address: String)
  }

  /// The file's content as a value.
  ///
  /// - Parameter server: the address of the target, so that the plan is not applied to another one.
  public static func encode(_ plan: Plan, server: String) throws(Failure) -> Value {
    for step in plan.steps where step.key.kind == "Secret" && step.object != nil {
      throw .holdsSecrets(address: step.address)
    }
    let body: Value = [
      "project": .string(plan.project), "environment": plan.environment.map { .string($0) } ?? .null,
      "target": .string(plan.target), "namespace": .string(plan.recordNamespace), "server": .string(server),
      "digest": .string(plan.digest),
      "steps": .array(plan.steps.map(encode)),
      "view": PlanJSON.value(plan),
    ]
    return ["schema": .string(schema), "plan": body, "seal": .string(seal(body))]
  }

  /// Reads a file's content.
  public static func decode(_ file: Value) throws(Failure) -> (plan: Plan, server: String) {
    guard let found = file["schema"]?.string else { throw .notAPlan("it has no \"schema\"") }
    guard found.hasPrefix("kc.dev/plan-file/") else { throw .notAPlan("its schema is \"\(found)\"") }
    guard found == schema else { throw .otherVersion(found) }
    guard let body = file["plan"], file["seal"]?.string == seal(body) else { throw .altered }
    var steps: [Step] = []
    for encoded in body["steps"]?.array ?? [] {
      guard let step = decodeStep(encoded) else { throw .notAPlan("a step is incomplete") }
      steps.append(step)
    }
    let plan = Plan(
      project: body["project"]?.string ?? "", environment: body["environment"]?.string,
      target: body["target"]?.string ?? "", steps: steps,
      placements: (body.at("view", "placements")?.array ?? []).map(decodePlacement),
      digest: body["digest"]?.string ?? "",
      recordNamespace: body["namespace"]?.string ?? "default")
    return (plan, body["server"]?.string ?? "")
  }

  private static func seal(_ body: Value) -> String { SHA256.hex(PlanDigest.canonical(body).utf8) }

  private static func encode(_ step: Step) -> Value {
    var out = PlanJSON.step(step)
    out["title"] = .string(step.title)
    out["wave"] = Value(step.wave)
    out["desired"] = step.object
    out["liveVersion"] = step.liveVersion.map { .string($0) }
    out["liveUID"] = step.liveUID.map { .string($0) }
    return out
  }

  private static func decodeStep(_ value: Value) -> Step? {
    guard let action = value["action"]?.string.flatMap({ Step.Action(rawValue: $0) }),
      let address = value["address"]?.string, let key = value["object"].flatMap(decodeKey),
      action == .remove || value["desired"]?.object != nil
    else { return nil }
    return Step(
      action: action, address: address, title: value["title"]?.string ?? key.title, key: key,
      object: value["desired"], origin: value["origin"].map(decodeOrigin),
      changes: (value["fields"]?.array ?? []).map(decodeChange), effect: value["effect"]?.string ?? "",
      liveVersion: value["liveVersion"]?.string, liveUID: value["liveUID"]?.string,
      after: value["after"]?.array?.compactMap(\.string) ?? [], wave: Int(clamping: value["wave"]?.int ?? 0))
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
    let path = FieldPath(value["path"]?.string ?? "")
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
    return Placement(
      address: address, name: name, nodes: shares, unplaced: Int(clamping: value["unplaced"]?.int ?? 0),
      obstacles: (value["obstacles"]?.array ?? []).map { obstacle in
        let rule = obstacle["rule"].map {
          DesiredObject.Rule(
            path: FieldPath(), origin: decodeOrigin($0["origin"] ?? .null), text: $0["text"]?.string ?? "")
        }
        return Placement.Obstacle(
          node: obstacle["node"]?.string ?? "", reason: obstacle["reason"]?.string ?? "", rule: rule)
      }, remedies: value["remedies"]?.array?.compactMap(\.string) ?? [],
      evicts: value["evicts"]?.array?.compactMap(\.string) ?? [],
      onlyDuringRollout: value["onlyDuringRollout"]?.bool ?? false)
  }
}
