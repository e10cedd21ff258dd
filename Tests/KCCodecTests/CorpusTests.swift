import Glibc
import KCCodec
import KCData
import KCTestSupport
import Testing

@Suite struct CorpusTests {
  /// Manifests of real projects: what is read is written so that it reads back the same, as YAML and as JSON.
  @Test func roundTrips() throws {
    let folder = Oracle.folder + "/../corpus"
    guard access(folder, R_OK) == 0, let list = Oracle.run("find '\(folder)' -name '*.y*ml'") else {
      print("skipped: there is no corpus beside the oracle's folder (KC_ORACLE)")
      return
    }
    var agreement = Agreement()
    var refused: [String] = []
    let files = String(decoding: list, as: UTF8.self).split(separator: "\n")
    for (index, file) in files.enumerated() where Oracle.isFull || index % 4 == 0 {
      guard let bytes = TestFile.read(String(file)) else { continue }
      let documents: [Value]
      do { documents = try YAML.parseAll(bytes) } catch {
        refused.append("\(file.split(separator: "/").suffix(2).joined(separator: "/")): \(error)")
        continue
      }
      for document in documents {
        let yaml = try YAML.parseAll(YAML.text(document))
        let json = try JSON.parse(JSON.bytes(document))
        agreement.note(yaml == [document] && json == document, "\(file)")
      }
    }
    agreement.report("corpus, documents read back")
    print("corpus, files refused: \(refused.count)")
    for line in refused.prefix(10) { print("  \(line)") }
    #expect(agreement.reaches(1))
  }
}
