internal import KCData

/// A rule about a value, in the part of CEL that rules of custom resources mostly use: literals, fields and elements,
/// operators, `has`, `all`, `exists`, `exists_one`, `map`, `filter`, and functions on texts, lists and maps.
struct RuleExpression: Sendable {
  /// A rule that is not understood.
  struct Unreadable: Error { var why: String }

  indirect enum Node: Sendable {
    case literal(Value)
    case name(String)
    case field(Node, String)
    /// `has(a.b)`
    case presence(Node, String)
    case element(Node, Node)
    case list([Node])
    case map([(Node, Node)])
    case not(Node)
    case negative(Node)
    case binary(String, Node, Node)
    case both(Node, Node)
    case either(Node, Node)
    case conditional(Node, Node, Node)
    case call(String, Node?, [Node])
    /// `list.all(name, condition)`; `map` may have a condition first.
    case macro(String, Node, String, [Node])
  }

  let root: Node
  /// Whether it is about a change: then it is asked only where there is an old value.
  let isTransition: Bool

  init(_ text: String) throws(Unreadable) {
    var parser = try RuleParser(text)
    root = try parser.whole()
    isTransition = parser.names.contains("oldSelf")
  }

  /// What the rule says.
  ///
  /// - Throws: where something is not there, is of another kind than it is used as, or takes more than the steps allowed.
  func value(of variables: [String: Value], matches: @escaping KubeSchema.PatternMatch) throws(RuleFailure) -> Value {
    var evaluator = RuleEvaluator(variables: variables, matches: matches)
    return try evaluator.value(root)
  }
}

/// Why a rule has no value.
struct RuleFailure: Error { var why: String }
