internal import KCData

/// The annotation in which `kubectl apply` without `--server-side` notes what it applied. Who goes over to server-side
/// apply with kubectl does not conflict with what it says.
enum LastApplied {
  /// The only manager that this is for.
  static let manager = "kubectl"
  static let annotation = "kubectl.kubernetes.io/last-applied-configuration"

  private static func text(_ object: Value) -> String? {
    object.at("metadata", "annotations", annotation)?.string.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The fields that were applied and still are as they were applied; nil without a readable note.
  static func fields(of live: Value, _ updater: FieldUpdater) -> FieldSet? {
    guard let text = text(live) else { return nil }
    var scanner = JSONScanner(text)
    guard let applied = scanner.value(), scanner.isAtEnd, applied.apiVersion == updater.apiVersion,
      Typed.misfit(of: applied, at: updater.root, allowDuplicates: false) == nil
    else { return nil }
    let comparison = FieldComparison(from: applied, to: live, at: updater.root)
    return Typed.fields(of: applied, at: updater.root).subtracting(comparison.changed).subtracting(comparison.removed)
  }

  /// Brings the note up to date, where there is one.
  static func update(_ object: inout Value, from config: Value) {
    guard text(object) != nil else { return }
    var config = config
    config.set(nil, at: "metadata", "annotations", annotation)
    if config.at("metadata", "annotations") == [:] { config.set(nil, at: "metadata", "annotations") }
    object.set(.string(CanonicalJSON.text(config) + "\n"), at: "metadata", "annotations", annotation)
  }
}
