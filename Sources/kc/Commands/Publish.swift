import ArgumentParser
import KCCodec
import KCData
import KCLang
import KCPackage
import KCPlan
import KCSyntax

/// `kc publish`
struct Publish: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "publish",
    abstract: "Check the project as a package, and send it to a registry.",
    discussion: """
      The package is all .kc files of the project, with README.md and LICENSE where they are there; folders with a
      project.kc of their own are not. The same files always give the same digest.

      Examples:
        kc publish oci://registry.local/kc/redis:1.2.0
        kc publish oci://registry.local/kc/redis:1.2.0 --dry-run   what would be sent
      """)

  @Argument(help: "oci://HOST/REPOSITORY:TAG") var target: String
  @Flag(help: "Check and pack; send nothing.") var dryRun = false
  @Flag(help: "Move a tag that names another package already.") var force = false
  @OptionGroup var options: PackageOptions

  func run() throws {
    let project = try options.place.project()
    let reference = try parsed()
    do throws(PackageError) {
      let file = try ProjectEdit(project.projectBytes()).file
      let packing = PackagePacking(root: project.root, file: file)
      let graph = try packing.checkedGraph()
      let sources = try packing.files()
      try packing.check(sources, graph, color: options.output.style(for: 2).color)
      let packed = try PackedPackage(sources, name: file.name ?? "", summary: packing.summary)
      let isSent = try dryRun ? false : send(packed, reference)
      report(packed, sources, reference, isSent)
    } catch {
      throw Terminal.fail(error)
    }
  }

  private func parsed() throws -> PackageReference {
    do throws(PackageSourceError) {
      let reference = try PackageReference(target)
      guard reference.tag != nil, reference.digest == nil else {
        throw PackageSourceError(
          message: "`\(target)` says no version to publish", help: "write \(reference.identity):1.0.0, say")
      }
      return reference
    } catch {
      throw Terminal.fail(error.message, help: error.help, code: .usage)
    }
  }

  /// - Returns: whether something was sent.
  private func send(_ packed: PackedPackage, _ reference: PackageReference) throws(PackageError) -> Bool {
    let client = try options.registry.client()
    var existing: String?
    do throws(PackageError) {
      existing = try client.manifest(reference).digest
    } catch  where error.kind == .missing {
      existing = nil
    }
    if existing == packed.digest { return false }
    if let existing, !force {
      throw PackageError(
        .conflict, "\(reference.text) is published already, with other content",
        notes: ["there: \(existing)", "here:  \(packed.digest)"],
        help: "publish another version; those who use this one count on what it holds (--force moves the tag)")
    }
    try client.publish(packed, to: reference)
    return true
  }

  private func report(
    _ packed: PackedPackage, _ sources: PackageContent, _ reference: PackageReference, _ isSent: Bool
  ) {
    let paths = sources.files.keys.sorted()
    if options.format == .json {
      let value: Value = [
        "reference": .string(reference.text), "digest": .string(packed.digest), "published": .bool(isSent),
        "bytes": Value(packed.content.count), "files": .array(paths.map { .string($0) }),
      ]
      return Terminal.out(JSON.text(value, pretty: true) + "\n")
    }
    Terminal.out("\(reference.text)@\(packed.digest)\n")
    if dryRun { for path in paths { Terminal.say("  \(path)  \(sources.files[path]?.count ?? 0) bytes") } }
    let verb = dryRun ? "would be sent" : isSent ? "published" : "is there already, with the same content"
    Terminal.say("\(paths.count) file\(paths.count == 1 ? "" : "s"), \(packed.content.count) bytes: \(verb).")
  }
}
