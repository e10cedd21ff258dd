internal import KCData
internal import KCKube

/// Functions, properties and methods that are not written in kc.
enum Builtins {
  /// Names a function that stands in Swift.
  enum ID: Int32, Sendable {
    case placement, hash, base64, inputEnvironment, json, abs, min, max, projectName, projectNamespace, parent
    case yaml, networkFunction, isExact, withRaw

    /// Whether it reports what is wrong with an argument where that stands.
    var asksForSites: Bool {
      switch self {
      case .hash, .json, .yaml, .networkFunction: true
      default: false
      }
    }
  }

  struct Function: Sendable {
    var name: String
    var id: ID
    var parameters: [(name: String, isOptional: Bool)]
  }

  /// The functions that the documentation shows, as it shows them.
  static let documentedFunctions: [Method] = [
    Method("abs(number: Int | Float) -> Int | Float", "A number without its sign.", "abs(-3)", "3"),
    Method("min(a: Any, b: Any) -> Any", "The smaller of two numbers, amounts or durations.", "min(2, 5)", "2"),
    Method("max(a: Any, b: Any) -> Any", "The larger of two numbers, amounts or durations.", "max(64Mi, 1Gi)", "1Gi"),
    Method(
      "hash(value: Any) -> String", "Ten characters that change when the value does, for names and annotations.",
      "hash({ a = 1 }) == hash({ a = 2 })", "false"),
    Method("base64(text: String) -> String", "Text in base 64.", "base64(\"kc\")", "\"a2M=\""),
    Method(
      "json(value: Any, indent: Int = 0) -> String",
      "A value as JSON, with sorted keys: on one line, or with an indent on lines of its own.",
      #"json({ b = 1, a = [true] })"#, #""{\"a\":[true],\"b\":1}""#),
    Method(
      "yaml(value: Any) -> String", "A value as YAML, with the fields in their order.",
      #"yaml({ port = 80, hosts = ["a", "b"] })"#, #""port: 80\nhosts:\n- a\n- b\n""#),
    Method("projectName() -> String", "The name that `project.kc` gives the project.", "projectName()", #""shop""#),
    Method(
      "projectNamespace() -> String", "The namespace that `project.kc` gives objects that name none.",
      "projectNamespace()", #""default""#),
  ]

  /// The functions that every module sees.
  static let functions: [Function] = [
    Function(name: "placement", id: .placement, parameters: [("of", false)]),
    Function(name: "hash", id: .hash, parameters: [("value", false)]),
    Function(name: "base64", id: .base64, parameters: [("text", false)]),
    Function(name: "json", id: .json, parameters: [("value", false), ("indent", true)]),
    Function(name: "yaml", id: .yaml, parameters: [("value", false)]),
    Function(
      name: "networkFunction", id: .networkFunction,
      parameters: [("name", false), ("one", false), ("two", true), ("three", true)]),
    Function(name: "projectName", id: .projectName, parameters: []),
    Function(name: "projectNamespace", id: .projectNamespace, parameters: []),
    Function(name: "parent", id: .parent, parameters: [("of", false)]),
    Function(name: "isExact", id: .isExact, parameters: [("of", false)]),
    Function(name: "withRaw", id: .withRaw, parameters: [("object", false), ("raw", false), ("type", false)]),
    Function(name: "inputEnvironment", id: .inputEnvironment, parameters: [("name", false)]),
    Function(name: "abs", id: .abs, parameters: [("number", false)]),
    Function(name: "min", id: .min, parameters: [("a", false), ("b", false)]),
    Function(name: "max", id: .max, parameters: [("a", false), ("b", false)]),
  ]

  /// Calls a builtin function.
  ///
  /// - Parameter sites: the places of the arguments, in the user's files where that is known.
  static func call(
    _ id: ID, _ arguments: [TreeValue], sites: [Int32], at site: Int32, _ program: inout Program
  ) -> TreeValue {
    let first = arguments.first ?? .none
    if arguments.contains(where: \.isPoison) { return .poison }
    if !program.deferreds.isEmpty, let deferred = program.deferredBuiltin(id, arguments, at: site) { return deferred }
    switch id {
    case .placement: return program.placement(of: first)
    case .base64:
      let text = program.scalar(first)
      guard text.tag == .string else { return program.mismatch(text, TypeTable.string, at: site) }
      var result = program.tree.string(Base64.encode(program.tree.utf8(of: text)))
      result.isSecret = text.isSecret
      return result
    case .json, .yaml, .hash:
      // What cannot be written is told of at the argument.
      let outer = program.valueSite
      program.valueSite = sites.first { $0 != 0 } ?? program.callSite ?? site
      defer { program.valueSite = outer }
      let value = program.scalar(first)
      if value.isPoison { return .poison }
      if value.isNone { return program.nothing(toWrite: id, at: program.valueSite) }
      if id == .hash { return program.digest(of: first, at: site) }
      if id == .yaml { return program.yamlText(of: first) }
      return program.jsonText(of: first, indent: arguments.count > 1 ? arguments[1] : .none, sites, at: site)
    case .networkFunction: return network(arguments, sites, &program)
    case .inputEnvironment: return program.environmentVariable(first, at: site)
    case .parent:
      guard first.tag == .instance, case let parent = program.instances[Int(first.payload)].parent, parent >= 0 else {
        return .none
      }
      return TreeValue(.instance, payload: UInt32(parent))
    case .isExact: return .bool(program.isExact(first))
    case .withRaw: return program.withRaw(first, arguments)
    case .projectName: return program.tree.string(program.project.name)
    case .projectNamespace: return program.tree.string(program.project.namespace)
    case .abs:
      let number = program.scalar(first)
      guard let order = program.compare(number, program.tree.int(0)) else {
        return program.mismatch(number, TypeTable.int, at: site)
      }
      if order >= 0 { return number }
      var result = number
      if let whole = program.tree.int(of: number) {
        result = program.tree.int(whole == .min ? .max : -whole)
      } else if let real = program.tree.double(of: number) {
        result = program.tree.float(-real)
      }
      result.isSecret = number.isSecret
      return result
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
      var chosen = (order <= 0) == (id == .min) ? one : other
      // Which of them it is tells of both.
      chosen.isSecret = one.isSecret || other.isSecret
      return chosen
    }
  }
}

extension Program {
  /// A variable of the environment, which is secret.
  mutating func environmentVariable(_ name: TreeValue, at site: Int32) -> TreeValue {
    let text = tree.text(of: scalarText(name)) ?? ""
    if package(of: span(callSite ?? site)) >= 0 {
      report(
        "KC0147", "a package does not read the environment", at: callSite ?? site,
        notes: ["what it needs to know is given to its components by the program, which can see it there"])
      return .poison
    }
    let given = options.inputEnvironment[text]
    guard let found = given ?? (options.assumesInputs && !text.isEmpty ? Self.assumedText : nil) else {
      // The user's call is the place, not the library's.
      report(
        "KC0193", "the environment has no variable `\(text)`", at: callSite ?? site,
        help: "set it where `kc` runs: `\(text)=… kc plan`")
      return .poison
    }
    var value = tree.string(text.isEmpty ? "" : found)
    value.isSecret = true
    usesSecrets = true
    if given == nil { hasAssumedInputs = true }
    return value
  }

  /// What a variable that nobody set is taken to hold.
  static let assumedText = "secret"

  /// Stands for what a secret gives when somebody knows it: an element of its parts, the number that it says.
  mutating func assumed(_ type: SignatureType) -> TreeValue {
    var value: TreeValue
    switch type {
    case .optional(let inner): return assumed(inner)
    case .plain(TypeTable.int): value = tree.int(1)
    case .plain(TypeTable.float): value = tree.float(1)
    case .plain(TypeTable.bool): value = .bool(true)
    case .plain(TypeTable.quantity): value = tree.quantity(Quantity(1))
    case .plain(TypeTable.duration): value = TreeValue.inline(.duration, 1000) ?? .poison
    default: value = tree.string(Self.assumedText)
    }
    value.isSecret = true
    return value
  }

  private func scalarText(_ value: TreeValue) -> TreeValue { dereference(value) }

  /// Reports that there is nothing to write: text without it would be taken for what was meant.
  fileprivate mutating func nothing(toWrite id: Builtins.ID, at site: Int32) -> TreeValue {
    report(
      "KC0164", "this has no value, and `\(id)` wants one", at: site,
      help: "give it a value for that case, `… ?? …`, or ask first: `if … != none { … }`")
    return .poison
  }

  /// Ten characters that change when the value does.
  mutating func digest(of given: TreeValue, at site: Int32) -> TreeValue {
    let value = resolve(given, 0)
    guard let text = tree.canonicalJSON(of: value) else { return .poison }
    var result = tree.string(String(SHA256.hex(text).prefix(10)))
    result.isSecret = holdsSecret(value)
    return result
  }

  /// The value as JSON.
  mutating func jsonText(
    of given: TreeValue, indent: TreeValue, _ sites: [Int32], at site: Int32
  ) -> TreeValue {
    let value = resolve(given, 0)
    let spaces = scalar(indent)
    if spaces.isPoison { return .poison }
    guard spaces.isNone || (tree.int(of: spaces).map { (0...16).contains($0) } ?? false) else {
      report("KC0112", "`indent` of `json` is a number of spaces, up to 16", at: sites.count > 1 ? sites[1] : site)
      return .poison
    }
    var result: TreeValue
    if let width = tree.int(of: spaces), width > 0 {
      guard let plain = plainValue(of: value) else { return .poison }
      let text = Self.json(plain, Int(width), 0)
      guard text.utf8.count <= Limits.text else { return textTooLong(site) }
      result = tree.string(text)
    } else {
      guard let text = tree.canonicalJSON(of: value) else { return .poison }
      guard text.count <= Limits.text else { return textTooLong(site) }
      result = tree.string(utf8: text[...])
    }
    result.isSecret = holdsSecret(value)
    return result
  }

  /// The value as YAML.
  mutating func yamlText(of given: TreeValue) -> TreeValue {
    let value = resolve(given, 0)
    guard let plain = plainValue(of: value) else { return .poison }
    let text = YAMLText.write(plain)
    guard text.utf8.count <= Limits.text else { return textTooLong(valueSite) }
    var result = tree.string(text)
    result.isSecret = holdsSecret(value)
    return result
  }

  /// The value as JSON on lines of their own.
  private static func json(_ value: Value, _ width: Int, _ depth: Int) -> String {
    let inner = "\n" + String(repeating: " ", count: width * (depth + 1))
    let outer = "\n" + String(repeating: " ", count: width * depth)
    switch value {
    case .array(let elements) where !elements.isEmpty:
      return "[" + inner + elements.map { json($0, width, depth + 1) }.joined(separator: "," + inner) + outer + "]"
    case .object(let fields) where !fields.isEmpty:
      let sorted = fields.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }
      let lines = sorted.map { Value.string($0.0).canonicalJSON + ": " + json($0.1, width, depth + 1) }
      return "{" + inner + lines.joined(separator: "," + inner) + outer + "}"
    default: return value.canonicalJSON
    }
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
}
