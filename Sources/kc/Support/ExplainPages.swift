import KCData
import KCKube
import KCLang
import KCPlan
import KCSyntax

/// What `kc explain` answers, in its forms.
protocol ExplainPage {
  func text(_ style: TextStyle) -> String
  var value: Value { get }
}

/// A diagnostic's page.
struct CodePage: ExplainPage {
  let info: DiagnosticInfo

  init(_ info: DiagnosticInfo) { self.info = info }

  var value: Value {
    [
      "code": .string(info.code), "title": .string(info.title), "explanation": .string(info.explanation),
      "bad": .string(info.bad), "good": .string(info.good),
    ]
  }

  func text(_ style: TextStyle) -> String {
    """
    \(style.paint("\(info.code): \(info.title)", .strong))

    \(info.explanation)

    \(style.paint("Wrong:", .bad))
    \(Self.indented(info.bad))

    \(style.paint("Right:", .good))
    \(Self.indented(info.good))

    """
  }

  private static func indented(_ code: String) -> String {
    code.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : "    \($0)" }
      .joined(separator: "\n")
  }
}

/// A schema's page.
struct TypePage: ExplainPage {
  let type: TypeExplanation

  init(_ type: TypeExplanation) { self.type = type }

  var value: Value {
    [
      "type": .string(type.name), "keyword": type.keyword.map { .string($0) } ?? .null,
      "extends": type.parent.map { .string($0) } ?? .null, "documentation": .string(type.documentation),
      "fields": .array(
        type.fields.map { field in
          [
            "name": .string(field.name), "type": .string(field.type),
            "default": field.defaultText.map { .string($0) } ?? .null, "required": .bool(field.isRequired),
            "keyed": .bool(field.isKeyed), "final": .bool(field.isFinal),
            "documentation": .string(field.documentation),
          ]
        }),
      "requirements": .array(type.requirements.map { .string($0) }),
    ]
  }

  func text(_ style: TextStyle) -> String {
    var lines = [style.paint(type.name, .strong) + (type.parent.map { " extends \($0)" } ?? "")]
    if !type.documentation.isEmpty { lines += ["", type.documentation] }
    lines.append("")
    let table = FieldTable(
      rows: type.fields.map { field in
        let marks = [
          field.isRequired ? "required" : nil, field.isKeyed ? "blocks" : nil, field.isFinal ? "final" : nil,
        ]
        return (
          field.name, field.type, field.defaultText, marks.compactMap { $0 },
          field.documentation.split(separator: "\n").first.map(String.init) ?? ""
        )
      })
    lines += table.lines(style)
    for requirement in type.requirements { lines.append("  require \(requirement)") }
    return lines.joined(separator: "\n") + "\n"
  }
}

/// A field that has no fields of its own.
struct FieldPage: ExplainPage {
  /// The schema that has it.
  let type: String
  let field: TypeExplanation.Field

  var value: Value {
    [
      "type": .string(type), "field": .string(field.name), "is": .string(field.type),
      "default": field.defaultText.map { .string($0) } ?? .null, "required": .bool(field.isRequired),
      "final": .bool(field.isFinal), "documentation": .string(field.documentation),
    ]
  }

  func text(_ style: TextStyle) -> String {
    let marks = [field.isRequired ? "required" : nil, field.isFinal ? "final" : nil].compactMap { $0 }
    let head =
      style.paint("\(type).\(field.name)", .strong) + ": \(field.type)"
      + (field.defaultText.map { " = \($0)" } ?? "")
      + (marks.isEmpty ? "" : " (\(marks.joined(separator: ", ")))")
    return head + "\n" + (field.documentation.isEmpty ? "" : "\n\(field.documentation)\n")
  }
}

/// The page of a place in a type of Kubernetes' API.
struct APIPage: ExplainPage {
  let type: APITypeExplanation

  init(_ type: APITypeExplanation) { self.type = type }

  var value: Value {
    [
      "type": .string(type.name), "is": .string(type.type), "documentation": .string(type.documentation),
      "fields": .array(
        type.fields.map { field in
          [
            "name": .string(field.name), "type": .string(field.type), "required": .bool(field.isRequired),
            "default": field.defaultText.map { .string($0) } ?? .null,
            "allowed": .array(field.allowed.map { .string($0) }), "keys": .array(field.keys.map { .string($0) }),
            "documentation": .string(field.documentation),
          ]
        }),
    ]
  }

  func text(_ style: TextStyle) -> String {
    let table = FieldTable(
      rows: type.fields.map { field in
        let keys = field.keys.isEmpty ? nil : "merged by \(field.keys.joined(separator: ", "))"
        let marks = [field.isRequired ? "required" : nil, keys].compactMap { $0 }
        return (field.name, field.type, field.defaultText, marks, field.documentation)
      })
    var head = [
      type.name == type.type ? style.paint(type.name, .strong) : style.paint(type.name, .strong) + ": \(type.type)"
    ]
    if !type.documentation.isEmpty { head += ["", type.documentation] }
    if !type.fields.isEmpty { head.append("") }
    return (head + table.lines(style)).joined(separator: "\n") + "\n"
  }
}

/// The types of a group of Kubernetes' API.
struct APIListPage: ExplainPage {
  let name: String
  let types: [String]

  var value: Value { ["name": .string(name), "types": .array(types.map { .string($0) })] }

  func text(_ style: TextStyle) -> String {
    ([style.paint(name, .strong), ""] + types.map { "  \($0)" }).joined(separator: "\n") + "\n"
  }
}

/// Functions, methods and properties.
struct FunctionPage: ExplainPage {
  let functions: [StandardFunction]

  init(_ functions: [StandardFunction]) { self.functions = functions }

  var value: Value {
    [
      "functions": .array(
        functions.map { one in
          [
            "name": .string(one.title), "signature": .string(one.signature),
            "documentation": .string(one.documentation),
            "example": .string(one.example), "result": .string(one.result),
          ]
        })
    ]
  }

  func text(_ style: TextStyle) -> String {
    functions.map { one in
      let prefix = one.title.dropLast(one.name.count)
      var lines = [style.paint("\(prefix)\(one.signature)", .strong), "  \(one.documentation)"]
      if one.needsImport { lines.insert("  import \(one.group)", at: 1) }
      if !one.example.isEmpty { lines.append("  \(one.example) is \(one.result)") }
      return lines.joined(separator: "\n")
    }.joined(separator: "\n\n") + "\n"
  }
}

/// A policy of the library.
struct PolicyPage: ExplainPage {
  let policy: StandardPolicy

  init(_ policy: StandardPolicy) { self.policy = policy }

  var value: Value {
    [
      "policy": .string(policy.name), "on": .string(policy.subject), "import": .string(policy.module),
      "documentation": .string(policy.documentation),
    ]
  }

  func text(_ style: TextStyle) -> String {
    var lines = [style.paint("policy \(policy.name) on \(policy.subject)", .strong), "  import \(policy.module)"]
    if !policy.documentation.isEmpty { lines += ["", policy.documentation] }
    lines += ["", "An exception: waive \(policy.name) on NAME because \"…\" until \"YYYY-MM-DD\""]
    return lines.joined(separator: "\n") + "\n"
  }
}

/// What the program declares by a name.
struct DeclarationPage: ExplainPage {
  let declarations: [DeclarationExplanation]

  init(_ declarations: [DeclarationExplanation]) { self.declarations = declarations }

  var value: Value {
    .array(
      declarations.map { one in
        [
          "kind": .string(one.kind), "name": .string(one.name), "signature": .string(one.signature),
          "documentation": .string(one.documentation), "file": .string(one.location.file),
          "line": .int(Int64(one.location.line)),
        ]
      })
  }

  func text(_ style: TextStyle) -> String {
    declarations.map { one in
      var lines = [style.paint(one.signature, .strong), "  \(one.location.file):\(one.location.line)"]
      if !one.documentation.isEmpty { lines += ["", one.documentation] }
      return lines.joined(separator: "\n") + "\n"
    }.joined(separator: "\n")
  }
}

/// All codes, types and functions.
struct IndexPage: ExplainPage {
  let codes: [DiagnosticInfo]
  let types: [String]
  let functions: [String]
  let apiTypes: [String]

  var value: Value {
    [
      "diagnostics": .array(codes.map { CodePage($0).value }), "types": .array(types.map { .string($0) }),
      "functions": .array(functions.map { .string($0) }),
      "apiTypes": .array(apiTypes.map { .string($0) }),
    ]
  }

  func text(_ style: TextStyle) -> String {
    let heads = ["Diagnostics", "Types", "Functions", "Types of Kubernetes' API"].map { style.paint($0, .strong) }
    let lines = codes.map { "  \($0.code)  \($0.title)" }
    return
      ([heads[0]] + lines + ["", heads[1]] + types.map { "  \($0)" } + ["", heads[2]]
      + functions.map { "  \($0)" } + ["", heads[3]] + apiTypes.map { "  \($0)" })
      .joined(separator: "\n") + "\n"
  }
}

/// Fields in columns.
struct FieldTable {
  let rows: [(name: String, type: String, standard: String?, marks: [String], note: String)]

  func lines(_ style: TextStyle) -> [String] {
    let names = rows.map(\.name.count).max() ?? 0
    let types = min(40, rows.map(\.type.count).max() ?? 0)
    return rows.map { row in
      let standard = row.standard.map { " = \($0)" } ?? ""
      let marks = row.marks.isEmpty ? "" : " (\(row.marks.joined(separator: ", ")))"
      let note = row.note.isEmpty ? "" : "  " + style.paint(row.note, .faint)
      let line = "  \(TextStyle.pad(row.name, names))  \(TextStyle.pad(row.type, types))\(standard)\(marks)\(note)"
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }
}
