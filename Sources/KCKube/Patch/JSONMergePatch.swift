public import KCData

/// JSON merge patch (RFC 7396).
public enum JSONMergePatch {
  /// How deep a patch may be nested.
  static let depthLimit = 512

  public static func apply(_ patch: Value, to target: Value) -> Value { merge(patch, target, depth: 0) }

  private static func merge(_ patch: Value, _ target: Value, depth: Int) -> Value {
    guard case .object(let changes) = patch, depth < depthLimit else { return patch }
    var fields = target.object ?? Fields()
    for (key, change) in changes {
      fields[key] = change == .null ? nil : merge(change, fields[key] ?? .null, depth: depth + 1)
    }
    return .object(fields)
  }
}
