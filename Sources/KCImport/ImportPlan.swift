internal import KCData
internal import KCKube

/// What an import is to write, whatever form each object gets.
struct ImportPlan {
  /// How often objects may be taken out of the standard library's terms before all are.
  static let attempts = 16

  let objects: [ImportedObject]
  /// The source file of each object.
  let paths: [String]
  /// The file that imports those in folders; nil where none are.
  let index: String?
  /// What gets names.
  var lift: Lift?
  let project: String?
  /// The namespace that objects have which say none.
  let namespace: String?
  /// Whether objects are in namespaces that the manifests do not hold: they are there, or others make them.
  let isInOtherNamespaces: Bool

  init(_ objects: [ImportedObject], _ options: SourceImport.Options) {
    self.objects = objects
    let names = FileNames(for: objects.map(\.file), isMirroring: options.isMirroring)
    paths = objects.map { names.paths[$0.file] ?? "main.kc" }
    index = names.index
    project = options.project
    namespace = options.project == nil ? nil : Self.commonNamespace(objects)
    isInOtherNamespaces = !Self.otherNamespaces(objects).isEmpty
    lift = options.isLifting ? Lift(objects, paths: paths) : nil
  }

  /// The namespace that most objects say; nil where some say none that can have one, which would get it, too.
  private static func commonNamespace(_ objects: [ImportedObject]) -> String? {
    var counts: [String: Int] = [:]
    var order: [String] = []
    let defined = RepeatedNotes.defined(by: objects)
    for object in objects {
      let (apiVersion, kind) = (object.object["apiVersion"]?.string ?? "", object.object["kind"]?.string ?? "")
      let type = ResourceTypes.builtin.find(apiVersion: apiVersion, kind: kind)
      if let type, !type.namespaced { continue }
      let own = object.object.at("metadata", "namespace")?.string
      // Those of kinds that nothing is known of have the namespace that they say, and no other.
      let isKnown = type != nil || Lifter.kinds["\(apiVersion) \(kind)"] != nil
      if !isKnown, own == nil, !defined.contains("\(apiVersion.prefix { $0 != "/" }) \(kind)") { continue }
      guard let own else { return nil }
      if counts[own] == nil { order.append(own) }
      counts[own, default: 0] += 1
    }
    let most = counts.values.max() ?? 0
    guard let common = order.first(where: { counts[$0] == most }), 2 * most > counts.values.reduce(0, +),
      common != "default", SourceText.isLabel(common)
    else { return nil }
    return common
  }

  /// The namespaces that objects say and none of the objects is, without those that every cluster has.
  private static func otherNamespaces(_ objects: [ImportedObject]) -> Set<String> {
    var used: Set<String> = []
    var held: Set<String> = ["default", "kube-system", "kube-public", "kube-node-lease"]
    for object in objects.map(\.object) {
      if let namespace = object.at("metadata", "namespace")?.string { used.insert(namespace) }
      if object["kind"] == "Namespace", let name = object.at("metadata", "name")?.string { held.insert(name) }
    }
    return used.subtracting(held)
  }
}
