internal import KCData
internal import KCKube

/// What an import is to write, whatever form each object gets.
struct ImportPlan {
  /// How often objects may be taken out of the standard library's terms before all are.
  static let attempts = 8

  let objects: [ImportedObject]
  /// The source file of each object.
  let paths: [String]
  /// Texts that get names, by source file.
  var lifts: [String: Lift] = [:]
  let project: String?
  /// The namespace that all objects have.
  let namespace: String?

  init(_ objects: [ImportedObject], isLifting: Bool, project: String?) {
    self.objects = objects
    let names = FileNames.paths(for: objects.map(\.file))
    paths = objects.map { names[$0.file] ?? "main.kc" }
    self.project = project
    namespace = project == nil ? nil : Self.commonNamespace(objects)
    guard isLifting else { return }
    for (file, own) in Dictionary(grouping: objects.indices, by: { paths[$0] }) {
      lifts[file] = Lift(own.map { objects[$0].object })
    }
  }

  /// The namespace that every object says which can have one.
  private static func commonNamespace(_ objects: [ImportedObject]) -> String? {
    var common: String?
    for object in objects {
      let type = ResourceTypes.builtin.find((object.object["apiVersion"]?.string, object.object["kind"]?.string))
      let own = object.object.at("metadata", "namespace")?.string
      if let type, !type.namespaced { continue }
      guard let own, own == common ?? own else { return nil }
      common = own
    }
    return common == "default" ? nil : common
  }
}
