import KCData
import KCImport
import KCKube
import KCSyntax
import KCTestSupport
import Testing

/// Real manifests, which lie outside the project: `KC_CORPUS` names their folder.
enum Corpus {
  static var folder: String { Oracle.corpus }

  /// The manifests below the folder's `k8s` and `quirk/k8s`, in the order of their paths.
  static func manifests() -> [(path: String, bytes: [UInt8])] {
    let command =
      "cd '\(folder)' 2>/dev/null && find k8s quirk/k8s -type f \\( -name '*.yaml' -o -name '*.yml' -o -name '*.json' \\)"
    let names = String(decoding: Oracle.run(command) ?? [], as: UTF8.self).split(separator: "\n").map(String.init)
    return names.sorted().compactMap { name in TestFile.read("\(folder)/\(name)").map { (name, $0) } }
  }
}

@Suite struct CorpusOracleTests {
  @Test func corpusOracle() {
    let manifests = Corpus.manifests()
    guard !manifests.isEmpty else {
      print("skipped: there are no manifests in \(Corpus.folder) (KC_CORPUS)")
      return
    }
    var reading = Agreement()
    var round = Agreement()
    var checked = Agreement()
    var same = Agreement()
    var layout = Agreement()
    var batch: [ImportedObject] = []
    var clock = Clock()
    var forms: [SourceImport.Form: Int] = [:]
    var lines = (yaml: 0, kc: 0)
    func settle() {
      let result = SourceImport.source(for: batch)
      clock.lap("source")
      for form in result.forms { forms[form, default: 0] += 1 }
      for file in result.files { lines.kc += file.text.utf8.count { $0 == 0x0a } }
      let proof = RoundTrip(batch, result)
      clock.lap("compile")
      let failures = Set(proof.differences.map(\.address))
      for (index, address) in result.addresses.enumerated() {
        let place = "\(batch[index].file):\(batch[index].line) \(address)"
        round.note(
          !failures.contains(address),
          "\(place): \(proof.differences.first { $0.address == address }?.message ?? "")")
        checked.note(
          proof.refused[index] == nil || isRefused(batch[index].object), "\(place): \(proof.refused[index] ?? "")")
      }
      if proof.errorCount > proof.refused.count, proof.refused.isEmpty { print(proof.diagnostics.prefix(3)) }
      for file in result.files {
        let tree = Parser.parse(SourceFile(id: 0, path: file.path, bytes: Array(file.text.utf8)))
        let formatted = String(decoding: Formatter.format(tree), as: UTF8.self)
        layout.note(formatted == file.text, firstDifference(file.path, file.text, formatted))
      }
      clock.lap("format")
      let again = zip(batch, proof.rendered).map { original, rendered in
        ImportedObject(withoutNamespace(rendered, as: original.object), file: original.file)
      }
      let plain = SourceImport.source(
        for: batch.map { ImportedObject($0.object, file: $0.file) })
      let second = SourceImport.source(for: again)
      for (one, other) in zip(plain.files, second.files) {
        same.note(one == other, firstDifference(one.path, one.text, other.text))
      }
      batch = []
      clock.lap("again")
    }
    for (path, bytes) in manifests {
      let (objects, notes) = ManifestReader.read(bytes, file: path)
      let error = notes.first { $0.severity == .error }
      reading.note(error == nil, "\(path):\(error?.line ?? 0): \(error?.message ?? "")")
      clock.lap("read")
      batch += objects
      lines.yaml += bytes.count { $0 == 0x0a }
      if batch.count >= 256 { settle() }
    }
    settle()
    reading.report("import: files read")
    round.report("import: objects round trip")
    checked.report("import: objects pass the check, or the API server would refuse them too", shown: 40)
    same.report("import: files idempotent")
    layout.report("import: files in the one layout")
    print(
      "import: blocks of the library \(forms[.library] ?? 0), with raw \(forms[.libraryWithRaw] ?? 0), "
        + "of the API \(forms[.api] ?? 0), open objects \(forms[.open] ?? 0)")
    print("import: \(lines.kc) lines of kc from \(lines.yaml) lines of YAML")
    print(clock.text)
    let isGood = [
      reading.reaches(0.99), round.reaches(1), checked.reaches(1), same.reaches(1), layout.reaches(1),
    ]
    #expect(isGood == [true, true, true, true, true])
  }

  /// Whether the API server would not take the object as it stands: fields that the type does not have, for one.
  private func isRefused(_ object: Value) -> Bool {
    guard let type = ResourceTypes.builtin.find((object["apiVersion"]?.string, object["kind"]?.string)) else {
      return false
    }
    return Validation.decode(object, type: type) != nil
  }

  private func withoutNamespace(_ rendered: Value?, as original: Value) -> Value {
    guard var object = rendered else { return .null }
    if original.at("metadata", "namespace") == nil, original["metadata"]?.object != nil {
      object.set(nil, at: "metadata", "namespace")
    }
    return object
  }

  private func firstDifference(_ path: String, _ one: String, _ other: String) -> String {
    let left = one.split(separator: "\n", omittingEmptySubsequences: false)
    let right = other.split(separator: "\n", omittingEmptySubsequences: false)
    let line = zip(left, right).enumerated().first { $1.0 != $1.1 }
    return "\(path):\((line?.offset ?? 0) + 1): \(line?.element.0 ?? "") / \(line?.element.1 ?? "")"
  }
}

/// Where the time went.
struct Clock {
  private var last = ContinuousClock.now
  private var sums: [(name: String, time: Duration)] = []

  mutating func lap(_ name: String) {
    let now = ContinuousClock.now
    let spent = now - last
    last = now
    if let place = sums.firstIndex(where: { $0.name == name }) {
      sums[place].time += spent
    } else {
      sums.append((name, spent))
    }
  }

  var text: String { "import: " + sums.map { "\($0.name) \($0.time)" }.joined(separator: ", ") }
}
