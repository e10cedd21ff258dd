import Glibc
import KCCodec
import KCData
import KCImport
import KCTestSupport
import Testing

@Suite struct CRDOracleTests {
  /// Every definition of real projects becomes schemas that check.
  @Test func definitionsOfTheCorpusImport() throws {
    guard let files = Self.files(holding: "kind: CustomResourceDefinition") else {
      return print("skipped: there is no corpus of manifests (KC_CORPUS)")
    }
    var agreement = Agreement()
    for file in files {
      guard let bytes = TestFile.read(file) else { continue }
      var crds = CRDImport()
      crds.read(file, bytes)
      let short = file.split(separator: "/").suffix(2).joined(separator: "/")
      if crds.hasErrors { agreement.note(false, "\(short): \(crds.notes.first?.message ?? "")") }
      for module in crds.modules where Oracle.isFull || module.source.utf8.count < 60_000 {
        let found = CorpusFiles.check(module.source)
        agreement.note(found == nil, "\(short) \(module.fileName): \(found ?? "")")
      }
    }
    agreement.report("definitions that become schemas", shown: 40)
    #expect(agreement.reaches(1))
  }

  static func files(holding text: String) -> [String]? {
    guard access("\(CorpusFiles.folder)/k8s", R_OK) == 0,
      let list = Oracle.run("grep -rlE '\(text)' '\(CorpusFiles.folder)/k8s' '\(CorpusFiles.folder)/quirk/k8s' | sort")
    else { return nil }
    return String(decoding: list, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}
