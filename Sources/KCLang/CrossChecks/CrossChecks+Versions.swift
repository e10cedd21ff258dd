internal import KCData
internal import KCKube

/// Objects of kinds that only their names say: `object`.
extension CrossChecks {
  /// A kind of Kubernetes' own, in a version that it does not serve any more.
  mutating func checkVersion(_ object: Object) {
    guard let version = child(object.root, names.apiVersion), let apiVersion = program.tree.text(of: version.value),
      ResourceTypes.builtin.find(apiVersion: apiVersion, kind: object.kind) == nil
    else { return }
    let group = apiVersion.split(separator: "/").dropLast().first.map(String.init) ?? ""
    let same = ResourceTypes.builtin.all.filter { type in
      // Kinds of many groups were in `extensions` first.
      type.kind == object.kind && (type.group == group || group == "extensions")
    }
    guard let now = same.first else { return }
    report(
      "KC0426", "Kubernetes \(program.project.kubernetes) has no `\(object.kind)` of `\(apiVersion)`", at: version.site,
      isWarning: true,
      help: "it is of `\(now.apiVersion)`: `\(now.languageName) \(object.name) { … }`, in which fields may have other "
        + "names")
  }
}
