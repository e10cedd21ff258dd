import ArgumentParser
import KCLang
import KCPackage
import KCSyntax

/// `kc remove`
struct Remove: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Take a package out of the project.",
    discussion: """
      Examples:
        kc remove redis
      """)

  @Argument(help: "The name that the dependency has in project.kc.") var name: String
  @OptionGroup var options: PackageOptions

  func run() throws {
    let project = try options.place.project()
    do throws(PackageError) {
      var edit = try ProjectEdit(project.projectBytes())
      let known = edit.file.dependencies.map(\.name)
      guard try edit.remove(name) else {
        throw PackageError(
          .missing, "project.kc has no dependency `\(name)`",
          help: known.isEmpty ? nil : "there \(known.count == 1 ? "is" : "are") \(known.joined(separator: ", "))")
      }
      try PackageChange(project, edit: edit, registry: options.registry.client()).write(project, options)
    } catch {
      throw Terminal.fail(error)
    }
    for use in uses(in: project) { Terminal.say("  \(use) still imports it") }
  }

  /// Where files of the project import the package.
  private func uses(in project: ProjectPackages) -> [String] {
    ProjectSources(root: project.root).modules().flatMap { path -> [String] in
      guard let bytes = Files.read("\(project.root)/\(path)") else { return [] }
      let tree = Parser.parse(SourceFile(id: 0, path: path, bytes: bytes))
      return tree.root.childNodes.compactMap { node in
        guard node.kind == .importDecl, let target = node.childNodes.first,
          target.text == name || target.text.hasPrefix(name + ".")
        else { return nil }
        return "\(path):\(tree.file.line(at: node.span.start))"
      }
    }
  }
}
