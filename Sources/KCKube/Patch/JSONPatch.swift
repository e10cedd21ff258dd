public import KCData

/// JSON patch (RFC 6902), as the API server takes it: also with negative places in lists, counted from the end.
public enum JSONPatch {
  /// More operations than this are refused, as by the API server.
  static let operationLimit = 10_000
  /// How much `copy` may add in all, in bytes of text.
  static let copyLimit = 3 << 20
  /// How deep a path may go.
  static let depthLimit = 512

  /// - Throws: `BadRequest` for what is no list of operations, `Invalid` for one that does not fit the object,
  ///   `RequestEntityTooLarge` past the limits.
  public static func apply(_ patch: Value, to target: Value) throws(APIStatus) -> Value {
    guard case .array(let operations) = patch else { throw malformed(patch, "[]handlers.jsonPatchOp") }
    guard operations.count <= operationLimit else {
      throw tooLarge("The allowed maximum operations in a JSON patch is \(operationLimit), got \(operations.count)")
    }
    for operation in operations {
      guard operation.object != nil else { throw malformed(operation, "handlers.jsonPatchOp") }
      for key in ["op", "path", "from"] {
        if let text = operation[key], text.string == nil, text != .null { throw malformed(text, "string") }
      }
    }
    var result = target
    var copied = 0
    for operation in operations { try apply(one: operation, to: &result, &copied) }
    return result
  }

  private static func malformed(_ value: Value, _ wanted: String) -> APIStatus {
    APIStatus(
      code: 400, reason: "BadRequest",
      message: "error decoding patch: json: cannot unmarshal \(PatchText.kind(value)) into Go value of type \(wanted)")
  }

  private static func tooLarge(_ why: String) -> APIStatus {
    APIStatus(code: 413, reason: "RequestEntityTooLarge", message: why)
  }

  /// What the API server says of every patch that does not fit.
  static let misfit = APIStatus(
    code: 422, reason: "Invalid", message: "the server rejected our request due to an error in our request")

  private static func apply(one operation: Value, to target: inout Value, _ copied: inout Int) throws(APIStatus) {
    guard let name = operation["op"]?.string, let path = operation["path"]?.string else { throw misfit }
    switch name {
    case "add": try edit(&target, path, .add(operation["value"] ?? .null))
    case "remove": try edit(&target, path, .remove)
    case "replace":
      let value = operation["value"] ?? .null
      if path.isEmpty {
        guard value.object != nil || value.array != nil else { throw misfit }
        target = value
      } else {
        try edit(&target, path, .replace(value))
      }
    case "test":
      let found = path.isEmpty ? target : try value(at: path, in: target)
      guard Typed.isSame(found ?? .null, operation["value"] ?? .null) else { throw misfit }
    case "move":
      let from = operation["from"]?.string ?? ""
      guard let moved = try value(at: from, in: target) else { throw misfit }
      try edit(&target, from, .remove)
      try edit(&target, path, .add(moved))
    case "copy":
      let found = try value(at: operation["from"]?.string ?? "", in: target) ?? .null
      copied += size(found, within: copyLimit)
      guard copied <= copyLimit else { throw tooLarge("the patch copies more than \(copyLimit) bytes") }
      try edit(&target, path, .add(found))
    default: throw misfit
    }
  }

  /// About how many bytes of text a value is; counting stops past `limit`.
  private static func size(_ value: Value, within limit: Int) -> Int {
    switch value {
    case .string(let text): return text.utf8.count + 2
    case .array(let elements):
      var total = 2
      for element in elements where total <= limit { total += size(element, within: limit) + 1 }
      return total
    case .object(let fields):
      var total = 2
      for (key, child) in fields where total <= limit { total += key.utf8.count + 4 + size(child, within: limit) }
      return total
    default: return 5
    }
  }
}

extension JSONPatch {
  private enum Change {
    case add(Value)
    case replace(Value)
    case remove
  }

  private static func pointer(_ text: String) throws(APIStatus) -> [String] {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    guard !parts.isEmpty, parts.count <= depthLimit else { throw misfit }
    return parts.map { String($0).replacing("~1", with: "/").replacing("~0", with: "~") }
  }

  /// The value at a path: nil where an object does not have the last field.
  private static func value(at path: String, in target: Value) throws(APIStatus) -> Value? {
    let steps = try pointer(path)
    var current = target
    for (index, step) in steps.enumerated() {
      switch current {
      case .object(let fields):
        guard let next = fields[step] else {
          if index == steps.count - 1 { return nil }
          throw misfit
        }
        current = next
      case .array(let elements): current = elements[try place(step, elements.count)]
      default: throw misfit
      }
    }
    return current
  }

  /// A place in a list: a number as Go reads it, negative ones counted from the end.
  private static func place(_ step: String, _ count: Int) throws(APIStatus) -> Int {
    guard let index = Int(step), index < count, index >= -count else { throw misfit }
    return index < 0 ? index + count : index
  }

  private static func edit(_ target: inout Value, _ path: String, _ change: Change) throws(APIStatus) {
    try edit(&target, try pointer(path)[...], change)
  }

  /// Works in place: what is on the way is taken out of its parent while it changes.
  private static func edit(
    _ target: inout Value, _ steps: ArraySlice<String>, _ change: Change
  ) throws(APIStatus) {
    guard let step = steps.first else { throw misfit }
    switch target {
    case .object(var fields):
      target = .null
      if steps.count == 1 {
        try set(&fields, step, change)
      } else {
        guard var child = fields[step] else { throw misfit }
        fields[step] = .null
        try edit(&child, steps.dropFirst(), change)
        fields[step] = child
      }
      target = .object(fields)
    case .array(var elements):
      target = .null
      if steps.count == 1 {
        try set(&elements, step, change)
      } else {
        let index = try place(step, elements.count)
        try edit(&elements[index], steps.dropFirst(), change)
      }
      target = .array(elements)
    default: throw misfit
    }
  }

  private static func set(_ fields: inout Fields, _ step: String, _ change: Change) throws(APIStatus) {
    switch change {
    case .add(let value), .replace(let value): fields[step] = value
    case .remove: guard fields.removeValue(forKey: step) != nil else { throw misfit }
    }
  }

  private static func set(_ elements: inout [Value], _ step: String, _ change: Change) throws(APIStatus) {
    switch change {
    case .add(let value):
      if step == "-" {
        elements.append(value)
      } else {
        elements.insert(value, at: try place(step, elements.count + 1))
      }
    case .replace(let value): elements[try place(step, elements.count)] = value
    case .remove: elements.remove(at: try place(step, elements.count))
    }
  }
}
