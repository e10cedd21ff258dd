internal import KCData

/// How conflicts are worded.
enum ApplyConflict {
  static func status(_ problem: FieldUpdater.Problem) -> APIStatus {
    switch problem {
    case .conflicts(let conflicts): status(conflicts)
    case .cannotPrune(let why): APIStatus(code: 500, reason: "", message: "failed to prune fields: \(why)")
    }
  }

  private static func status(_ conflicts: [FieldUpdater.Conflict]) -> APIStatus {
    let ordered = conflicts.enumerated().sorted { left, right in
      (sortText(left.element.manager), left.offset) < (sortText(right.element.manager), right.offset)
    }.map(\.element)
    let causes = ordered.map {
      APIStatus.Cause(
        reason: "FieldManagerConflict", message: "conflict with \(text($0.manager))", field: PathStep.text($0.path))
    }
    return APIStatus(code: 409, reason: "Conflict", message: message(ordered), details: .init(causes: causes))
  }

  private static func message(_ conflicts: [FieldUpdater.Conflict]) -> String {
    if conflicts.count == 1, let only = conflicts.first {
      return "Apply failed with 1 conflict: conflict with \(text(only.manager)): \(PathStep.text(only.path))"
    }
    var lines: [String] = []
    var previous: ManagedFields.Manager?
    for conflict in conflicts {
      if conflict.manager != previous { lines.append("conflicts with \(text(conflict.manager)):") }
      previous = conflict.manager
      lines.append("- \(PathStep.text(conflict.path))")
    }
    return "Apply failed with \(conflicts.count) conflicts: \(lines.joined(separator: "\n"))"
  }

  private static func text(_ manager: ManagedFields.Manager) -> String {
    var out = CanonicalJSON.quoted(.string(manager.name))
    if !manager.subresource.isEmpty { out += " with subresource \(CanonicalJSON.quoted(.string(manager.subresource)))" }
    if manager.operation == .update { out += " using \(manager.version)" }
    return out
  }

  /// Managers are listed in the order of their entries' JSON text.
  private static func sortText(_ manager: ManagedFields.Manager) -> String {
    var out =
      "{\"manager\":\(CanonicalJSON.text(.string(manager.name))),\"operation\":\"\(manager.operation.rawValue)\""
    if !manager.version.isEmpty { out += ",\"apiVersion\":\"\(manager.version)\"" }
    if !manager.subresource.isEmpty { out += ",\"subresource\":\"\(manager.subresource)\"" }
    return out + "}"
  }
}
