internal import KCData

/// The files of an import as blocks are added to them.
struct ImportFiles {
  private let plan: ImportPlan
  /// Files with blocks that are to have no labels and annotations but their own; nil while blocks are tried, which are
  /// all of that kind.
  private let exact: Set<String>?
  private var texts: [String: SourceText.File] = [:]

  /// Files of blocks of the standard library, to be tried.
  init(_ plan: ImportPlan) {
    self.plan = plan
    exact = nil
  }

  /// Files of blocks of all kinds.
  init(_ plan: ImportPlan, exact index: ImportIndex) {
    self.plan = plan
    exact = Set(plan.paths.indices.filter { index.entries[$0]?.isLifted ?? false }.map { plan.paths[$0] })
  }

  /// Adds a block; gives the line that it begins on, from 1, while blocks are tried.
  mutating func add(_ block: String, to path: String) -> Int {
    var file = texts.removeValue(forKey: path) ?? SourceText.File(exact == nil ? head(of: path, for: nil) : "")
    let line = file.add(block)
    texts[path] = file
    return line
  }

  /// All of them, in the order of their paths; they are taken out, so that no text is there twice.
  mutating func files() -> [SourceImport.File] {
    var all: [String: String] = [:]
    if let lift = plan.lift, let shared = lift.sharedText(for: exact == nil ? nil : texts.values.map(\.text)) {
      all[lift.sharedPath] = shared
    }
    if let index = plan.index, exact != nil { all[index] = FileNames.imports(folded) }
    if let name = plan.project { all["project.kc"] = project(name) }
    for path in texts.keys.sorted() {
      guard let text = texts.removeValue(forKey: path)?.text else { continue }
      let head = exact == nil ? "" : head(of: path, for: text)
      all[path] = head.isEmpty ? text : head + text
    }
    return all.sorted { $0.key < $1.key }.map { SourceImport.File(path: $0.key, text: $0.value) }
  }

  /// The files in folders.
  private var folded: [String] { texts.keys.filter { $0.contains("/") }.sorted() }

  private func head(of path: String, for body: String?) -> String {
    var imports = plan.project == nil && exact?.contains(path) ?? true ? "import std.exact\n" : ""
    var declarations = ""
    if let lift = plan.lift {
      let own = lift.head(of: path, for: body)
      imports += own.imports
      declarations = own.declarations
    }
    return [imports, declarations].filter { !$0.isEmpty }.map { $0 + "\n" }.joined()
  }

  /// The line of a project's file by which an import knows its own.
  static let exactLine = "  exact = true // no labels and annotations but those that the files say\n"

  private func project(_ name: String) -> String {
    var lines = ""
    if let namespace = plan.namespace { lines += "  namespace = \(SourceText.quoted(namespace))\n" }
    if !(exact?.isEmpty ?? false) {
      lines += Self.exactLine
    }
    if plan.isInOtherNamespaces {
      lines += "  createNamespaces = false // those that no manifest holds are there, or others make them\n"
    }
    let head = "project \(SourceText.blockName(name))"
    return lines.isEmpty ? "\(head) {}\n" : "\(head) {\n\(lines)}\n"
  }
}
