internal import KCData
internal import KCLang
internal import KCSyntax

/// The source of an import: written, compiled, and changed where blocks of the standard library say something else than
/// their objects.
///
/// Most blocks are right at once, and nothing is done again for them: only what a change touches is written anew, and
/// only that is compiled again, with what it refers to. Blocks in the API's terms refer to nothing, and are not tried.
struct ImportDraft {
  private var plan: ImportPlan
  private let names: BlockNames
  private var index = ImportIndex()
  private var blocks: [BlockSource?]
  /// What is not taken for granted of objects whose blocks were wrong.
  private var caution: [Int: ImportIndex.Caution] = [:]
  /// The texts of the blocks that were right when they were tried, by the places of their objects.
  private var proven: [Int: String] = [:]
  /// Objects whose blocks were right until names stood in them.
  private var unnamed: Set<Int> = []

  init(_ plan: ImportPlan) {
    self.plan = plan
    names = BlockNames(plan.objects, paths: plan.paths)
    blocks = Array(repeating: nil, count: plan.objects.count)
    write(Set(plan.objects.indices))
  }

  /// Tries the blocks until all are right, or said in the API's terms.
  mutating func prove() {
    settle()
    guard plan.lift != nil else { return }
    var uses: [(use: LiftedUse, file: String, object: Value)] = []
    for (place, block) in blocks.enumerated() {
      for use in block?.uses ?? [] { uses.append((use, plan.paths[place], plan.objects[place].object)) }
    }
    plan.lift?.name(uses)
    let before = blocks.map { $0?.text }
    write(Set(plan.objects.indices))
    let named = Set(blocks.indices.filter { blocks[$0]?.text != before[$0] })
    // Those that are wrong now are as they were, or in the API's terms: at last none has names.
    let wrong = mistakes().intersection(named)
    if wrong.isEmpty { return settle() }
    unnamed = wrong
    write(wrong)
    settle()
  }

  private mutating func settle() {
    for _ in 0..<ImportPlan.attempts {
      let wrong = mistakes()
      if wrong.isEmpty { return }
      for place in wrong {
        caution[place] = index.entries[place]?.isLifted ?? false ? (caution[place] ?? .none).next : .library
      }
      write(wrong)
    }
    for place in plan.objects.indices { caution[place] = .library }
    write(Set(plan.objects.indices))
  }

  // MARK: Writing

  /// Writes blocks, and those that change with them.
  private mutating func write(_ given: Set<Int>) {
    var stale = given
    while !stale.isEmpty {
      let old = index
      index = makeIndex()
      stale.formUnion(touched(by: old))
      for place in stale {
        blocks[place] = BlockSource(
          plan.objects[place], at: place, in: index, names: names(of: place),
          namespace: plan.namespace)
      }
      // Others may refer to what is no block of the library, in terms that it does not have.
      stale = stale.filter { blocks[$0]?.isUnliftable ?? false }
      for place in stale { caution[place] = .library }
    }
  }

  private func names(of place: Int) -> LiftedNames {
    let names = plan.lift?.names[plan.paths[place]] ?? LiftedNames()
    return unnamed.contains(place) ? LiftedNames(texts: names.texts, images: names.images) : names
  }

  private func makeIndex() -> ImportIndex {
    var names = names
    var index = ImportIndex(caution: caution)
    for (place, imported) in plan.objects.enumerated() {
      index.add(
        BlockSource.entry(
          imported.object, file: plan.paths[place], isLifted: caution[place] != .library, &names))
    }
    return index
  }

  /// Objects whose blocks are others than before, or refer to such, or stand beside names that are others.
  private func touched(by old: ImportIndex) -> Set<Int> {
    var changed: Set<Int> = []
    var files: Set<String> = []
    for (place, entry) in index.entries.enumerated() where old.entries.indices.contains(place) {
      guard let entry, let before = old.entries[place] else { continue }
      if entry.head != before.head { changed.insert(place) }
      if entry.head.name != before.head.name { files.insert(entry.file) }
    }
    guard !changed.isEmpty else { return [] }
    return Set(
      index.entries.indices.filter { place in
        if changed.contains(place) { return true }
        guard let entry = index.entries[place], entry.isLifted, let block = blocks[place] else { return false }
        return files.contains(entry.file) || !block.references.isDisjoint(with: changed)
      })
  }

  // MARK: Proof

  /// How many bytes of source are compiled at once, with what they refer to: more would take memory for nothing.
  private static let batch = 2 << 20

  /// Compiles what is not proven yet; gives the objects whose blocks are wrong, or render to something else.
  private mutating func mistakes() -> Set<Int> {
    var wrong: Set<Int> = []
    var missing: Set<Int> = []
    for places in batches(of: unproven()) { judge(places, &wrong, &missing) }
    // What is missing may only refer to what is wrong.
    return wrong.isEmpty ? missing : wrong
  }

  private mutating func judge(_ places: Set<Int>, _ wrong: inout Set<Int>, _ missing: inout Set<Int>) {
    let trial = Trial(plan, blocks, places: withReferences(places))
    wrong.formUnion(trial.refused)
    for place in places where !wrong.contains(place) {
      guard let address = index.entries[place]?.head.address, let rendered = trial.object(at: address) else {
        missing.insert(place)
        continue
      }
      if RoundTrip.difference(plan.objects[place].object, rendered) == nil {
        // Pods of kinds that kc does not know are held against each other only where nothing else is wrong.
        if index.entries[place]?.isLifted ?? false || trial.refused.isEmpty { proven[place] = blocks[place]?.text }
      } else {
        wrong.insert(place)
      }
    }
  }

  /// Places in parts whose sources are compiled together: the blocks of a file are in the same.
  private func batches(of places: Set<Int>) -> [Set<Int>] {
    var files: [String: Set<Int>] = [:]
    for place in places { files[plan.paths[place], default: []].insert(place) }
    var batches: [Set<Int>] = []
    var room = 0
    for (_, places) in files.sorted(by: { $0.key < $1.key }) {
      if room <= 0 {
        batches.append([])
        room = Self.batch
      }
      batches[batches.count - 1].formUnion(places)
      for place in places { room -= blocks[place]?.text.utf8.count ?? 0 }
    }
    return batches
  }

  /// Blocks of the library that were not tried as they are, and those that refer to such.
  private func unproven() -> Set<Int> {
    var users: [Int: [Int]] = [:]
    var queue: [Int] = []
    for (place, block) in blocks.enumerated() {
      guard let block, index.entries[place]?.isTried ?? false else { continue }
      for target in block.references { users[target, default: []].append(place) }
      if proven[place] != block.text { queue.append(place) }
    }
    var found = Set(queue)
    while let next = queue.popLast() {
      for user in users[next] ?? [] where found.insert(user).inserted { queue.append(user) }
    }
    return found
  }

  private func withReferences(_ places: Set<Int>) -> [Int] {
    var found = places
    var queue = Array(places)
    while let next = queue.popLast() {
      for target in blocks[next]?.references ?? [] where found.insert(target).inserted { queue.append(target) }
    }
    return found.sorted()
  }

  // MARK: Result

  /// The source as it is now; the blocks are taken out.
  mutating func result() -> SourceImport.Result {
    proven = [:]
    var result = SourceImport.Result(files: [], notes: [], addresses: [], forms: [])
    var texts = ImportFiles(plan, exact: index)
    var repeated = RepeatedNotes(plan.objects)
    for place in blocks.indices {
      let imported = plan.objects[place]
      guard let block = blocks[place], let entry = index.entries[place] else {
        result.notes.append(
          ImportNote(
            .error, "this object has no `apiVersion` and `kind`", file: imported.file, line: imported.line))
        result.addresses.append("")
        result.forms.append(.open)
        continue
      }
      result.notes += block.notes
      if block.isUnchecked { repeated.add(unchecked: imported, apiVersion: entry.apiVersion, kind: entry.kind) }
      if block.isSealed {
        repeated.add(sealed: imported, name: block.head.name)
      } else if block.hasSecretValues {
        repeated.add(secret: imported, name: block.head.name)
      }
      repeated.add(variablesOf: imported)
      result.addresses.append(block.head.address)
      result.forms.append(
        entry.isLifted
          ? (block.hasRaw ? .libraryWithRaw : .library) : block.isUnchecked ? .open : .api)
      _ = texts.add(block.text, to: plan.paths[place])
      blocks[place] = nil
    }
    result.notes += repeated.notes
    result.files = texts.files()
    return result
  }
}

/// A program of some blocks of an import, compiled.
private struct Trial {
  /// The objects whose blocks have mistakes.
  private(set) var refused: Set<Int> = []
  private var objects: [String: Resource] = [:]

  init(_ plan: ImportPlan, _ blocks: [BlockSource?], places: [Int]) {
    var files = ImportFiles(plan)
    var starts: [String: [(line: Int, place: Int)]] = [:]
    for place in places {
      guard let text = blocks[place]?.text else { continue }
      let path = plan.paths[place]
      starts[path, default: []].append((files.add(text, to: path), place))
    }
    var texts: [String: String] = [:]
    let all = files.files()
    for file in all { texts[file.path] = file.text }
    let compilation = Compilation(entry: all.map(\.path), provider: MemorySources(texts))
    for diagnostic in compilation.diagnostics where diagnostic.severity == .error {
      guard compilation.sources.indices.contains(diagnostic.span.file) else { continue }
      let file = compilation.sources[diagnostic.span.file]
      let line = file.line(at: diagnostic.span.start)
      guard let place = (starts[file.path] ?? []).last(where: { $0.line <= line })?.place else { continue }
      refused.insert(place)
    }
    for resource in compilation.resources { objects[resource.address] = resource }
  }

  func object(at address: String) -> Value? { objects[address]?.object }
}
