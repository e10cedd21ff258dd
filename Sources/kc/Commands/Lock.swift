import ArgumentParser
import KCPackage

/// `kc lock`
struct Lock: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lock",
    abstract: "Write down what the packages of the project hold, by digest.",
    discussion: """
      What kc.lock pins stays pinned; what project.kc asks for besides is looked up, and what it no longer needs goes.
      Contents that are not kept on this machine yet are fetched.

      Examples:
        kc lock            after project.kc was edited, or two branches were merged
        kc lock --check    only tell whether kc.lock says what project.kc asks for, for CI
      """)

  @Flag(help: "Change nothing; end with 1 where kc.lock would change.") var check = false
  @OptionGroup var options: PackageOptions

  func run() throws {
    let project = try options.place.project()
    do throws(PackageError) {
      let edit = try ProjectEdit(project.projectBytes())
      if check { return try verify(project, edit) }
      try PackageChange(project, edit: edit, registry: options.registry.client()).write(project, options)
    } catch {
      throw Terminal.fail(error)
    }
  }

  private func verify(_ project: ProjectPackages, _ edit: ProjectEdit) throws(PackageError) {
    let lock = try project.lock()
    let fetcher = PackageFetcher(
      lock: lock, store: PackageHome(), registry: try options.registry.client(), mayPin: false)
    let graph = PackageResolver.resolve(edit.file, folders: DiskFolders(root: project.root), fetcher: fetcher)
    if let failure = graph.failures.sorted(by: { $0.key < $1.key }).first { throw failure.value }
    let stray = lock.pins.keys.filter { !graph.references.contains($0) }.sorted()
    guard stray.isEmpty else {
      throw PackageError(
        .unlocked, "kc.lock pins what nothing asks for: \(stray.joined(separator: ", "))",
        help: "`kc lock` brings it up to date")
    }
    Terminal.say("kc.lock says what project.kc asks for.")
  }
}
