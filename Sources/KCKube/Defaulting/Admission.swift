public import KCData

/// What the admission plug-ins that Kubernetes switches on by default change in new objects.
public enum Admission {
  /// Objects of the cluster that admission looks at.
  public struct Context: Sendable {
    /// A priority class by name.
    public var priorityClass: @Sendable (String) -> Value?
    /// The priority class of pods that name none.
    public var defaultPriorityClass: @Sendable () -> Value?
    /// A runtime class by name.
    public var runtimeClass: @Sendable (String) -> Value?
    /// The name of the storage class of claims that name none.
    public var defaultStorageClass: @Sendable () -> String?
    /// The name of the ingress class of ingresses that name none.
    public var defaultIngressClass: @Sendable () -> String?
    /// Whether a namespace has a service account; nil where pods may name any, as without the plug-in `ServiceAccount`.
    public var hasServiceAccount: (@Sendable (_ namespace: String, _ name: String) -> Bool)?

    public init(
      priorityClass: @escaping @Sendable (String) -> Value? = { _ in nil },
      defaultPriorityClass: @escaping @Sendable () -> Value? = { nil },
      runtimeClass: @escaping @Sendable (String) -> Value? = { _ in nil },
      defaultStorageClass: @escaping @Sendable () -> String? = { nil },
      defaultIngressClass: @escaping @Sendable () -> String? = { nil },
      hasServiceAccount: (@Sendable (_ namespace: String, _ name: String) -> Bool)? = nil
    ) {
      self.priorityClass = priorityClass
      self.defaultPriorityClass = defaultPriorityClass
      self.runtimeClass = runtimeClass
      self.defaultStorageClass = defaultStorageClass
      self.defaultIngressClass = defaultIngressClass
      self.hasServiceAccount = hasServiceAccount
    }
  }

  /// Changes a new object. Throws the refusal (403) of a plug-in.
  ///
  /// - Parameters:
  ///   - object: with its defaults filled in.
  public static func create(_ object: inout Value, type: ResourceType, context: Context) throws(APIStatus) {
    switch type.qualifiedKind {
    case "Pod":
      try priority(&object, type, context)
      tolerations(&object)
      try runtimeClass(&object, type, context)
      try serviceAccount(&object, type, context)
    case "PersistentVolumeClaim":
      protect(&object, "kubernetes.io/pvc-protection")
      let isOld = object.annotations["volume.beta.kubernetes.io/storage-class"] != nil
      if object.at("spec", "storageClassName") == nil, !isOld, let name = context.defaultStorageClass() {
        object.set(.string(name), at: "spec", "storageClassName")
      }
    case "PersistentVolume": protect(&object, "kubernetes.io/pv-protection")
    case "VolumeAttributesClass.storage.k8s.io": protect(&object, "kubernetes.io/vac-protection")
    case "Ingress.networking.k8s.io":
      let isOld = object.annotations["kubernetes.io/ingress.class"] != nil
      if object.at("spec", "ingressClassName") == nil, !isOld, let name = context.defaultIngressClass() {
        object.set(.string(name), at: "spec", "ingressClassName")
      }
    case "Node": taint(&object)
    default: break
    }
  }

  /// Looks at a new object that validation has let pass. Throws the refusal (403) of a plug-in.
  ///
  /// - Parameter sent: the object as it was sent: an empty `overhead`, which defaults leave out, is one that is given.
  public static func check(
    _ object: Value, type: ResourceType, context: Context, sent: Value
  ) throws(APIStatus) {
    guard type.qualifiedKind == "Pod", !Defaulting.isNil(sent.at("spec", "overhead")) else { return }
    guard let name = object.at("spec", "runtimeClassName")?.string else {
      throw forbidden(object, type, "an overhead needs a RuntimeClass that has it")
    }
    if Defaulting.isNil(context.runtimeClass(name)?["overhead"]) {
      throw forbidden(object, type, "RuntimeClass \(name) has no overhead")
    }
  }

  /// Changes an object that is being changed.
  public static func update(_ object: inout Value, type: ResourceType) {
    if type.qualifiedKind == "Pod" { tolerations(&object) }
  }

  private static func forbidden(_ object: Value, _ type: ResourceType, _ why: String) -> APIStatus {
    let name = object.name ?? ""
    return APIStatus(
      code: 403, reason: "Forbidden", message: "\(type.qualifiedName) \"\(name)\" is forbidden: \(why)",
      details: .init(name: name, group: type.group, kind: type.plural))
  }

  /// Pods run as the service account `default` of their namespace, or as one that is there. That of the namespace is made
  /// a moment after it, so that it is not asked for.
  private static func serviceAccount(
    _ object: inout Value, _ type: ResourceType, _ context: Context
  ) throws(APIStatus) {
    // Mirror pods are as their node has them.
    guard let isThere = context.hasServiceAccount, object.annotations["kubernetes.io/config.mirror"] == nil else {
      return
    }
    let name = object.at("spec", "serviceAccountName")?.string ?? ""
    if name.isEmpty {
      for field in ["serviceAccountName", "serviceAccount"] { object.set("default", at: "spec", field) }
    } else if name != "default", !isThere(object.namespace ?? "", name) {
      throw forbidden(
        object, type,
        "error looking up service account \(object.namespace ?? "")/\(name): serviceaccount \"\(name)\" not found")
    }
  }

  private static let systemClasses: [String: Int64] = [
    "system-cluster-critical": 2_000_000_000, "system-node-critical": 2_000_001_000,
  ]

  private static func priority(_ object: inout Value, _ type: ResourceType, _ context: Context) throws(APIStatus) {
    var value: Int64 = 0
    var preemption: Value = "PreemptLowerPriority"
    let name = object.at("spec", "priorityClassName")?.string ?? ""
    let found = name.isEmpty ? context.defaultPriorityClass() : context.priorityClass(name)
    if let found {
      value = found["value"]?.int ?? 0
      if let policy = found["preemptionPolicy"] { preemption = policy }
      if name.isEmpty, let name = found.name { object.set(.string(name), at: "spec", "priorityClassName") }
    } else if let system = systemClasses[name] {
      value = system
    } else if !name.isEmpty {
      throw forbidden(object, type, "there is no PriorityClass \(name)")
    }
    if let given = object.at("spec", "priority")?.int, given != value {
      throw forbidden(object, type, "its priority is \(value), by its priority class, and cannot be set to \(given)")
    }
    if let given = object.at("spec", "preemptionPolicy"), given != preemption {
      throw forbidden(object, type, "its preemption policy is \(preemption.string ?? ""), by its priority class")
    }
    object.set(.int(value), at: "spec", "priority")
    object.set(preemption, at: "spec", "preemptionPolicy")
  }

  /// Pods stay for five minutes on nodes that are not ready or out of reach, unless they say otherwise.
  private static func tolerations(_ object: inout Value) {
    var list = object.at("spec", "tolerations")?.array ?? []
    let before = list.count
    for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
      let isTolerated = list.contains { toleration in
        let named = toleration["key"]?.string ?? ""
        let effect = toleration["effect"]?.string ?? ""
        return (named == key || named.isEmpty) && (effect == "NoExecute" || effect.isEmpty)
      }
      if !isTolerated {
        list.append(
          ["key": .string(key), "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300])
      }
    }
    if list.count > before { object.set(.array(list), at: "spec", "tolerations") }
  }

  private static func runtimeClass(
    _ object: inout Value, _ type: ResourceType, _ context: Context
  ) throws(APIStatus) {
    guard let name = object.at("spec", "runtimeClassName")?.string else {
      return
    }
    guard let found = context.runtimeClass(name) else {
      throw forbidden(object, type, "there is no RuntimeClass \(name)")
    }
    if let overhead = found.at("overhead", "podFixed"), !Defaulting.isZero(overhead) {
      if let given = object.at("spec", "overhead"), !Defaulting.isZero(given), given != overhead {
        throw forbidden(object, type, "its overhead differs from that of RuntimeClass \(name)")
      }
      object.set(overhead, at: "spec", "overhead")
    }
    for (key, value) in found.at("scheduling", "nodeSelector")?.object ?? [:] {
      if let given = object.at("spec", "nodeSelector", key), given != value {
        throw forbidden(object, type, "its node selector contradicts that of RuntimeClass \(name)")
      }
      object.set(value, at: "spec", "nodeSelector", key)
    }
    let wanted = found.at("scheduling", "tolerations")?.array ?? []
    var list = object.at("spec", "tolerations")?.array ?? []
    list += wanted.filter { !list.contains($0) }
    if !wanted.isEmpty { object.set(.array(list), at: "spec", "tolerations") }
  }

  private static func protect(_ object: inout Value, _ finalizer: String) {
    let finalizers = object.finalizers
    if finalizers.contains(finalizer) { return }
    object.set(.array((finalizers + [finalizer]).map { .string($0) }), at: "metadata", "finalizers")
  }

  /// A new node takes no pods until it is known to be ready.
  private static func taint(_ object: inout Value) {
    var taints = object.at("spec", "taints")?.array ?? []
    let isTainted = taints.contains {
      $0["key"] == "node.kubernetes.io/not-ready" && $0["effect"] == "NoSchedule"
    }
    if isTainted { return }
    taints.append(["key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"])
    object.set(.array(taints), at: "spec", "taints")
  }
}
