internal import KCData

/// Something of several parts that an import repeats, and that a name can stand for.
enum LiftedGroup: Hashable {
  /// A variable of a container, with its text.
  struct Variable: Hashable {
    var name: String
    var text: String
  }

  /// A map, a record or a list as it is: `labels`.
  case value(Value)
  /// What is set in a block that a record can stand for: `security`.
  case settings([String])
  /// Rules of an `affinity`.
  case rules([String])
  /// Variables of a container that follow each other.
  case variables([Variable])

  /// How many parts it has.
  var size: Int {
    switch self {
    case .value(let value): value.leaves
    case .settings(let lines), .rules(let lines): lines.count
    case .variables(let variables): variables.count
    }
  }

  /// Its declaration.
  ///
  /// - Parameter names: the names that stand for texts in it.
  func declaration(_ name: String, _ names: [String: String]) -> String {
    switch self {
    case .value(let value): return Self.declaration(name, value, names)
    case .settings(let lines):
      let short = "let \(name) = { \(lines.joined(separator: ", ")) }\n"
      if short.utf8.count <= SourceLines.width { return short }
      return "let \(name) = {\n\(lines.map { "  \($0)\n" }.joined())}\n"
    case .rules(let lines): return "affinity \(name) {\n\(lines.map { "  \($0)\n" }.joined())}\n"
    case .variables(let variables):
      var fields = Fields()
      for variable in variables { fields[variable.name] = .string(variable.text) }
      return Self.declaration(name, .object(fields), names)
    }
  }

  private static func declaration(_ name: String, _ value: Value, _ names: [String: String]) -> String {
    var writer = SourceWriter([], names: LiftedNames(texts: names))
    let head = "let \(name) = "
    writer.put(head)
    writer.value(value, nil, 0, FieldPath(), after: head.utf8.count)
    return writer.out + "\n"
  }
}

/// A place where a group stands.
struct LiftedUse {
  var group: LiftedGroup
  /// What it is: `labels`, `security`.
  var field: String
}
