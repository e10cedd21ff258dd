import ArgumentParser
import KCImport
import KCPlan
import KCSyntax

/// `kc import crd`
struct ImportCRD: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "crd",
    abstract: "Turn CustomResourceDefinitions into typed schemas.",
    discussion: """
      Examples:
        kc import crd widgets.yaml                 the stored version, on standard output
        kc import crd crds/ --out crds             a file for each kind and version
        kubectl get crd -o yaml | kc import crd - --out crds
      """)

  @Argument(help: "Files or folders with definitions; - stands for standard input.") var paths: [String]
  @Option(help: "The folder to write modules to.") var out: String?
  @Flag(help: "Write over files that are there.") var force = false
  @OptionGroup var output: OutputOptions

  func run() throws {
    var crds = CRDImport()
    for path in paths {
      if path == "-" {
        crds.read("-", Files.read("/dev/stdin") ?? [])
        continue
      }
      var files = [path]
      if Files.isFolder(path) { files = Files.manifests(in: path) }
      for file in files {
        guard let bytes = Files.read(file) else { throw Terminal.fail("there is no file \(file)", code: .input) }
        crds.read(file, bytes)
      }
    }
    ImportReport.say(crds.notes, output)
    guard !crds.modules.isEmpty else {
      if crds.hasErrors { throw Exit.input.exit }
      throw Terminal.fail("there is no CustomResourceDefinition in \(paths.joined(separator: ", "))", code: .input)
    }
    if let out {
      var seen = Set<String>()
      let files = crds.modules.filter { seen.insert($0.fileName).inserted }.map { ($0.fileName, formatted($0.source)) }
      try ImportOutput.write(files, to: out, force: force)
      sayWhatIsNotImported(files.map(\.0), in: out)
    } else {
      let stored = crds.modules.filter(\.isStored)
      Terminal.out((stored.isEmpty ? crds.modules : stored).map { formatted($0.source) }.joined(separator: "\n"))
    }
    if crds.hasErrors { throw Exit.input.exit }
  }

  /// Says of modules in a folder of a project that they type nothing until a file of the project imports them.
  private func sayWhatIsNotImported(_ names: [String], in out: String) {
    guard let real = ProjectSources.realPath(out) else { return }
    let parts = real.split(separator: "/").map(String.init)
    let lengths = stride(from: parts.count, to: 0, by: -1)
    func folder(_ length: Int) -> String { "/" + parts[..<length].joined(separator: "/") }
    guard let length = lengths.first(where: { Files.exists(folder($0) + "/project.kc") }), length < parts.count else {
      return
    }
    let root = folder(length)
    let sources = Files.list(root).filter { $0.hasSuffix(".kc") }.compactMap { Files.read("\(root)/\($0)") }
      .map { String(decoding: $0, as: UTF8.self) }
    let way = parts[length...].joined(separator: "/")
    let missing = names.map { "./\(way)/\($0)" }.filter { name in !sources.contains { $0.contains("\"\(name)\"") } }
    guard let first = missing.first else { return }
    let others = missing.count > 1 ? ", and so for the other \(missing.count - 1)" : ""
    Terminal.say(
      "They type nothing until a file beside project.kc imports them: import \"\(first)\"\(others)")
  }

  private func formatted(_ source: String) -> String {
    let file = SourceFile(id: 0, path: "crd.kc", bytes: Array(source.utf8))
    return String(decoding: Formatter.format(Parser.parse(file)), as: UTF8.self)
  }
}

extension Files {
  /// The YAML and JSON files below a folder, in the order of their names.
  static func manifests(in folder: String, depth: Int = 0) -> [String] {
    guard depth < 32 else { return [] }
    return list(folder).filter { !$0.hasPrefix(".") }.flatMap { name -> [String] in
      let path = "\(folder)/\(name)"
      if isFolder(path) { return manifests(in: path, depth: depth + 1) }
      // Kustomize takes this name without an ending, too.
      if name == "Kustomization" { return [path] }
      return [".yaml", ".yml", ".json"].contains(where: name.lowercased().hasSuffix) ? [path] : []
    }
  }
}
