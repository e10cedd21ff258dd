internal import KCData
internal import KCKube

/// Functions, properties and methods that are not written in kc.
enum Builtins {
  /// Names a function that stands in Swift.
  enum ID: Int32, Sendable {
    case placement, hash, base64, inputEnvironment, json, abs, min, max, projectName, projectNamespace, parent
  }

  struct Function: Sendable {
    var name: String
    var id: ID
    var parameters: [(name: String, isOptional: Bool)]
  }

  /// The functions that every module sees.
  static let functions: [Function] = [
    Function(name: "placement", id: .placement, parameters: [("of", false)]),
    Function(name: "hash", id: .hash, parameters: [("value", false)]),
    Function(name: "base64", id: .base64, parameters: [("text", false)]),
    Function(name: "json", id: .json, parameters: [("value", false)]),
    Function(name: "projectName", id: .projectName, parameters: []),
    Function(name: "projectNamespace", id: .projectNamespace, parameters: []),
    Function(name: "parent", id: .parent, parameters: [("of", false)]),
    Function(name: "inputEnvironment", id: .inputEnvironment, parameters: [("name", false)]),
    Function(name: "abs", id: .abs, parameters: [("number", false)]),
    Function(name: "min", id: .min, parameters: [("a", false), ("b", false)]),
    Function(name: "max", id: .max, parameters: [("a", false), ("b", false)]),
  ]

  static func call(_ id: ID, _ arguments: [TreeValue], at site: Int32, _ program: inout Program) -> TreeValue {
    let first = arguments.first ?? .none
    if arguments.contains(where: \.isPoison) { return .poison }
    switch id {
    case .placement: return program.placement(of: first)
    case .hash: return program.digest(of: first, at: site)
    case .base64:
      let text = program.scalar(first)
      guard text.tag == .string else { return program.mismatch(text, TypeTable.string, at: site) }
      var result = program.tree.string(Base64.encode(program.tree.utf8(of: text)))
      result.isSecret = text.isSecret
      return result
    case .json: return program.jsonText(of: first, at: site)
    case .inputEnvironment: return program.environmentVariable(first, at: site)
    case .parent:
      guard first.tag == .instance, case let parent = program.instances[Int(first.payload)].parent, parent >= 0 else {
        return .none
      }
      return TreeValue(.instance, payload: UInt32(parent))
    case .projectName: return program.tree.string(program.project.name)
    case .projectNamespace: return program.tree.string(program.project.namespace)
    case .abs:
      let number = program.scalar(first)
      guard let order = program.compare(number, program.tree.int(0)) else {
        return program.mismatch(number, TypeTable.int, at: site)
      }
      if order >= 0 { return number }
      if let whole = program.tree.int(of: number) { return program.tree.int(whole == .min ? .max : -whole) }
      return program.tree.double(of: number).map { program.tree.float(-$0) } ?? number
    case .min, .max:
      let one = program.scalar(first)
      let other = program.scalar(arguments.count > 1 ? arguments[1] : .none)
      guard let order = program.compare(one, other) else {
        program.report(
          "KC0163",
          "\(Program.article(program.kindName(one))) and \(Program.article(program.kindName(other))) do not compare",
          at: site)
        return .poison
      }
      return (order <= 0) == (id == .min) ? one : other
    }
  }
}

extension Program {
  /// A variable of the environment, which is secret.
  mutating func environmentVariable(_ name: TreeValue, at site: Int32) -> TreeValue {
    let text = tree.text(of: scalarText(name)) ?? ""
    guard let found = options.inputEnvironment[text] ?? (options.assumesInputs && !text.isEmpty ? "secret" : nil) else {
      // The user's call is the place, not the library's.
      report(
        "KC0193", "the environment has no variable `\(text)`", at: callSite ?? site,
        help: "set it where `kc` runs: `\(text)=… kc plan`")
      return .poison
    }
    var value = tree.string(text.isEmpty ? "" : found)
    value.isSecret = true
    return value
  }

  private func scalarText(_ value: TreeValue) -> TreeValue { dereference(value) }

  /// Ten characters that change when the value does.
  mutating func digest(of given: TreeValue, at site: Int32) -> TreeValue {
    let value = resolve(given, 0)
    guard let text = canonicalText(of: value, at: site) else { return .poison }
    var result = tree.string(String(SHA256.hex(text.utf8).prefix(10)))
    result.isSecret = holdsSecret(value)
    return result
  }

  /// The value as JSON.
  mutating func jsonText(of given: TreeValue, at site: Int32) -> TreeValue {
    let value = resolve(given, 0)
    guard let text = canonicalText(of: value, at: site) else { return .poison }
    var result = tree.string(text)
    result.isSecret = holdsSecret(value)
    return result
  }

  /// The value as JSON with sorted keys; nil where a part of it was reported.
  private mutating func canonicalText(of value: TreeValue, at site: Int32) -> String? {
    guard let plain = plainValue(of: value) else { return nil }
    return Self.json(plain)
  }

  /// Whether a value that was made plain is secret, or holds one that is.
  func holdsSecret(_ value: TreeValue) -> Bool {
    switch value.tag {
    case _ where value.isSecret: true
    case .record: tree.fields(of: value).contains { holdsSecret($0.value) }
    case .list: tree.items(of: value).contains { holdsSecret($0) }
    default: false
    }
  }

  private static func json(_ value: Value) -> String {
    switch value {
    case .null: return "null"
    case .bool(let truth): return truth ? "true" : "false"
    case .int(let number): return String(number)
    case .number(let number): return "\(number)"
    case .string(let text): return quoted(text)
    case .array(let elements): return "[" + elements.map(json).joined(separator: ",") + "]"
    case .object(let fields):
      let sorted = fields.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }
      return "{" + sorted.map { quoted($0.0) + ":" + json($0.1) }.joined(separator: ",") + "}"
    }
  }

  private static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\t": out += "\\t"
      case "\r": out += "\\r"
      default:
        if scalar.value < 0x20 {
          let digits = String(scalar.value, radix: 16)
          out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        } else {
          out.unicodeScalars.append(scalar)
        }
      }
    }
    return out + "\""
  }
}
