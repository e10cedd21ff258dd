internal import KCStdlib

/// A function of the standard library, or a method or property of a type: what `kc explain` and the reference show.
public struct StandardFunction: Sendable, Hashable {
  /// `String`, `std.net`; empty for functions that every file sees.
  public var group: String
  public var name: String
  /// `padStart(width: Int, with: String = " ") -> String`
  public var signature: String
  public var documentation: String
  /// An expression; empty for none.
  public var example: String
  /// Another that it is equal to.
  public var result: String

  /// Whether its module is known only to files that import it.
  public var needsImport: Bool {
    group.hasPrefix("std.") && Program.importedModules.contains(String(group.dropFirst(4)))
  }

  /// How it is called for in `kc explain`: `String.padStart`, `net.host`, `json`.
  public var title: String {
    let prefix = group.hasPrefix("std.") ? String(group.dropFirst(4)) : group
    return prefix.isEmpty ? name : "\(prefix).\(name)"
  }
}

/// All functions of the standard library.
public enum StandardFunctions {
  /// The modules that have functions for users; what others declare is for the library itself.
  static let modules = ["hook", "input", "metric", "net", "pod", "probe", "semver"]

  /// In the order of the reference: functions that every file sees, methods by type, then modules.
  public static let all: [StandardFunction] =
    Builtins.documentedFunctions.map { StandardFunction("", $0) }
    + Builtins.documented.flatMap { type in Builtins.table(of: type.tag).map { StandardFunction(type.name, $0) } }
    + modules.flatMap { name in functions(ofModule: name) }

  /// Those that a name means: `String.split`, `split`, `String`, `net`, `std.net`, `net.host`.
  public static func find(_ name: String) -> [StandardFunction] {
    let exact = all.filter { $0.title == name || "std.\($0.title)" == name }
    if !exact.isEmpty { return exact }
    let group = all.filter { !$0.group.isEmpty && ($0.group == name || $0.group == "std.\(name)") }
    return group.isEmpty ? all.filter { $0.name == name } : group
  }

  /// The documented functions of a module, read from its source.
  private static func functions(ofModule name: String) -> [StandardFunction] {
    guard let bytes = StandardLibrary.file("\(name).kc") else { return [] }
    var found: [StandardFunction] = []
    var comment: [Substring] = []
    var signature: String?
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("///") {
        comment.append(line.dropFirst(3).drop { $0 == " " })
        continue
      }
      if line.hasPrefix("func "), !comment.isEmpty {
        signature = String(line.dropFirst(5))
      } else if signature == nil {
        comment = []
      }
      if let open = signature, !line.hasPrefix("func ") { signature = open + " " + line.drop { $0 == " " } }
      if let whole = signature, let head = Self.head(whole) {
        found.append(StandardFunction(module: name, signature: head, comment))
        (signature, comment) = (nil, [])
      }
    }
    return found
  }

  /// A declaration up to the `=` before its value; nil where that is still to come.
  private static func head(_ text: String) -> String? {
    var depth = 0
    var out = ""
    for (place, character) in text.enumerated() {
      if character == "(" { depth += 1 }
      if character == ")" { depth -= 1 }
      if depth == 0, character == "=", place > 0 {
        while out.last == " " { out.removeLast() }
        return out.replacing("( ", with: "(").replacing(" )", with: ")")
      }
      out.append(character)
    }
    return nil
  }
}

extension StandardFunction {
  init(_ group: String, _ method: Method) {
    self.init(
      group: group, name: method.name, signature: method.line, documentation: method.documentation,
      example: method.example.expression == method.example.result ? "" : method.example.expression,
      result: method.example.result)
  }

  init(module: String, signature: String, _ comment: [Substring]) {
    let mark = "Example: `"
    let example = comment.last { $0.hasPrefix(mark) }?.dropFirst(mark.count) ?? ""
    let halves = example.split(separator: "` is `", maxSplits: 1)
    var text = comment.filter { !$0.hasPrefix(mark) }
    while text.last?.isEmpty == true { text.removeLast() }
    self.init(
      group: "std.\(module)", name: String(signature.prefix { $0 != "(" }), signature: signature,
      documentation: text.joined(separator: "\n"), example: halves.first.map(String.init) ?? "",
      result: halves.count > 1 ? String(halves[1].dropLast(2)) : "")
  }
}
