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
  /// Texts that get names.
  let lift: Lift?
  let project: String?
  /// The namespace that objects have which say none.
  let namespace: String?

  init(_ objects: [ImportedObject], _ options: SourceImport.Options) {
    self.objects = objects
    let names = FileNames(for: objects.map(\.file), isMirroring: options.isMirroring)
    paths = objects.map { names.paths[$0.file] ?? "main.kc" }
    index = names.index
    project = options.project
    namespace = options.project == nil ? nil : Self.commonNamespace(objects)
    lift = options.isLifting ? Lift(objects, paths: paths) : nil
  }

  /// The namespace that most objects say; nil where some say none that can have one, which would get it, too.
  private static func commonNamespace(_ objects: [ImportedObject]) -> String? {
    var counts: [String: Int] = [:]
    var order: [String] = []
    for object in objects {
      let type = ResourceTypes.builtin.find((object.object["apiVersion"]?.string, object.object["kind"]?.string))
      if let type, !type.namespaced { continue }
      guard let own = object.object.at("metadata", "namespace")?.string else { return nil }
      if counts[own] == nil { order.append(own) }
      counts[own, default: 0] += 1
    }
    let most = counts.values.max() ?? 0
    guard let common = order.first(where: { counts[$0] == most }), 2 * most > counts.values.reduce(0, +),
      common != "default", SourceText.isLabel(common)
    else { return nil }
    return common
  }
}
