public import KCData

/// JSON merge patch (RFC 7396).
public enum JSONMergePatch {
  /// How deep a patch is followed; what is nested deeper is taken as it is.
  static let depthLimit = 512

  /// - Returns: the object with what the patch sets, and without what it sets to null.
  public static func apply(_ patch: Value, to target: Value) -> Value { merge(patch, target, depth: 0) }

  /// Whether a patch is one that an API takes: an object.
  ///
  /// - Throws: `BadRequest`.
  public static func check(_ patch: Value) throws(APIStatus) {
    switch patch {
    case .object: return
    case .null: throw APIStatus(code: 400, reason: "BadRequest", message: "Invalid JSON Patch")
    default:
      throw APIStatus(
        code: 400, reason: "BadRequest",
        message: "error decoding patch: json: cannot unmarshal \(PatchText.kind(patch)) "
          + "into Go value of type map[string]interface {}")
    }
  }

  private static func merge(_ patch: Value, _ target: Value?, depth: Int) -> Value {
    guard case .object(let changes) = patch, depth < depthLimit else { return withoutNulls(patch, depth: depth) }
    guard case .object(var fields)? = target else { return withoutNulls(patch, depth: depth) }
    for (key, change) in changes {
      fields[key] = change == .null ? nil : merge(change, fields[key], depth: depth + 1)
    }
    return .object(fields)
  }

  /// A value that is new: a null in it removes nothing and says nothing.
  private static func withoutNulls(_ value: Value, depth: Int) -> Value {
    guard depth < depthLimit else { return value }
    switch value {
    case .object(let fields):
      return .object(fields.filter { $1 != .null }.mapValues { withoutNulls($0, depth: depth + 1) })
    case .array(let elements): return .array(elements.map { withoutNulls($0, depth: depth + 1) })
    default: return value
    }
  }
}
