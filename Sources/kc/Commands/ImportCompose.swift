import ArgumentParser
import KCImport
import KCPlan
import KCSyntax

/// `kc import compose`
struct ImportCompose: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compose",
    abstract: "Turn Compose files into a kc program, and say what has no counterpart.",
    discussion: """
      Examples:
        kc import compose compose.yaml                          the program, on standard output
        kc import compose compose.yaml compose.prod.yaml        the later file over the earlier
        kc import compose compose.yaml --out shop               a project in the folder shop
        kc import compose compose.yaml --profile debug          with the services of a profile
      """)

  @Argument(help: "Compose files of one project, the later ones over the earlier.") var files: [String]
  @Option(help: "The folder to write a project to.") var out: String?
  @Option(help: "A profile whose services are imported too; `*` stands for all. May be given again.")
  var profile: [String] = []
  @Flag(help: "Write over files that are there.") var force = false
  @OptionGroup var output: OutputOptions

  func run() throws {
    let options = ComposeImport.Options(profiles: profile, projectName: folderName)
    let result = ComposeImport(
      files: files, options: options, list: { Files.isFolder($0) ? Files.list($0) : nil }, open: { Files.read($0) })
    ImportReport.say(result.notes, output)
    guard !result.source.isEmpty else { throw Exit.input.exit }
    let file = SourceFile(id: 0, path: "\(result.projectName).kc", bytes: Array(result.source.utf8))
    let source = String(decoding: Formatter.format(Parser.parse(file)), as: UTF8.self)
    if let out {
      let settings = result.projectFile
      try ImportOutput.write(
        [("project.kc", settings), (file.path == "project.kc" ? "app.kc" : file.path, source)], to: out, force: force)
    } else {
      Terminal.out(source)
    }
    if let summary = result.summary { Terminal.say(summary) }
    if result.hasErrors { throw Exit.input.exit }
  }

  /// The name of the folder that the first file lies in, as Compose names projects.
  private var folderName: String {
    guard let first = files.first, let real = ProjectSources.realPath(first) else { return "app" }
    return real.split(separator: "/").dropLast().last.map(String.init) ?? "app"
  }
}

/// Where importers write.
enum ImportOutput {
  /// With more files than this, only their number is said.
  private static let mostNamed = 12

  /// Writes files into a folder, which is made where it is not there; nothing is written when one of them is.
  static func write(_ files: [(path: String, text: String)], to folder: String, force: Bool) throws {
    if !force, let known = files.first(where: { Files.exists("\(folder)/\($0.path)") }) {
      throw Terminal.fail(
        "\(folder)/\(known.path) is there already", help: "name another folder, or pass --force", code: .input)
    }
    guard Files.makeFolders(folder) else { throw Terminal.fail("\(folder) cannot be made", code: .input) }
    for file in files {
      let parent = file.path.split(separator: "/").dropLast().joined(separator: "/")
      guard parent.isEmpty || Files.makeFolders("\(folder)/\(parent)") else {
        throw Terminal.fail("\(folder)/\(parent) cannot be made", code: .input)
      }
      if let why = Files.write(Array(file.text.utf8), to: "\(folder)/\(file.path)") {
        throw Terminal.fail("\(folder)/\(file.path) cannot be written: \(why)", code: .input)
      }
      if files.count <= mostNamed { Terminal.say("\(folder)/\(file.path)") }
    }
    if files.count > mostNamed { Terminal.say("\(files.count) files in \(folder)") }
  }
}
