import ArgumentParser
import Glibc
import KCImport
import KCPlan

/// `kc import yaml`
struct ImportYAML: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "yaml",
    abstract: "Kubernetes manifests as typed source that renders to the same objects.",
    discussion: """
      Examples:
        kc import yaml deployment.yaml              source on standard output
        kc import yaml deploy/ --out shop --verify  a project in shop/, with the proof that it says the same
        kustomize build . | kc import yaml -        what another tool writes
      """)

  @Argument(help: "Files or folders, or - for standard input.") var paths: [String]
  @Option(help: "The folder to write to; without it, standard output.") var out: String?
  @Flag(help: "Compile what was imported, and compare it with the manifests.") var verify = false
  @Flag(help: "Make values that stand in several objects a `let` or `param`.") var lift = false
  @Flag(help: "Write over files that are there.") var force = false
  @OptionGroup var output: OutputOptions

  func run() throws {
    var objects: [ImportedObject] = []
    var notes: [ImportNote] = []
    for (name, path) in try files() {
      guard let bytes = Files.read(path) else { throw Terminal.fail("\(path) cannot be read", code: .input) }
      let found = ManifestReader.read(bytes, file: name)
      objects += found.objects
      notes += found.notes
    }
    let result = SourceImport.source(for: objects, isLifting: lift)
    ImportReport.say(notes + result.notes, output)
    if let out { try write(result, to: out) } else { print(result) }
    if verify { try prove(objects, result) }
    if (notes + result.notes).contains(where: { $0.severity == .error }) { throw Exit.input.exit }
  }

  /// Names as they are shown, and paths to read.
  private func files() throws -> [(name: String, path: String)] {
    try paths.flatMap { path -> [(name: String, path: String)] in
      if path == "-" { return [("main", "/dev/stdin")] }
      guard let real = ProjectSources.realPath(path) else {
        throw Terminal.fail("there is no file \(path)", code: .input)
      }
      guard Files.isFolder(real) else { return [(path, real)] }
      let found = Files.manifests(in: real).map { $0.dropFirst(real.utf8.count + 1) }
      if found.isEmpty { throw Terminal.fail("there is no .yaml, .yml or .json file in \(path)", code: .input) }
      let prefix = path == "." ? "" : path.hasSuffix("/") ? path : "\(path)/"
      return found.map { ("\(prefix)\($0)", "\(real)/\($0)") }
    }
  }

  private func print(_ result: SourceImport.Result) {
    for (index, file) in result.files.enumerated() {
      if result.files.count > 1 { Terminal.out("\(index > 0 ? "\n" : "")// \(file.path)\n\n") }
      Terminal.out(file.text)
    }
  }

  private func write(_ result: SourceImport.Result, to folder: String) throws {
    guard mkdir(folder, 0o755) == 0 || errno == EEXIST else {
      throw Terminal.fail("\(folder) cannot be made: \(String(cString: strerror(errno)))", code: .input)
    }
    if !force, let taken = result.files.first(where: { Files.exists("\(folder)/\($0.path)") }) {
      throw Terminal.fail(
        "\(folder)/\(taken.path) is there already", help: "--force writes over it", code: .input)
    }
    for file in result.files {
      if let why = Files.write(Array(file.text.utf8), to: "\(folder)/\(file.path)") {
        throw Terminal.fail("\(folder)/\(file.path) cannot be written: \(why)", code: .input)
      }
      Terminal.say("wrote \(folder)/\(file.path)")
    }
  }

  private func prove(_ objects: [ImportedObject], _ result: SourceImport.Result) throws {
    let proof = RoundTrip(objects, result)
    for text in proof.diagnostics { Terminal.say(text) }
    for difference in proof.differences {
      Terminal.say("\(difference.file):\(difference.line): \(difference.address): \(difference.message)")
    }
    Terminal.say("\(proof.agreed) of \(proof.total) objects come out as they went in.")
    if !proof.differences.isEmpty || proof.errorCount > 0 { throw Exit.input.exit }
  }
}
