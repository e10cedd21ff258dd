/// The names that the standard library and the language give to all files: what source that is written by a program must
/// not take for its own.
public enum StandardNames {
  /// Modules, functions, schemas and types that every file sees, by the names that they are seen by.
  public static let all: Set<String> = {
    var program = Program(options: CompileOptions())
    program.declarePrelude()
    return Set(program.scopes[0].names.keys.map { program.text($0) }).union(["k8s", "std"])
  }()

  /// Schemas and types among them, and the types of the language.
  public static let types = all.filter { $0.first?.isUppercase ?? false }.union(Program.builtinTypes)

  /// The fields of a schema of the library; none where there is no such schema.
  public static func fields(of schema: String) -> Set<String> {
    var program = Program(options: CompileOptions())
    program.declarePrelude()
    return Set(program.explain(type: schema)?.fields.map(\.name) ?? [])
  }
}
