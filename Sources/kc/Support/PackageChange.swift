import ArgumentParser
import Glibc
import KCCodec
import KCData
import KCLang
import KCPackage
import KCPlan
import KCSyntax

/// Which project a command about packages changes.
struct PackageProjectOptions: ParsableArguments {
  @Option(
    name: [.customShort("C"), .customLong("project")], help: "The project's folder; without it, the one around you.")
  var folder: String?

  /// - Throws: exit code 1 where there is no `project.kc`.
  func project() throws -> ProjectPackages {
    let root = try Project.findRoot(folder, [])
    guard Files.exists("\(root)/project.kc") else {
      throw Terminal.fail(
        "there is no project.kc in \(root)", help: "`kc init` makes one; --project names another folder", code: .input)
    }
    return ProjectPackages(root: root)
  }
}

/// What all commands about packages take.
struct PackageOptions: ParsableArguments {
  @OptionGroup var place: PackageProjectOptions
  @OptionGroup var registry: RegistryOptions
  @OptionGroup var output: OutputOptions
  @Option(help: "human or json.") var format = PackageReportFormat.human
}

/// How commands about packages tell what they did.
enum PackageReportFormat: String, ExpressibleByArgument, CaseIterable { case human, json }

extension ProjectPackages {
  func projectBytes() throws(PackageError) -> [UInt8] {
    guard let bytes = Files.read("\(root)/project.kc") else {
      throw PackageError(.content, "project.kc cannot be read: \(String(cString: strerror(errno)))")
    }
    return bytes
  }
}

/// A change of the packages of a project, worked out whole before anything is written.
struct PackageChange {
  private let edit: ProjectEdit
  private let old: LockFile
  /// Folders that are packages, as they were before.
  private let oldFolders: Set<String>
  private let new: LockFile
  private let graph: PackageGraph
  /// The dependencies that it is about, to tell how they are used.
  var names: [String] = []
  /// What else is to be said.
  var remarks: [String] = []

  /// - Parameter forgetting: references whose pins are looked up again.
  /// - Throws: where a dependency cannot be resolved.
  init(
    _ project: ProjectPackages, edit: ProjectEdit, forgetting: Set<String> = [], registry: any PackageRegistry
  ) throws(PackageError) {
    self.edit = edit
    old = try project.lock()
    oldFolders = Self.folders(project.projectFile())
    (graph, new) = try project.resolve(edit.file, forgetting: forgetting, registry: registry)
    guard let failure = graph.failures.sorted(by: { $0.key < $1.key }).first else { return }
    var told = failure.value
    let dependency = edit.file.dependencies.first { $0.name == failure.key }
    if told.kind == .missing, case .registry(let reference)? = dependency?.source {
      told = PackageTags.told(told, reference, registry)
    }
    if !told.message.contains(failure.key) { told.message = "`\(failure.key)`: \(told.message)" }
    throw told
  }

  /// Writes project.kc and kc.lock, and tells what changed.
  func write(_ project: ProjectPackages, _ options: PackageOptions) throws(PackageError) {
    let path = "\(project.root)/project.kc"
    if Files.read(path) != edit.bytes, let why = Files.write(edit.bytes, to: path) {
      throw PackageError(.content, "project.kc cannot be written: \(why)")
    }
    let isChanged: Bool
    do { isChanged = try project.write(new) } catch { throw PackageError(.content, "kc.lock cannot be written") }
    if options.format == .json { return Terminal.out(JSON.text(json, pretty: true) + "\n") }
    let style = options.output.style(for: 1)
    for line in lines { Terminal.out((line.tone.map { style.paint(line.text, $0) } ?? line.text) + "\n") }
    for remark in remarks { Terminal.say(remark) }
    if lines.isEmpty, !isChanged { Terminal.say("Nothing changed.") }
    for name in names { tellUse(of: name) }
  }

  private var lines: [(text: String, tone: TextStyle.Tone?)] {
    var out: [(String, TextStyle.Tone?)] = []
    let folders = Self.folders(edit.file)
    out += folders.subtracting(oldFolders).sorted().map { ("+ \($0)", .good) }
    out += oldFolders.subtracting(folders).sorted().map { ("- \($0)", .bad) }
    let moves = versionMoves
    let moved = Set(moves.flatMap { [$0.from.text, $0.to.text] })
    for (from, to) in moves {
      let digest = PackageDigest.short(new.pins[to.text] ?? "")
      out.append(("~ \(to.identity)  \(from.version) → \(to.version)  \(digest)", .warning))
    }
    for key in Set(old.pins.keys).union(new.pins.keys).subtracting(moved).sorted() {
      switch (old.pins[key], new.pins[key]) {
      case (nil, let digest?): out.append(("+ \(key)  \(PackageDigest.short(digest))", .good))
      case (let digest?, nil): out.append(("- \(key)  \(PackageDigest.short(digest))", .bad))
      case (let before?, let after?) where before != after:
        out.append(
          ("~ \(key)  \(PackageDigest.short(before)) → \(PackageDigest.short(after))  the tag was moved", .warning))
      default: continue
      }
    }
    return out
  }

  private static func folders(_ file: ProjectFile?) -> Set<String> {
    Set((file?.dependencies ?? []).map(\.source.text).filter { $0.hasPrefix("path:") })
  }

  /// Packages that were there in one version before, and are in another now.
  private var versionMoves: [(from: PackageReference, to: PackageReference)] {
    func only(_ one: LockFile, not other: LockFile) -> [String: [PackageReference]] {
      let keys = one.pins.keys.filter { other.pins[$0] == nil }.sorted()
      return Dictionary(grouping: keys.compactMap { try? PackageReference($0) }, by: \.identity)
    }
    let (gone, come) = (only(old, not: new), only(new, not: old))
    return gone.keys.sorted().compactMap { identity in
      guard let from = gone[identity], let to = come[identity], from.count == 1, to.count == 1 else { return nil }
      return (from[0], to[0])
    }
  }

  private var json: Value {
    let packages = graph.links.packages.indices.map { place -> Value in
      var one: Value = [
        "name": .string(graph.links.packages[place].name), "label": .string(graph.links.packages[place].label),
        "source": .string(graph.identities[place]),
      ]
      one["digest"] = graph.digests[place].map { .string($0) }
      return one
    }
    return ["packages": .array(packages), "lock": Value(new.pins)]
  }

  /// What a program can do with a package now.
  private func tellUse(of name: String) {
    guard case .package(let place) = graph.links.dependencies[name] else { return }
    let package = graph.links.packages[place]
    let main = "\(package.name).kc"
    guard case .bytes(let bytes) = graph.sources[place].read(main) else {
      let modules = graph.sources[place].modules().filter { $0 != "project.kc" }.map {
        "\(name)." + $0.dropLast(3).replacing("/", with: ".")
      }
      if let first = modules.first { Terminal.say("`import \(first)` makes its names known.") }
      return
    }
    let tree = Parser.parse(SourceFile(id: 0, path: main, bytes: bytes))
    let components = tree.root.childNodes.filter { $0.kind == .componentDecl }.compactMap { node in
      node.childTokens.map { tree.text(ofToken: $0) }.dropFirst().first
    }
    let use = components.first.map { ", and `\(name).\($0) NAME(…)` makes an instance of it" } ?? ""
    Terminal.say("`import \(name)` makes its names known\(use).")
  }
}

/// The tags of a repository, for messages.
enum PackageTags {
  /// The error, with the tags that there are.
  static func told(_ error: PackageError, _ reference: PackageReference, _ registry: any PackageRegistry)
    -> PackageError
  {
    guard error.help == nil, let tags = try? registry.tags(reference), !tags.isEmpty else { return error }
    let versions = tags.compactMap { PackageVersion($0) }.sorted(by: >).map(\.text)
    var told = error
    told.help =
      "there \(tags.count == 1 ? "is" : "are") \((versions + tags.filter { !versions.contains($0) }.sorted()).prefix(8).joined(separator: ", "))"
    return told
  }
}
