internal import KCData
internal import KCKube

/// What a write depends on beside its own object: whether its namespace takes it, and the classes that it names.
enum ClusterAdmission {
  /// New objects need a namespace that is there and stays.
  static func checkNamespace(
    _ object: Value, _ type: ResourceType, _ state: borrowing ObjectState
  ) throws(APIStatus) {
    let name = object.namespace ?? ""
    guard let namespace = state.get("namespaces", nil, name)?.value else {
      throw APIStatus(
        code: 404, reason: "NotFound", message: "namespaces \"\(name)\" not found",
        details: .init(name: name, kind: "namespaces"))
    }
    if namespace.isBeingDeleted {
      throw .forbidden(
        type, object.name ?? "", "unable to create new content in namespace \(name) because it is being terminated",
        causes: [
          .init(
            reason: "NamespaceTerminating", message: "namespace \(name) is being terminated",
            field: "metadata.namespace")
        ])
    }
  }

  /// What is being deleted gets no new finalizers: it would never end.
  static func checkFinalizers(_ new: Value, _ old: Value, _ type: ResourceType) throws(APIStatus) {
    guard old.isBeingDeleted else { return }
    let added = new.finalizers.filter { !old.finalizers.contains($0) }
    if added.isEmpty { return }
    let shown = added.map { "\"\($0)\"" }.joined(separator: ", ")
    let cause = APIStatus.Cause(
      reason: "FieldValueForbidden",
      message: "Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers "
        + "[]string{\(shown)}", field: "metadata.finalizers")
    // The API server's checks of all objects and those of the kind both say it.
    throw .invalid(type, new.name ?? "", [cause, cause])
  }

  /// A claim grows only where its class says that volumes may: the volume would not, and the claim would say so.
  static func checkClaimSize(
    _ new: Value, _ old: Value, _ type: ResourceType, _ state: borrowing ObjectState
  ) throws(APIStatus) {
    func size(_ claim: Value) -> Quantity? {
      claim.at("spec", "resources", "requests", "storage")?.string.flatMap { Quantity($0) }
    }
    guard type.qualifiedName == "persistentvolumeclaims", let before = size(old), let after = size(new), after > before
    else { return }
    let name = old.at("spec", "storageClassName")?.string ?? ""
    let found = state.get("storageclasses.storage.k8s.io", nil, name)?.value
    if found?["allowVolumeExpansion"] == true { return }
    throw .forbidden(
      type, new.name ?? "",
      "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize"
    )
  }

  private static let priorityClasses = "priorityclasses.scheduling.k8s.io"

  /// Only one priority class can be the default.
  static func checkPriorityClass(
    _ object: Value, _ type: ResourceType, _ state: borrowing ObjectState
  ) throws(APIStatus) {
    guard type.qualifiedName == priorityClasses, object["globalDefault"] == true else { return }
    let others = state.list(priorityClasses, namespace: nil).map(\.value)
    guard let other = others.first(where: { $0["globalDefault"] == true && $0.name != object.name }) else { return }
    throw .forbidden(
      type, object.name ?? "",
      "PriorityClass \(other.name ?? "") is already marked as default. Only one default can exist")
  }

  /// What the cluster itself relies on stays.
  static func checkDeletion(_ object: Value, _ type: ResourceType) throws(APIStatus) {
    guard type.qualifiedName == priorityClasses,
      ["system-node-critical", "system-cluster-critical"].contains(object.name ?? "")
    else { return }
    throw .forbidden(type, object.name ?? "", "this is a system priority class and cannot be deleted")
  }

  /// The classes and service accounts that admission of an object looks up.
  static func context(
    for object: Value, _ type: ResourceType, _ state: borrowing ObjectState, _ settings: APIServer.Settings
  ) -> Admission.Context {
    let classes = Classes(state)
    let account = object.at("spec", "serviceAccountName")?.string ?? ""
    let isPod = type.qualifiedName == "pods"
    let isThere = isPod && !account.isEmpty && state.get("serviceaccounts", object.namespace, account) != nil
    var context = Admission.Context(
      priorityClass: { classes.priority[$0] },
      defaultPriorityClass: { classes.priority.values.first { $0["globalDefault"]?.bool == true } },
      runtimeClass: { classes.runtime[$0] },
      defaultStorageClass: { classes.standard(classes.storage, "storageclass.kubernetes.io/is-default-class") },
      defaultIngressClass: { classes.standard(classes.ingress, "ingressclass.kubernetes.io/is-default-class") })
    if settings.checksServiceAccounts { context.hasServiceAccount = { _, _ in isThere } }
    return context
  }

  private struct Classes: Sendable {
    let priority: [String: Value]
    let runtime: [String: Value]
    let storage: [Value]
    let ingress: [Value]

    init(_ state: borrowing ObjectState) {
      func named(_ resource: String) -> [String: Value] {
        let pairs = state.list(resource, namespace: nil).map { ($0.value.name ?? "", $0.value) }
        return Dictionary(pairs, uniquingKeysWith: { $1 })
      }
      priority = named("priorityclasses.scheduling.k8s.io")
      runtime = named("runtimeclasses.node.k8s.io")
      storage = state.list("storageclasses.storage.k8s.io", namespace: nil).map(\.value)
      ingress = state.list("ingressclasses.networking.k8s.io", namespace: nil).map(\.value)
    }

    /// The name of the class that is marked as the default; the newest of several, of the same age the first by name.
    func standard(_ all: [Value], _ annotation: String) -> String? {
      func age(_ object: Value) -> Timestamp { object.creationTimestamp ?? .init(seconds: 0) }
      return all.filter { $0.annotations[annotation] == "true" }
        .max { (age($0), $1.name ?? "") < (age($1), $0.name ?? "") }?.name
    }
  }
}
