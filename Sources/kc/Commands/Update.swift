import ArgumentParser
import KCLang
import KCPackage

/// `kc update`
struct Update: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "update",
    abstract: "Take the newest versions of packages that should work as well.",
    discussion: """
      A version goes up within its major one (before 1.0, within its minor one); a tag that is no version is looked up
      again. Both are written into project.kc and kc.lock. Another major version is taken by `kc add`.

      Examples:
        kc update           all dependencies of the project
        kc update redis     one of them
      """)

  @Argument(help: "Names of dependencies; without any, all.") var names: [String] = []
  @OptionGroup var options: PackageOptions

  func run() throws {
    let project = try options.place.project()
    do throws(PackageError) {
      var edit = try ProjectEdit(project.projectBytes())
      let client = try options.registry.client()
      let known = edit.file.dependencies.map(\.name)
      if let unknown = names.first(where: { !known.contains($0) }) {
        throw PackageError(
          .missing, "project.kc has no dependency `\(unknown)`",
          help: known.isEmpty ? nil : "there \(known.count == 1 ? "is" : "are") \(known.joined(separator: ", "))")
      }
      var (forgotten, remarks): (Set<String>, [String]) = ([], [])
      for dependency in edit.file.dependencies where names.isEmpty || names.contains(dependency.name) {
        guard case .registry(var reference) = dependency.source, reference.digest == nil, let tag = reference.tag else {
          continue
        }
        // Looked up again also where the tag stays: that it means something else now is to be seen.
        forgotten.insert(reference.text)
        guard let version = PackageVersion(tag) else { continue }
        let tags = try client.tags(reference)
        if let newest = PackageVersion.newest(tags), newest > version, !version.isCompatible(with: newest) {
          remarks.append(
            "\(dependency.name) \(newest.text) is there, too: `kc add \(reference.identity):\(newest.text)` takes it")
        }
        guard let next = PackageVersion.newest(tags, where: { $0.isRelease && version.isCompatible(with: $0) }),
          next > version
        else { continue }
        reference.tag = next.text
        try edit.set(dependency.name, to: .registry(reference))
      }
      var change = try PackageChange(project, edit: edit, forgetting: forgotten, registry: client)
      change.remarks = remarks
      try change.write(project, options)
    } catch {
      throw Terminal.fail(error)
    }
  }
}
