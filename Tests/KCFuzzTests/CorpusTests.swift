import KCFuzz
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
    for _ in 0..<(target == .check ? 150 : 600) {
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
    return folders.flatMap { folder in names(folder).compactMap { name in read("\(folder)/\(name)").map { (name, $0) } }
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

  private static func read(_ path: String) -> [UInt8]? {
    guard let file = fopen(path, "rb") else { return nil }
    defer { fclose(file) }
    var out: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { out += buffer[..<count] }
    return out
  }
}
