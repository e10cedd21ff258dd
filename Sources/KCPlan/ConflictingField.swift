public import KCData
public import KCKube

/// A field that an apply would change and another manager owns.
public struct ConflictingField: Sendable, Hashable, CustomStringConvertible {
  /// `spec.replicas`
  public var field: String
  /// Who owns it: `kubectl-edit`.
  public var owner: String

  public init(field: String, owner: String) {
    self.field = field
    self.owner = owner
  }

  /// The field of an object that another project has: all of it.
  public static let whole = "*"

  /// `spec.replicas is managed by kubectl-edit`, `it belongs to project shop`
  public var description: String {
    field == Self.whole ? "it belongs to \(owner)" : "\(field) is managed by \(owner)"
  }

  /// As plans and events have it.
  public var value: Value { ["field": .string(field), "owner": .string(owner)] }

  init(_ value: Value) {
    self.init(field: value["field"]?.string ?? "", owner: value["owner"]?.string ?? "")
  }

  /// What takes the fields of some steps, in words.
  public static func help(_ steps: [Step]) -> String {
    var fields: [String] = []
    for step in steps {
      for conflict in step.conflicts {
        let word = conflict.field == whole ? step.address : conflict.field
        if !fields.contains(word) { fields.append(word) }
      }
    }
    let options = fields.prefix(8).map { field in
      "--take-ownership " + (field.contains { "[]\"'$ ".contains($0) } ? "'\(field)'" : field)
    }
    let all = fields.count > 1 ? "--take-ownership ALL all of them" : "--take-ownership ALL all there may be"
    if fields.count > options.count {
      return "--take-ownership ALL takes these \(fields.count) fields, --take-ownership \(fields[0]) the first; "
        + "or leave them out of the program, and their owners keep them"
    }
    return "\(options.joined(separator: " ")) takes \(fields.count > 1 ? "these fields" : "that field"), \(all); "
      + "or leave it out of the program, and its owner keeps it"
  }

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
