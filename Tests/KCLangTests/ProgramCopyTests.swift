import KCTestSupport
import Testing

/// A copy of a program has all that the program has: no field is forgotten where one is added.
@Suite struct ProgramCopyTests {
  @Test func everyFieldIsCopied() throws {
    func text(_ file: String) -> String {
      let path = "\(Oracle.projectRoot)/Sources/KCLang/Program/\(file)"
      return String(decoding: Oracle.run("cat '\(path)'") ?? [], as: UTF8.self)
    }
    let declared = try #require(text("Program.swift").split(separator: "\n  init(options").first)
    let fields = declared.matches(of: /\n  var (\w+)/).map { String($0.1) }
    let copied = Set(
      text("Program+Copy.swift").matches(of: /(\w+) = other\.(\w+)/).filter { $0.1 == $0.2 }.map {
        String($0.1)
      })
    #expect(fields.count > 50)
    #expect(Set(fields).subtracting(copied) == ["options"])
  }
}
