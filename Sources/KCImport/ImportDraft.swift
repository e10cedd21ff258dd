internal import KCData
internal import KCKube
internal import KCLang
internal import KCSyntax

/// What an import is to write, whatever form each object gets.
struct ImportPlan {
  /// How often objects may be taken out of the standard library's terms before all are.
  static let attempts = 8

  let objects: [ImportedObject]
  /// The source file of each object.
  let paths: [String]
  /// Texts that get names, by source file.
  var lifts: [String: Lift] = [:]
  let project: String?
  /// The namespace that all objects have.
  let namespace: String?

  init(_ objects: [ImportedObject], isLifting: Bool, project: String?) {
    self.objects = objects
    let names = FileNames.paths(for: objects.map(\.file))
    paths = objects.map { names[$0.file] ?? "main.kc" }
    self.project = project
    namespace = project == nil ? nil : Self.commonNamespace(objects)
    guard isLifting else { return }
    for (file, own) in Dictionary(grouping: objects.indices, by: { paths[$0] }) {
      lifts[file] = Lift(own.map { objects[$0].object })
    }
  }

  /// The namespace that every object says which can have one.
  private static func commonNamespace(_ objects: [ImportedObject]) -> String? {
    var common: String?
    for object in objects {
      let type = ResourceTypes.builtin.find((object.object["apiVersion"]?.string, object.object["kind"]?.string))
      let own = object.object.at("metadata", "namespace")?.string
      if let type, !type.namespaced { continue }
      guard let own, own == common ?? own else { return nil }
      common = own
    }
    return common == "default" ? nil : common
  }
}

/// Objects that earlier attempts showed to be said wrongly.
struct ImportRefusals {
  /// Objects that do not refer to others: what these give is something else.
  var alone: Set<Int> = []
  /// Objects that the standard library's blocks cannot say.
  var unliftable: Set<Int> = []

  mutating func add(_ wrong: Set<Int>) {
    unliftable.formUnion(wrong.intersection(alone))
    alone.formUnion(wrong)
  }
}

/// One attempt at the source of an import.
struct ImportDraft {
  private(set) var result = SourceImport.Result(files: [], notes: [], addresses: [], forms: [])
  /// The objects that are said by blocks of the standard library.
  private(set) var lifted: Set<Int> = []
  /// The first line of each object's block, by source file.
  private var starts: [String: [(line: Int, place: Int)]] = [:]

  /// Writes the source.
  ///
  /// - Parameter refusals: what is known of objects; those that no block of the standard library says are added.
  init(_ plan: ImportPlan, _ refusals: inout ImportRefusals) {
    while true {
      var names = BlockNames()
      var index = ImportIndex(alone: refusals.alone)
      for (place, imported) in plan.objects.enumerated() {
        index.add(
          BlockSource.entry(
            imported.object, file: plan.paths[place], isLifted: !refusals.unliftable.contains(place), &names))
      }
      let blocks = plan.objects.indices.map { place in
        BlockSource(
          plan.objects[place], at: place, in: index, names: plan.lifts[plan.paths[place]]?.names ?? [:],
          namespace: plan.namespace)
      }
      let unliftable = blocks.indices.filter { blocks[$0]?.isUnliftable ?? false }
      if unliftable.isEmpty {
        write(plan, index, blocks)
        return
      }
      // Others refer to them in terms that they do not have.
      refusals.unliftable.formUnion(unliftable)
    }
  }

  private mutating func write(_ plan: ImportPlan, _ index: ImportIndex, _ blocks: [BlockSource?]) {
    var texts: [String: SourceText.File] = [:]
    let exact = Set(plan.objects.indices.filter { index.entries[$0]?.isLifted ?? false }.map { plan.paths[$0] })
    for (place, block) in blocks.enumerated() {
      let imported = plan.objects[place]
      guard let block, let entry = index.entries[place] else {
        result.notes.append(
          ImportNote(
            .error, "this object has no `apiVersion` and `kind`", file: imported.file, line: imported.line))
        result.addresses.append("")
        result.forms.append(.open)
        continue
      }
      if entry.isLifted { lifted.insert(place) }
      result.notes += block.notes
      result.addresses.append(block.head.address)
      result.forms.append(
        entry.isLifted
          ? (block.hasRaw ? .libraryWithRaw : .library) : entry.head.kind == "object" ? .open : .api)
      let path = plan.paths[place]
      var file =
        texts[path]
        ?? SourceText.File(
          (plan.project == nil && exact.contains(path) ? "import std.exact\n\n" : "") + (plan.lifts[path]?.text ?? ""))
      starts[path, default: []].append((file.add(block.text), place))
      texts[path] = file
    }
    if let project = plan.project { texts["project.kc"] = Self.project(project, plan, isExact: !exact.isEmpty) }
    result.files = texts.sorted { $0.key < $1.key }.map { SourceImport.File(path: $0.key, text: $0.value.text) }
  }

  private static func project(_ name: String, _ plan: ImportPlan, isExact: Bool) -> SourceText.File {
    var lines = ""
    if let namespace = plan.namespace { lines += "  namespace = \(SourceText.quoted(namespace))\n" }
    if isExact { lines += "  exact = true // no labels and annotations but those that the files say\n" }
    let head = "project \(SourceText.blockName(name))"
    return SourceText.File(lines.isEmpty ? "\(head) {}\n" : "\(head) {\n\(lines)}\n")
  }

  // MARK: Proof

  /// Compiles the source; gives the objects whose blocks are wrong, or render to something else.
  func mistakes(_ plan: ImportPlan) -> Set<Int> {
    var texts: [String: String] = [:]
    for file in result.files { texts[file.path] = file.text }
    let compilation = Compilation(entry: result.files.map(\.path), provider: MemorySources(texts))
    var wrong: Set<Int> = []
    for diagnostic in compilation.diagnostics where diagnostic.severity == .error {
      guard compilation.sources.indices.contains(diagnostic.span.file) else { continue }
      let file = compilation.sources[diagnostic.span.file]
      let line = file.line(at: diagnostic.span.start)
      guard let place = (starts[file.path] ?? []).last(where: { $0.line <= line })?.place else { continue }
      if lifted.contains(place) { wrong.insert(place) }
    }
    var outcomes: [String: Value] = [:]
    for resource in compilation.resources { outcomes[resource.address] = resource.object }
    var missing: Set<Int> = []
    for place in lifted where !wrong.contains(place) {
      guard let rendered = outcomes[result.addresses[place]] else {
        missing.insert(place)
        continue
      }
      if RoundTrip.difference(plan.objects[place].object, rendered) != nil { wrong.insert(place) }
    }
    // What is missing may only refer to what is wrong.
    return wrong.isEmpty ? missing : wrong
  }
}

extension SourceText {
  /// The text of a source file as it grows.
  struct File {
    private(set) var text: String
    private var lines: Int

    init(_ text: String) {
      self.text = text
      lines = text.utf8.count { $0 == 0x0a }
    }

    private var isEmpty = true

    /// Adds a block, after an empty line where there is one before; gives the line that it begins on, from 1.
    mutating func add(_ block: String) -> Int {
      if !isEmpty {
        text += "\n"
        lines += 1
      }
      isEmpty = false
      let start = lines + 1
      text += block
      lines += block.utf8.count { $0 == 0x0a }
      return start
    }
  }
}
