public import KCData

/// JSON patch (RFC 6902), as the API server takes it.
public enum JSONPatch {
  /// More operations than this are refused, as by the API server.
  static let operationLimit = 10_000

  /// - Throws: `BadRequest` for a malformed patch, `Invalid` for one that does not fit the object.
  public static func apply(_ patch: Value, to target: Value) throws(APIStatus) -> Value {
    guard case .array(let operations) = patch else { throw malformed("a JSON patch is a list of operations") }
    guard operations.count <= operationLimit else {
      throw APIStatus(
        code: 413, reason: "RequestEntityTooLarge",
        message: "The allowed maximum operations in a JSON patch is \(operationLimit), got \(operations.count)")
    }
    var result = target
    for operation in operations { result = try apply(one: operation, to: result) }
    return result
  }

  private static func malformed(_ why: String) -> APIStatus { APIStatus(code: 400, reason: "BadRequest", message: why) }

  private static func misfit(_ why: String) -> APIStatus {
    APIStatus(code: 422, reason: "Invalid", message: "the server rejected our request due to an error in our request: \(why)")
  }

  private static func apply(one operation: Value, to target: Value) throws(APIStatus) -> Value {
    guard let name = operation["op"]?.string, let path = operation["path"]?.string else {
      throw malformed("an operation needs \"op\" and \"path\"")
    }
    let steps = try pointer(path)
    switch name {
    case "add": return try set(operation["value"] ?? .null, at: steps[...], in: target, mode: .add)
    case "replace": return try set(operation["value"] ?? .null, at: steps[...], in: target, mode: .replace)
    case "remove": return try set(nil, at: steps[...], in: target, mode: .remove)
    case "test":
      let found = try? value(at: steps, in: target)
      if (found ?? .null) != (operation["value"] ?? .null) { throw misfit("testing value \(path) failed") }
      return target
    case "move", "copy":
      let from = try pointer(operation["from"]?.string ?? "")
      let moved = try value(at: from, in: target)
      let base = name == "move" ? try set(nil, at: from[...], in: target, mode: .remove) : target
      return try set(moved, at: steps[...], in: base, mode: .add)
    default: throw malformed("unexpected kind: \(name)")
    }
  }

  private static func pointer(_ text: String) throws(APIStatus) -> [String] {
    if text.isEmpty { return [] }
    guard text.hasPrefix("/") else { throw malformed("\"\(text)\" is no JSON pointer") }
    return text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
      .map { String($0).replacing("~1", with: "/").replacing("~0", with: "~") }
  }

  private static func value(at steps: [String], in target: Value) throws(APIStatus) -> Value {
    var current = target
    for step in steps {
      let next =
        switch current {
        case .array(let elements): Int(step).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
        default: current[step]
        }
      guard let next else { throw misfit("there is nothing at \(step)") }
      current = next
    }
    return current
  }

  private enum Mode { case add, replace, remove }

  private static func set(
    _ value: Value?, at steps: ArraySlice<String>, in target: Value, mode: Mode
  ) throws(APIStatus) -> Value {
    guard let step = steps.first else { return value ?? .null }
    let isLast = steps.count == 1
    switch target {
    case .object(var fields):
      if isLast {
        if mode != .add, fields[step] == nil { throw misfit("there is no field \(step)") }
        fields[step] = value
      } else {
        guard let child = fields[step] else { throw misfit("there is no field \(step)") }
        fields[step] = try set(value, at: steps.dropFirst(), in: child, mode: mode)
      }
      return .object(fields)
    case .array(var elements):
      return .array(try setElement(value, step, steps, &elements, mode))
    default: throw misfit("\(step) is below something that has no fields")
    }
  }

  private static func setElement(
    _ value: Value?, _ step: String, _ steps: ArraySlice<String>, _ elements: inout [Value], _ mode: Mode
  ) throws(APIStatus) -> [Value] {
    let isLast = steps.count == 1
    guard let index = step == "-" && mode == .add && isLast ? elements.count : Int(step),
      index >= 0, index < elements.count || (isLast && mode == .add && index == elements.count)
    else { throw misfit("there is no element \(step)") }
    if !isLast {
      elements[index] = try set(value, at: steps.dropFirst(), in: elements[index], mode: mode)
    } else if let value {
      if mode == .add { elements.insert(value, at: index) } else { elements[index] = value }
    } else {
      elements.remove(at: index)
    }
    return elements
  }
}
