internal import KCData

/// Finds what a rule says.
struct RuleEvaluator {
  typealias Node = RuleExpression.Node

  /// More steps than this no rule takes.
  static let stepLimit = 200_000

  private var variables: [String: Value]
  private let matches: KubeSchema.PatternMatch
  private var steps = 0

  init(variables: [String: Value], matches: @escaping KubeSchema.PatternMatch) {
    self.variables = variables
    self.matches = matches
  }

  mutating func value(_ node: Node) throws(RuleFailure) -> Value {
    steps += 1
    guard steps < Self.stepLimit else { throw RuleFailure(why: "the rule takes more than \(Self.stepLimit) steps") }
    switch node {
    case .literal(let value): return value
    case .name(let name):
      guard let value = variables[name] else { throw RuleFailure(why: "there is no \(name)") }
      return value
    case .field(let target, let name):
      guard let found = try value(target)[name] else { throw RuleFailure(why: "no such key: \(name)") }
      return found
    case .presence(let target, let name): return .bool(try value(target)[name] != nil)
    case .element(let target, let index): return try element(try value(target), try value(index))
    case .list(let nodes):
      var out: [Value] = []
      for node in nodes { out.append(try value(node)) }
      return .array(out)
    case .map(let pairs):
      var fields = Fields()
      for (key, child) in pairs { fields[CustomText.shown(try value(key))] = try value(child) }
      return .object(fields)
    case .not(let node): return .bool(!(try truth(node)))
    case .negative(let node): return try RuleFunctions.negative(try value(node))
    case .binary(let symbol, let left, let right): return try binary(symbol, left, right)
    case .both(let left, let right): return .bool(try logical(left, right, decisive: false))
    case .either(let left, let right): return .bool(try logical(left, right, decisive: true))
    case .conditional(let condition, let first, let second): return try value(try truth(condition) ? first : second)
    case .call(let name, let target, let arguments): return try call(name, target, arguments)
    case .macro(let name, let target, let variable, let bodies): return try macro(name, target, variable, bodies)
    }
  }

  /// Counts a value that is gone through as a whole.
  private mutating func charge(_ value: Value) throws(RuleFailure) {
    switch value {
    case .string(let text): steps += text.utf8.count / 16
    case .array(let elements):
      steps += elements.count
      for element in elements where steps < Self.stepLimit { try charge(element) }
    case .object(let fields):
      steps += fields.count
      for (_, child) in fields where steps < Self.stepLimit { try charge(child) }
    default: return
    }
    guard steps < Self.stepLimit else { throw RuleFailure(why: "the rule takes more than \(Self.stepLimit) steps") }
  }

  private mutating func binary(_ symbol: String, _ left: Node, _ right: Node) throws(RuleFailure) -> Value {
    let (left, right) = (try value(left), try value(right))
    try charge(left)
    try charge(right)
    return try RuleFunctions.binary(symbol, left, right)
  }

  private mutating func truth(_ node: Node) throws(RuleFailure) -> Bool {
    guard let truth = try value(node).bool else { throw RuleFailure(why: "a truth value was expected") }
    return truth
  }

  /// `&&` and `||`: a side that decides does so also where the other one has no value.
  private mutating func logical(_ left: Node, _ right: Node, decisive: Bool) throws(RuleFailure) -> Bool {
    let failure: RuleFailure
    do {
      if try truth(left) == decisive { return decisive }
      return try truth(right)
    } catch { failure = error }
    do {
      if try truth(right) == decisive { return decisive }
    } catch {}
    throw failure
  }

  private func element(_ target: Value, _ index: Value) throws(RuleFailure) -> Value {
    switch (target, index) {
    case (.array(let elements), _):
      guard let at = index.int, elements.indices.contains(Int(clamping: at)) else {
        throw RuleFailure(why: "index out of bounds: \(CanonicalJSON.text(index))")
      }
      return elements[Int(at)]
    case (.object(let fields), .string(let key)):
      guard let found = fields[key] else { throw RuleFailure(why: "no such key: \(key)") }
      return found
    default: throw RuleFailure(why: "only lists and maps have elements")
    }
  }

  private mutating func call(_ name: String, _ target: Node?, _ arguments: [Node]) throws(RuleFailure) -> Value {
    var values: [Value] = []
    if let target { values.append(try value(target)) }
    for argument in arguments { values.append(try value(argument)) }
    for value in values { try charge(value) }
    if name == "matches" {
      guard values.count == 2, let text = values[0].string, let pattern = values[1].string,
        let found = matches(pattern, text)
      else { throw RuleFailure(why: "matches takes a text and a pattern that can be read") }
      return .bool(found)
    }
    return try RuleFunctions.call(name, values)
  }

  private mutating func macro(
    _ name: String, _ target: Node, _ variable: String, _ bodies: [Node]
  ) throws(RuleFailure) -> Value {
    let elements: [Value]
    switch try value(target) {
    case .array(let list): elements = list
    case .object(let fields): elements = fields.keys.map { .string($0) }
    default: throw RuleFailure(why: "\(name) is for lists and maps")
    }
    let outer = variables[variable]
    defer { variables[variable] = outer }
    var kept: [Value] = []
    var failure: RuleFailure?
    for element in elements {
      variables[variable] = element
      do throws(RuleFailure) {
        switch name {
        case "map":
          var isWanted = bodies.count == 1
          if !isWanted { isWanted = try truth(bodies[0]) }
          if isWanted { kept.append(try value(bodies[bodies.count - 1])) }
        case "all": if !(try truth(bodies[0])) { return false }
        case "exists": if try truth(bodies[0]) { return true }
        default: if try truth(bodies[0]) { kept.append(element) }
        }
      } catch {
        // Another element may decide all the same.
        guard name == "all" || name == "exists", steps < Self.stepLimit else { throw error }
        failure = error
      }
    }
    if let failure { throw failure }
    switch name {
    case "all": return true
    case "exists": return false
    case "exists_one": return .bool(kept.count == 1)
    default: return .array(kept)
    }
  }
}
