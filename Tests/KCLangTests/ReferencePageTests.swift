import KCLang
import KCSyntax
import Testing

/// `docs/reference/resources.md` shows each schema of the library with all its fields, as the library says them.
@Suite struct ReferencePageTests {
  private static let page = LanguageCase.root + "/docs/reference/resources.md"

  /// A schema of the page: what it becomes, and what is reported of it.
  private struct Entry {
    var name: String
    var becomes = ""
    var codes: [String] = []

    init(_ name: String, _ becomes: String = "", _ codes: String...) {
      (self.name, self.becomes) = (name, becomes)
      self.codes = codes
    }
  }

  private static let entries: [Entry] = [
    Entry("Resource", "", "KC0118", "KC0423"),
    Entry(
      "Workload", "", "KC0401", "KC0402", "KC0403", "KC0404", "KC0407", "KC0413", "KC0414", "KC0416", "KC0483"),
    Entry("Deployment", "a `Deployment` of `apps/v1`"), Entry("Rollout"),
    Entry("StatefulSet", "a `StatefulSet` of `apps/v1`", "KC0425"), Entry("ClaimTemplate"),
    Entry("ReplicaSet", "a `ReplicaSet` of `apps/v1`"), Entry("ReplicationController", "a `ReplicationController`"),
    Entry("DaemonSet", "a `DaemonSet` of `apps/v1`"), Entry("Job", "a `Job` of `batch/v1`"),
    Entry("CronJob", "a `CronJob` of `batch/v1`", "KC0481"), Entry("Pod", "a `Pod`"),
    Entry(
      "Container", "", "KC0117", "KC0400", "KC0405", "KC0406", "KC0408", "KC0409", "KC0410", "KC0411", "KC0412",
      "KC0417"),
    Entry("Port"), Entry("EnvVar"), Entry("PodField"), Entry("PodResource"), Entry("EnvGroup"), Entry("Mount"),
    Entry("Probe"), Entry("Hook"), Entry("Security"), Entry("PodSecurity"), Entry("SecurityLabel"), Entry("Toleration"),
    Entry("Volume", "", "KC0411", "KC0413", "KC0415"), Entry("VolumeSource"), Entry("EphemeralClaim"),
    Entry("DriverVolume"),
    Entry("Service", "a `Service`", "KC0151", "KC0420", "KC0421", "KC0424"), Entry("ServicePort"),
    Entry("Ingress", "an `Ingress` of `networking.k8s.io/v1`", "KC0430", "KC0431", "KC0432"), Entry("IngressHost"),
    Entry("IngressRoute"), Entry("IngressTLS"),
    Entry("Gateway", "a `Gateway` of `gateway.networking.k8s.io/v1`"), Entry("GatewayListener"),
    Entry(
      "Route", "an `HTTPRoute` of `gateway.networking.k8s.io/v1`", "KC0430", "KC0431", "KC0433", "KC0434"),
    Entry("RouteRule"), Entry("RoutePath"), Entry("RouteBackend"), Entry("RouteRedirect"), Entry("RouteRewrite"),
    Entry("HeaderChange"),
    Entry("NetworkPolicy", "a `NetworkPolicy` of `networking.k8s.io/v1`", "KC0470"), Entry("PolicyRule"),
    Entry("NamespacePods"), Entry("Labels"), Entry("AddressRange"), Entry("PolicyPorts"),
    Entry("Config", "a `ConfigMap`"), Entry("Secret", "a `Secret`, its values in base 64", "KC0419"),
    Entry("ServiceAccount", "a `ServiceAccount`"),
    Entry("Role", "a `Role` of `rbac.authorization.k8s.io/v1`", "KC0418"),
    Entry("ClusterRole", "a `ClusterRole` of `rbac.authorization.k8s.io/v1`", "KC0418"), Entry("Permission"),
    Entry("RoleBinding", "a `RoleBinding` of `rbac.authorization.k8s.io/v1`"),
    Entry("ClusterRoleBinding", "a `ClusterRoleBinding` of `rbac.authorization.k8s.io/v1`"),
    Entry("Autoscaler", "a `HorizontalPodAutoscaler` of `autoscaling/v2`", "KC0412", "KC0440", "KC0441", "KC0442"),
    Entry("ScaleMetric"), Entry("ScaleSpeed"), Entry("ScaleStep"),
    Entry("DisruptionBudget", "a `PodDisruptionBudget` of `policy/v1`", "KC0450", "KC0451"),
    Entry("Namespace", "a `Namespace`"), Entry("PriorityClass", "a `PriorityClass` of `scheduling.k8s.io/v1`"),
    Entry("StorageClass", "a `StorageClass` of `storage.k8s.io/v1`"),
    Entry("Claim", "a `PersistentVolumeClaim`", "KC0412"), Entry("PersistentVolume", "a `PersistentVolume`"),
    Entry("ServerFolder"), Entry("DriverDisk"), Entry("ResourceQuota", "a `ResourceQuota`"),
    Entry("LimitRange", "a `LimitRange`"), Entry("LimitRule"), Entry("Object", "an object of the kind that it names"),
    Entry("External"), Entry("ExternalPort"), Entry("ExternalRole"), Entry("ExternalAccount"),
    Entry("ExternalGateway"), Entry("ExternalWorkload"),
  ]

  /// Schemas that other pages show.
  private static let elsewhere: Set<String> = [
    "Affinity", "PolicyObject", "Project", "ProjectDependency", "ProjectNode", "ProjectTaint", "TargetCluster",
    "TargetExpectation",
  ]

  private static let standard = Compilation(entry: [], provider: MemorySources([:]))

  @Test func showsAllSchemas() {
    let shown = Set(Self.entries.map(\.name))
    #expect(Set(Self.standard.typeNames) == shown.union(Self.elsewhere))
  }

  /// Each field has its line.
  @Test func allFieldsAreDocumented() {
    let bare = Self.entries.flatMap { entry in
      (Self.standard.explain(type: entry.name)?.fields ?? []).filter {
        $0.documentation.isEmpty && !["object", "apiVersion"].contains($0.name)
      }.map { "\(entry.name).\($0.name)" }
    }
    #expect(bare == [])
  }

  @Test func pageShowsThem() {
    GeneratedPage(Self.page).holds(Self.entries.map(Self.section).joined())
  }

  private static func section(_ entry: Entry) -> String {
    guard let type = standard.explain(type: entry.name) else { return "" }
    let parent = type.parent.flatMap { standard.explain(type: $0) }
    var out = "\n## \(type.name)\n\n\(type.documentation.replacing("\n", with: " "))"
    if let parent { out += " It has all fields of [\(parent.name)](#\(parent.name.lowercased())) too." }
    out += "\n"
    if !entry.becomes.isEmpty { out += "\nBecomes \(entry.becomes).\n" }
    let fields = type.fields.filter { field in
      !(parent?.fields ?? []).contains {
        $0.name == field.name && $0.defaultText == field.defaultText && $0.type == field.type
      }
    }
    if !fields.isEmpty {
      out += "\n| field | type | default | |\n| --- | --- | --- | --- |\n"
      for field in fields { out += row(field) }
    }
    if !entry.codes.isEmpty {
      let listed = entry.codes.map { code in
        "[\(code)](../diagnostics/\(code).md) \(DiagnosticCatalogue.all.first { $0.code == code }?.title ?? "")"
      }
      out += "\nErrors: \(listed.joined(separator: ", ")).\n"
    }
    return out
  }

  private static func row(_ field: TypeExplanation.Field) -> String {
    let marks = [field.isKeyed ? "Blocks." : "", field.isFinal ? "Final." : "", field.isRequired ? "Required." : ""]
    let text = (marks + [field.documentation.replacing("\n", with: " ")]).filter { !$0.isEmpty }
    let fallback = field.defaultText.map { "`\(cell($0))`" } ?? ""
    return "| `\(field.name)` | `\(cell(short(field.type)))` | \(fallback) | \(cell(text.joined(separator: " "))) |\n"
  }

  /// A type without a pattern that would be read as a link.
  private static func short(_ type: String) -> String {
    guard type.contains("]("), let start = type.firstIndex(of: "/"), let end = type.lastIndex(of: "/") else {
      return type
    }
    return type[..<start] + "/…" + type[end...]
  }

  private static func cell(_ text: String) -> String { text.replacing("|", with: "\\|").replacing("\n", with: " ") }
}
