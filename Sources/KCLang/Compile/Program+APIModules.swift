internal import KCKube
internal import KCSyntax

/// Types of the API by name: `k8s.core.v1.Container`, from the modules of `stdlib/k8s`, each read when a program first
/// names a type of it.
extension Program {
  /// The type of a path that begins with `k8s`.
  mutating func apiType(_ path: [String], at span: Span) -> TypeID {
    let full = path.joined(separator: ".")
    if path.count == 4, let module = apiModule("\(path[1]).\(path[2])"),
      let found = scopes[Int(modules[Int(module)].scope)].names[key(path[3])], case .schema(let schema) = found.kind
    {
      return types.add(.schema(SchemaID(index: schema)))
    }
    reportUnknown(
      "KC0103", "Kubernetes has no type `\(full)`", full, among: kube.languageNames, at: span,
      notes: ["types are named `k8s.GROUP.VERSION.Type`; the core group is `core`"])
    return TypeTable.unknown
  }

  /// A module of the API's types; nil where the version has none of that name.
  private mutating func apiModule(_ name: String) -> Int32? {
    let path = KubeSchema.path(ofModule: name, version: project.kubernetes)
    if let known = module(path: path, isStandard: true) { return known }
    guard let index = standardModule(String(path.dropLast(3))) else { return nil }
    declare(index)
    return index
  }

  /// The name that a module of the API's types has: `core.v1`. Nil for other modules.
  func apiModuleName(of scope: Int32) -> String? {
    let module = scopes[Int(scope)].module
    guard module >= 0, modules[Int(module)].isStandard, modules[Int(module)].path.hasPrefix("k8s/") else { return nil }
    return modules[Int(module)].path.dropLast(3).split(separator: "/").dropFirst(2).joined(separator: ".")
  }
}
