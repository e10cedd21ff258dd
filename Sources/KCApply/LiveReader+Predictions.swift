internal import KCClient
internal import KCData
internal import KCKube
internal import KCPlan

/// What the target says that an apply would come to.
extension LiveReader {
  /// An answer to a dry run.
  struct Prediction: Sendable {
    /// nil where the target cannot be asked.
    var result: Result<Value, APIStatus>?
    /// The fields that would have to be taken from others.
    var conflicts: [ConflictingField] = []
  }

  /// What would become of objects that are there.
  func predictions(_ desired: [DesiredObject]) async throws(ClientError) -> [ObjectKey: Prediction] {
    let results = try await inParallel(desired, width: Self.width) {
      item async throws(ClientError) -> Prediction? in
      guard let type = client.types.find((item.object.apiVersion, item.object.kind)) else { return nil }
      let answer = try await prediction(item.object, type, force: false)
      guard case .failure(let status) = answer, status.isConflict else { return Prediction(result: answer) }
      let conflicts = ConflictingField.list(status)
      if conflicts.isEmpty { return Prediction(result: answer) }
      return Prediction(result: try await prediction(item.object, type, force: true), conflicts: conflicts)
    }
    return Dictionary(
      zip(desired.map(\.key), results).compactMap { key, value in value.map { (key, $0) } }, uniquingKeysWith: { $1 })
  }

  /// - Returns: nil where the target cannot be asked.
  private func prediction(
    _ object: Value, _ type: ResourceType, force: Bool
  ) async throws(ClientError) -> Result<Value, APIStatus>? {
    do throws(ClientError) {
      return .success(try await client.apply(object, type: type, force: force, dryRun: true))
    } catch {
      guard case .status(let status) = error,
        status.code == 501 || status.code < 500 && status.code != 429 || status.isMisfit
      else { throw error }
      // A webhook that does more than answer cannot be asked what it would do.
      return status.message.contains("does not support dry run") ? nil : .failure(status)
    }
  }

  /// Looks again at what the target would refuse by a definition that the plan changes first: by the new one.
  func judgeAnew(
    _ open: [DesiredObject], _ answers: inout [ObjectKey: Prediction], of new: [DesiredObject],
    _ state: inout LiveState, by kinds: KnownKinds
  ) {
    let redefined = Self.redefined(open, answers, state)
    if redefined.isEmpty { return }
    for item in open where redefined.contains("\(item.key.group)/\(item.key.kind)") {
      guard let type = kinds.types.find((item.object.apiVersion, item.object.kind)),
        let current = state.objects[item.key]
      else { continue }
      if case .success? = answers[item.key]?.result { continue }
      let (refusal, conflicts) = Offline.update(item, current, type, kinds.schema)
      answers[item.key] = Prediction(result: refusal.map { .failure($0) }, conflicts: conflicts)
    }
    for item in new where redefined.contains("\(item.key.group)/\(item.key.kind)") {
      guard let type = kinds.types.find((item.object.apiVersion, item.object.kind)) else { continue }
      state.refused[item.key] = Offline.refusal(of: item.object, type, kinds.schema)
    }
  }

  /// The kinds, as `group/kind`, whose definitions are there and change.
  private static func redefined(
    _ open: [DesiredObject], _ answers: [ObjectKey: Prediction], _ state: LiveState
  ) -> Set<String> {
    var found: Set<String> = []
    for item in open where item.key.kind == "CustomResourceDefinition" {
      guard case .success(let result)? = answers[item.key]?.result, result["spec"] != state.objects[item.key]?["spec"],
        let group = result.at("spec", "group")?.string, let kind = result.at("spec", "names", "kind")?.string
      else { continue }
      found.insert("\(group)/\(kind)")
    }
    return found
  }

  /// Whether something may have been taken away from an object since the last apply.
  static func lacks(_ item: DesiredObject, _ state: LiveState) -> Bool {
    guard let current = state.objects[item.key], case .success(let result)? = state.predicted[item.key] else {
      return false
    }
    return Planner.mayLack(current, to: result)
  }

  /// What the last apply sent; nothing where the history does not tell.
  func lastApplied(_ project: String, _ namespace: String) async -> [ObjectKey: Value] {
    let history = History(client: client, project: project, namespace: namespace)
    guard let newest = (try? await history.list())?.first, let content = try? await history.content(newest.number)
    else {
      return [:]
    }
    // What an apply that failed did not come to it has not sent either.
    let isWhole = newest.outcome == .applied
    let sent = content.objects.filter { isWhole || !(newest.open?.contains($0.address) ?? true) }
    return Dictionary(sent.map { ($0.key, $0.object) }, uniquingKeysWith: { $1 })
  }

  /// Whether the target can be asked about an object that is not there: its namespace is.
  static func canAsk(_ item: DesiredObject, _ state: LiveState) -> Bool {
    if item.key.namespace.isEmpty || Planner.systemNamespaces.contains(item.key.namespace) { return true }
    let namespace = ObjectKey(apiVersion: "v1", kind: "Namespace", namespace: "", name: item.key.namespace)
    return state.objects[namespace].map { !$0.isBeingDeleted } ?? false
  }

  /// Why the target would refuse objects that are not there: by its admission, its policies and its quotas, of which kc
  /// knows nothing.
  func refusals(of desired: [DesiredObject]) async throws(ClientError) -> [ObjectKey: APIStatus] {
    let answers = try await inParallel(desired, width: Self.width) { item async throws(ClientError) -> APIStatus? in
      guard let type = client.types.find((item.object.apiVersion, item.object.kind)),
        case .failure(let status)? = try await prediction(item.object, type, force: false)
      else { return nil }
      return Self.stands(status, item.object) ? status : nil
    }
    return Dictionary(
      zip(desired.map(\.key), answers).compactMap { key, value in value.map { (key, $0) } }, uniquingKeysWith: { $1 })
  }

  /// Why the target would refuse as new ones what cannot become what is declared where it is: that is replaced, and for one
  /// that is refused the old one must not go.
  func refusalsAnew(
    _ open: [DesiredObject], _ answers: [ObjectKey: Prediction]
  ) async throws(ClientError) -> [ObjectKey: APIStatus] {
    // The ports of services and the kinds of definitions are free only when the old ones are gone.
    let fixed = open.filter { item in
      guard case .failure(let status)? = answers[item.key]?.result else { return false }
      return status.code == 422 && !["Service", "CustomResourceDefinition"].contains(item.key.kind)
    }
    if fixed.isEmpty { return [:] }
    // What is there cannot be asked about as new by its own name.
    let asked = fixed.map { item in
      var other = item
      other.object.set(.string("\(item.key.name.prefix(50))-asked"), at: "metadata", "name")
      return other
    }
    let refused = try await refusals(of: asked)
    var found: [ObjectKey: APIStatus] = [:]
    for (item, other) in zip(fixed, asked) {
      // The old one counts for quotas still, and a name that was made up may be none of its kind.
      guard var status = refused[other.key], !status.message.contains("exceeded quota"),
        !(status.details?.causes ?? []).contains(where: { $0.field == "metadata.name" })
      else { continue }
      status.message = status.message.replacing(other.key.name, with: item.key.name)
      found[item.key] = status
    }
    return found
  }

  /// Why the target would refuse the pods of workloads: by limits of a namespace, its pod security and its policies. Nobody
  /// asks for more than that: whom else a pod needs may be as new as itself.
  func podRefusals(of desired: [DesiredObject]) async -> [ObjectKey: String] {
    let kinds: Set = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job"]
    guard let type = client.types.find(apiVersion: "v1", kind: "Pod") else { return [:] }
    let workloads = desired.filter { kinds.contains($0.key.kind) }
    let answers = try? await inParallel(workloads, width: Self.width) { item async throws(ClientError) -> String? in
      guard let pod = Self.pod(of: item.object) else { return nil }
      do throws(ClientError) {
        _ = try await client.create(pod, type: type, dryRun: true)
        return nil
      } catch {
        guard let status = error.status, status.code == 403 else { return nil }
        let told = ["violates PodSecurity", "denied the request", "failed quota", "maximum ", "minimum "]
        guard told.contains(where: { status.message.contains($0) }) else { return nil }
        return status.message.replacing("pods \"\(pod.name ?? "")\" is forbidden: ", with: "")
      }
    }
    return Dictionary(
      zip(workloads.map(\.key), answers ?? []).compactMap { key, value in value.map { (key, $0) } },
      uniquingKeysWith: { $1 })
  }

  /// A pod as a workload would make it.
  static func pod(of workload: Value) -> Value? {
    guard var pod = workload.at("spec", "template") else { return nil }
    pod["apiVersion"] = "v1"
    pod["kind"] = "Pod"
    pod.set(.string("\(workload.name ?? "")-asked"), at: "metadata", "name")
    pod.set(workload.at("metadata", "namespace"), at: "metadata", "namespace")
    return pod
  }

  /// Whether a refusal will be one still when what the plan makes before is there.
  private static func stands(_ status: APIStatus, _ object: Value) -> Bool {
    switch status.code {
    case 400, 422, 500, 501: return true
    // Who may not bind a role that is not there yet may bind it when it is; a pod's account may be as new.
    case 403: return object.kind != "Pod" && !(object.apiVersion ?? "").hasPrefix("rbac.authorization.k8s.io/")
    default: return false
    }
  }
}
