import KCLang
import KCSyntax
import Testing

/// The sources that the documentation shows compile, in each of their environments.
///
/// A comment before a block says otherwise: `<!-- kc: fails KC0101 -->` that it gives this code and no other,
/// `<!-- kc: file NAME.kc -->` that it is a file beside the page's later blocks, `<!-- kc: part -->` that it only parses.
@Suite struct DocumentationTests {
  /// The pages of diagnostics have a test of their own; the page on syntax shows parts of programs.
  static let pages = (LanguageCase.files(under: LanguageCase.root + "/docs") + [LanguageCase.root + "/README.md"])
    .filter { $0.hasSuffix(".md") && !$0.contains("/diagnostics/") && !$0.hasSuffix("/reference/syntax.md") }
    .map { String($0.dropFirst(LanguageCase.root.count + 1)) }.sorted()

  private struct Block {
    var source: String
    var mark: [String]
    var line: Int
  }

  private func blocks(_ page: String) -> [Block] {
    var out: [Block] = []
    var mark: [String] = []
    var open: Block?
    for (number, line) in page.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if var block = open {
        if line == "```" {
          out.append(block)
          open = nil
          mark = []
        } else {
          block.source += line + "\n"
          open = block
        }
      } else if line == "```kc" {
        open = Block(source: "", mark: mark, line: number + 2)
      } else if line.hasPrefix("<!-- kc: ") {
        mark = line.dropFirst(9).split(separator: " ").filter { $0 != "-->" }.map(String.init)
      } else if !line.isEmpty {
        mark = []
      }
    }
    return out
  }

  @Test(arguments: pages) func examplesCompile(_ page: String) throws {
    var files: [String: String] = [:]
    for block in blocks(LanguageCase.read("\(LanguageCase.root)/\(page)") ?? "") {
      var sources = files
      sources["main.kc"] = block.source
      switch block.mark.first {
      case "fails":
        let result = Compilation(entry: ["main.kc"], provider: MemorySources(sources))
        #expect(result.diagnostics.map(\.code) == Array(block.mark.dropFirst()), "\(page):\(block.line)")
      case "file":
        let name = try #require(block.mark.last, "\(page):\(block.line)")
        files[name] = block.source
        compiles(name, files, "\(page):\(block.line)")
      case "part":
        let tree = Parser.parse(SourceFile(id: 0, path: page, bytes: Array(block.source.utf8)))
        #expect(tree.diagnostics.isEmpty, "\(page):\(block.line): \(tree.diagnostics.map(\.message))")
      default: compiles("main.kc", sources, "\(page):\(block.line)")
      }
    }
  }

  private func compiles(_ entry: String, _ files: [String: String], _ place: String) {
    var environments: [String?] = [nil]
    var index = 0
    while index < environments.count {
      let options = CompileOptions(
        environment: environments[index], inputEnvironment: ["DB_PASSWORD": "example"])
      let result = Compilation(entry: [entry], provider: MemorySources(files), options: options)
      let text = DiagnosticText(files: result.sources)
      // What an import writes may well be worth a warning.
      let found = result.diagnostics.filter { $0.severity == .error || $0.code < "KC0400" }
      #expect(
        found.isEmpty,
        "\(place), env \(environments[index] ?? "none"): \(found.map(text.render).joined())")
      if index == 0 { environments += result.environments.map { $0 } }
      index += 1
    }
  }

  /// Each link from one page to another leads somewhere.
  @Test(arguments: pages) func linksLead(_ page: String) {
    let text = LanguageCase.read("\(LanguageCase.root)/\(page)") ?? ""
    let folder = page.split(separator: "/").dropLast().map(String.init)
    for part in text.split(separator: "](").dropFirst() {
      let link = part.prefix { $0 != ")" && $0 != "#" && $0 != " " }
      if link.isEmpty || link.contains(":") || link.contains("`") { continue }
      var path = folder
      for step in link.split(separator: "/") where step != "." {
        if step == ".." { _ = path.popLast() } else { path.append(String(step)) }
      }
      let target = "\(LanguageCase.root)/\(path.joined(separator: "/"))"
      let isThere = LanguageCase.read(target) != nil || !LanguageCase.files(under: target).isEmpty
      #expect(isThere, "\(page) links to \(link)")
    }
  }
}
