public import KCData

/// Fields that cannot be changed once an object is there: changing one means replacing the object.
public enum Immutability {
  /// The fields that differ and must not. Both objects are expected with their defaults filled in.
  public static func changed(old: Value, new: Value, type: ResourceType) -> [FieldPath] {
    let kind = type.qualifiedKind
    var paths: [FieldPath] = []
    for path in fixed(kind, old, new) {
      let before = old.at(path)
      let after = new.at(path)
      // What the server chose itself stays when it is left out.
      if Defaulting.isZero(after), Self.isChosen(kind, path) { continue }
      if !Value.isSame(before, after) { paths.append(FieldPath(path.map { .field($0) })) }
    }
    return paths
  }

  private static func isChosen(_ kind: String, _ path: [String]) -> Bool {
    switch kind {
    case "Service", "PersistentVolumeClaim": true
    case "Job.batch": path == ["spec", "selector"] || path == ["spec", "completions"]
    default: false
    }
  }

  private static func spec(_ fields: [String]) -> [[String]] { fields.map { ["spec", $0] } }

  private static func fixed(_ kind: String, _ old: Value, _ new: Value) -> [[String]] {
    switch kind {
    case "StatefulSet.apps":
      let names = Set((old["spec"]?.object?.keys ?? []) + (new["spec"]?.object?.keys ?? []))
      return spec(names.subtracting(UpdateRules.openInStatefulSets).sorted())
    case "Pod":
      let names = Set((old["spec"]?.object?.keys ?? []) + (new["spec"]?.object?.keys ?? []))
      let lists = ["containers", "initContainers"].filter { list in
        withoutImages(old.at("spec", list)) != withoutImages(new.at("spec", list))
      }
      return spec(names.subtracting(openInPods).sorted() + lists)
    case "Job.batch": return job(old, new)
    case "Service":
      // An address can be given up by becoming an ExternalName, and only then.
      let isNamed = old.at("spec", "type") == "ExternalName" || new.at("spec", "type") == "ExternalName"
      return isNamed ? [] : spec(["clusterIP"]) + balancer(old, new)
    case "ConfigMap": return old["immutable"] == true ? [["data"], ["binaryData"], ["immutable"]] : []
    case "Secret": return [["type"]] + (old["immutable"] == true ? [["data"], ["immutable"]] : [])
    case "PersistentVolumeClaim":
      let isNew = Defaulting.isNil(old.at("spec", "storageClassName"))
      return spec(["accessModes", "volumeMode", "selector", "dataSource", "dataSourceRef"])
        + (isNew ? [] : spec(["storageClassName"]))
        + (Defaulting.isZero(old.at("spec", "volumeName")) ? [] : spec(["volumeName"]))
    case "PersistentVolume":
      let names = Set((old["spec"]?.object?.keys ?? []) + (new["spec"]?.object?.keys ?? []))
      let isPlaced = !Defaulting.isNil(old.at("spec", "nodeAffinity"))
      return spec(names.subtracting(openInVolumes).sorted() + (isPlaced ? ["nodeAffinity"] : []))
    case "PriorityClass.scheduling.k8s.io": return [["value"], ["preemptionPolicy"]]
    case "VolumeAttributesClass.storage.k8s.io": return [["driverName"], ["parameters"]]
    case "ResourceQuota": return spec(["scopes"])
    case "CustomResourceDefinition.apiextensions.k8s.io":
      return [["spec", "group"], ["spec", "scope"], ["spec", "names", "kind"], ["spec", "names", "plural"]]
    default: return (UpdateRules.fixed[kind] ?? []).map(\.0)
    }
  }

  /// What of a pod's spec can change in place, apart from its images.
  private static let openInPods = [
    "activeDeadlineSeconds", "tolerations", "schedulingGates", "containers", "initContainers",
    "terminationGracePeriodSeconds", "nodeName", "priority", "preemptionPolicy", "serviceAccount",
    "ephemeralContainers",
  ]

  /// What of a persistent volume's spec can change in place: all but where it is, and who can reach that.
  private static let openInVolumes = [
    "capacity", "accessModes", "persistentVolumeReclaimPolicy", "claimRef", "storageClassName", "mountOptions",
    "volumeAttributesClassName", "nodeAffinity",
  ]

  private static func withoutImages(_ containers: Value?) -> [Value] {
    (containers?.array ?? []).map { container in
      // A policy that comes from the image goes with it.
      let isOfImage = container["imagePullPolicy"]?.string == ImageReference.pullPolicy(container.text("image"))
      return container.without(isOfImage ? ["image", "imagePullPolicy"] : ["image"])
    }
  }

  private static func balancer(_ old: Value, _ new: Value) -> [[String]] {
    let isKept = old.at("spec", "type") == "LoadBalancer" && new.at("spec", "type") == "LoadBalancer"
    return isKept ? spec(["loadBalancerClass"]) : []
  }

  private static func job(_ old: Value, _ new: Value) -> [[String]] {
    var fields = JobUpdateRules.fixed
    var (template, former) = (templateWithoutMarks(new), templateWithoutMarks(old))
    if JobUpdateRules.canBePlaced(old) {
      JobUpdateRules.openUp(&template)
      JobUpdateRules.openUp(&former)
    }
    if template != former { fields.append("template") }
    let isElastic =
      new.at("spec", "completionMode") == "Indexed" && new.at("spec", "completions") == new.at("spec", "parallelism")
    if !isElastic { fields.append("completions") }
    return spec(fields)
  }

  /// A job's template without the labels that the server gives it.
  private static func templateWithoutMarks(_ job: Value) -> Value {
    var template = job.at("spec", "template") ?? .null
    for label in JobStrategy.labels where template.at("metadata", "labels", label) != nil {
      template.set(nil, at: "metadata", "labels", label)
    }
    if template.at("metadata", "labels") == [:] { template.set(nil, at: "metadata", "labels") }
    if template["metadata"] == [:] || template["metadata"] == .null { template["metadata"] = nil }
    return template
  }
}
