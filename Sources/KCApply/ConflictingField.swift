public import KCKube

/// A field that an apply would change and another manager owns.
public struct ConflictingField: Sendable, Hashable {
  /// `spec.replicas`
  public var field: String
  /// Who owns it: `kubectl-edit`.
  public var owner: String

  /// The conflicts that a refusal lists.
  public static func list(_ status: APIStatus) -> [ConflictingField] {
    (status.details?.causes ?? []).filter { $0.reason == "FieldManagerConflict" }.map { cause in
      // `conflict with "kubectl-edit" using apps/v1`, with `with subresource "scale"` on the way where there is one.
      let quoted = cause.message.split(separator: "\"", omittingEmptySubsequences: false)
      let owner = quoted.count > 1 ? String(quoted[1]) : cause.message
      return ConflictingField(
        field: cause.field.hasPrefix(".") ? String(cause.field.dropFirst()) : cause.field, owner: owner)
    }
  }
}
