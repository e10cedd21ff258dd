internal import KCData

/// The files of an import as blocks are added to them.
struct ImportFiles {
  private let plan: ImportPlan
  /// Files with blocks that are to have no labels and annotations but their own; all, where nothing is said.
  private let exact: Set<String>?
  private var texts: [String: SourceText.File] = [:]

  /// Files of blocks of the standard library.
  init(_ plan: ImportPlan) {
    self.plan = plan
    exact = nil
  }

  /// Files of blocks of all kinds.
  init(_ plan: ImportPlan, exact index: ImportIndex) {
    self.plan = plan
    exact = Set(plan.paths.indices.filter { index.entries[$0]?.isLifted ?? false }.map { plan.paths[$0] })
  }

  /// Adds a block; gives the line that it begins on, from 1.
  mutating func add(_ block: String, to path: String) -> Int {
    var file =
      texts.removeValue(forKey: path)
      ?? SourceText.File(
        (plan.project == nil && exact?.contains(path) ?? true ? "import std.exact\n\n" : "")
          + (plan.lifts[path]?.text ?? ""))
    let line = file.add(block)
    texts[path] = file
    return line
  }

  /// All of them, in the order of their paths.
  func files() -> [SourceImport.File] {
    var all = texts
    if let name = plan.project { all["project.kc"] = project(name) }
    return all.sorted { $0.key < $1.key }.map { SourceImport.File(path: $0.key, text: $0.value.text) }
  }

  private func project(_ name: String) -> SourceText.File {
    var lines = ""
    if let namespace = plan.namespace { lines += "  namespace = \(SourceText.quoted(namespace))\n" }
    if !(exact?.isEmpty ?? false) {
      lines += "  exact = true // no labels and annotations but those that the files say\n"
    }
    let head = "project \(SourceText.blockName(name))"
    return SourceText.File(lines.isEmpty ? "\(head) {}\n" : "\(head) {\n\(lines)}\n")
  }
}
