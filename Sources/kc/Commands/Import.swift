import ArgumentParser
import KCImport
import KCPlan

/// `kc import`
struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Typed source from what exists.",
    discussion: """
      Examples:
        kc import yaml deploy/ --out shop      manifests of a folder, as a project
        helm template . | kc import yaml -     what another tool writes
        kc import compose compose.yaml         a Compose project
        kc import crd crds/ --out crds         schemas of custom resources
      """,
    subcommands: [ImportYAML.self, ImportCompose.self, ImportCRD.self])
}

/// Printing what importers have to say.
enum ImportReport {
  /// A line for each note, and its help below.
  static func say(_ notes: [ImportNote], _ output: OutputOptions) {
    let style = output.style(for: 2)
    // What to do about it is said once for all that it helps with.
    var said: Set<String> = []
    for note in notes {
      let place = [note.file, note.line > 0 ? "\(note.line)" : "", note.column > 0 ? "\(note.column)" : ""]
        .filter { !$0.isEmpty }.joined(separator: ":")
      let severity =
        switch note.severity {
        case .error: style.paint("error", .bad)
        case .warning: style.paint("warning", .warning)
        case .note: style.paint("note", .accent)
        }
      Terminal.say("\(place): \(severity): \(note.message)")
      if let help = note.help, said.insert(help).inserted { Terminal.say("  help: \(help)") }
    }
  }
}
