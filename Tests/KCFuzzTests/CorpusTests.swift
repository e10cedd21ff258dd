import KCFuzz
import KCTestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// The kept inputs of `Fuzz/Corpus`, and a short run from each: the same in each run. `Scripts/fuzz` runs for longer.
@Suite struct CorpusTests {
  @Test(arguments: FuzzTarget.allCases) func keptInputsAreTaken(_ target: FuzzTarget) {
    let corpus = Corpus.inputs(target)
    #expect(!corpus.isEmpty)
    for (name, bytes) in corpus {
      let problem = target.run(bytes)
      #expect(problem == nil, "\(name)")
    }
  }

  @Test(arguments: FuzzTarget.allCases) func mutationsAreTaken(_ target: FuzzTarget) {
    var mutator = Mutator(seed: 1, corpus: Corpus.inputs(target).map(\.bytes))
    let isCompiling = [.check, .manifest, .compose, .definition].contains(target)
    for _ in 0..<(isCompiling ? 150 : 600) {
      let input = mutator.input()
      let problem = target.run(input)
      #expect(problem == nil, "\(String(decoding: input, as: UTF8.self))")
    }
  }
}

enum Corpus {
  /// The inputs of a target, by the names of their files. What compiles is what the parser and the formatter take, too.
  static func inputs(_ target: FuzzTarget) -> [(name: String, bytes: [UInt8])] {
    var parts = #filePath.split(separator: "/").map(String.init)
    parts.removeLast(3)
    let root = "/" + parts.joined(separator: "/")
    let isSource = target == .syntax || target == .format
    let folders = ["\(root)/Fuzz/Corpus/\(target.rawValue)"] + (isSource ? ["\(root)/Fuzz/Corpus/check"] : [])
    return folders.flatMap { folder in
      names(folder).compactMap { name in TestFile.read("\(folder)/\(name)").map { (name, $0) } }
    }
  }

  private static func names(_ folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var out: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if !name.hasPrefix(".") { out.append(name) }
    }
    return out.sorted()
  }
}
