import KCFuzz
import KCTestSupport
import Testing

/// Real manifests, changed in some places: whatever becomes of them, what is written parses, is laid out and says the same.
/// `KC_CORPUS` names their folder, which lies outside the project.
@Suite struct ManifestMutationTests {
  /// The largest file that is changed: what is wrong with large ones is wrong with small ones.
  private static let sizeLimit = 6_000

  @Test(arguments: 0..<6) func mutatedManifestsAreTaken(_ seed: UInt64) {
    let all = Self.manifests()
    guard !all.isEmpty else {
      print("skipped: there are no manifests (KC_CORPUS)")
      return
    }
    // Each run has files of its own, from all over the corpus.
    let own = all.indices.filter { $0 % 6 == Int(seed) }.map { all[$0] }
    var mutator = Mutator(seed: seed, corpus: own)
    for _ in 0..<60 {
      let input = mutator.input()
      let start = ContinuousClock.now
      let problem = FuzzTarget.manifest.run(input)
      #expect(problem == nil, "\(String(decoding: input, as: UTF8.self))")
      #expect(ContinuousClock.now - start < .seconds(10), "\(String(decoding: input, as: UTF8.self))")
    }
  }

  /// Lines that are gone, doubled, out of order or further in: what people do to manifests.
  @Test func manifestsWithChangedLinesAreTaken() {
    var mutator = Mutator(seed: 7, corpus: [[]])
    for (place, bytes) in Self.manifests().enumerated() where place % 9 == 0 {
      var lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
      for _ in 0..<2 {
        let line = Int.random(in: 0..<lines.count, using: &mutator)
        switch Int.random(in: 0..<5, using: &mutator) {
        case 0: lines.remove(at: line)
        case 1: lines.insert(lines[line], at: line)
        case 2: lines.swapAt(line, Int.random(in: 0..<lines.count, using: &mutator))
        case 3: lines[line] = ([0x20, 0x20] + lines[line])[...]
        default: lines[line] = ([0x23, 0x20] + lines[line])[...]
        }
        if lines.isEmpty { lines = [[]] }
      }
      let input = Array(lines.joined(separator: [0x0a]))
      let problem = FuzzTarget.manifest.run(input)
      #expect(problem == nil, "\(String(decoding: input, as: UTF8.self))")
    }
  }

  private static func manifests() -> [[UInt8]] {
    let folder = Oracle.corpus
    let command =
      "cd '\(folder)' 2>/dev/null && find k8s quirk/k8s -type f -size -12 \\( -name '*.yaml' -o -name '*.yml' \\)"
    let names = String(decoding: Oracle.run(command) ?? [], as: UTF8.self).split(separator: "\n").sorted()
    return names.enumerated().compactMap { place, name in
      place % 3 == 0 ? TestFile.read("\(folder)/\(name)") : nil
    }.filter { $0.count < sizeLimit }
  }
}
