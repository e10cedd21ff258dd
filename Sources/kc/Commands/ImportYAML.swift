import ArgumentParser
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
      guard let bytes = Files.read(path) else {
        notes.append(ImportNote(.error, "this file cannot be read", file: name))
        continue
      }
      let found = ManifestReader.read(bytes, file: name)
      objects += found.objects
      notes += found.notes
    }
    let selection = ImportSelection(objects, reading: notes)
    objects = selection.objects
    notes = selection.allNotes
    let result = source(for: objects)
    ImportReport.say(notes + result.notes, output)
    let hasErrors = (notes + result.notes).contains { $0.severity == .error }
    guard !objects.isEmpty else {
      if hasErrors { throw Exit.input.exit }
      throw Terminal.fail("there is nothing to import", code: .input)
    }
    if let out {
      try write(result, to: out)
      for line in ImportSummary(objects, result, notes: selection.reading, tools: selection.leftOut).lines {
        Terminal.say(line)
      }
    } else {
      print(result)
    }
    if verify { try prove(objects, result) }
    if hasErrors { throw Exit.input.exit }
  }

  /// The source; where a project is there, such as fits into it.
  ///
  /// A project that an import wrote is one that this one would write, too: it stays, and so do the files that it is for.
  private func source(for objects: [ImportedObject]) -> SourceImport.Result {
    var layout = SourceImport.Options(isLifting: lift, isMirroring: out != nil, project: newProject)
    if let out, let known = Files.read("\(out)/project.kc") {
      if SourceImport.isProjectFile(known) {
        let result = SourceImport.source(for: objects, layout)
        if result.files.contains(where: { $0.path == "project.kc" && Array($0.text.utf8) == known }) { return result }
      }
      layout.project = nil
    }
    return SourceImport.source(for: objects, layout)
  }

  /// The name of the project that is written: that of the folder; nil where none is wanted.
  private var newProject: String? {
    guard let out else { return nil }
    guard !out.split(separator: "/").allSatisfy({ $0 == "." || $0 == ".." }) else {
      return Self.projectName(ProjectSources.realPath(out) ?? "")
    }
    return Self.projectName(out)
  }

  /// The last part of a path, as a name: lower-case letters, digits and dashes.
  private static func projectName(_ path: String) -> String {
    var name = ""
    for scalar in (path.split(separator: "/").last ?? "").lowercased().unicodeScalars {
      let isPlain = ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar)
      if isPlain { name.unicodeScalars.append(scalar) } else if !name.isEmpty, name.last != "-" { name += "-" }
    }
    while name.last == "-" || name.utf8.count > 63 { name.removeLast() }
    return name.isEmpty ? "imported" : name
  }

  /// Names as they are shown, and paths to read.
  private func files() throws -> [(name: String, path: String)] {
    try paths.flatMap { path -> [(name: String, path: String)] in
      if path == "-" { return [("-", "/dev/stdin")] }
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
    let project = Files.read("\(folder)/project.kc")
    let files = result.files.filter { $0.path != "project.kc" || Array($0.text.utf8) != project }
    try ImportOutput.write(files.map { ($0.path, $0.text) }, to: folder, force: force)
  }

  private func prove(_ objects: [ImportedObject], _ result: SourceImport.Result) throws {
    let proof = RoundTrip(objects, result, checksObjects: true, folder: out)
    for text in proof.diagnostics { Terminal.say(text) }
    for difference in proof.differences {
      Terminal.say("\(difference.file):\(difference.line): \(difference.address): \(difference.message)")
    }
    Terminal.say("\(proof.agreed) of \(proof.total) objects come out as they went in.")
    if !proof.differences.isEmpty || proof.errorCount > 0 { throw Exit.input.exit }
  }
}
