import ArgumentParser
import Glibc
import KCLang

/// `kc init`
struct Init: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Start a project that already checks, plans and applies.",
    discussion: """
      Examples:
        kc init                 in this folder
        kc init shop            in a new folder
        kc init --package redis a package for other projects to import
      """)

  @Argument(help: "The folder; made where it is missing.") var folder = "."
  @Option(help: "The project's name; without it, the folder's.") var name: String?
  @Flag(help: "Start a package: components that other projects import.") var package = false

  func run() throws {
    // What is wrong with the name is told before anything is made.
    if name != nil { _ = try projectName(folder) }
    let isNew = !Files.exists(folder)
    if isNew, !Files.makeFolders(folder) {
      throw Terminal.fail("\(folder) cannot be made: \(String(cString: strerror(errno)))", code: .input)
    }
    guard let real = ProjectSources.realPath(folder), Files.isFolder(real) else {
      throw Terminal.fail("\(folder) is no folder", code: .input)
    }
    let name = try projectName(real)
    let files =
      package
      ? PackageTemplate(name: name).files
      : [("project.kc", Self.project(name)), ("\(name).kc", Self.application(name)), (".gitignore", "*.plan\n")]
    // Nothing is written over, and nothing is written by halves.
    for (file, _) in files where file != ".gitignore" && Files.exists("\(real)/\(file)") {
      throw Terminal.fail(
        "\(folder == "." ? "this folder" : folder) has a \(file) already",
        help: "start in another folder: kc init NAME", code: .input)
    }
    for (file, text) in files where !Files.exists("\(real)/\(file)") {
      if let why = Files.write(Array(text.utf8), to: "\(real)/\(file)", mode: 0o644) {
        throw Terminal.fail("\(file) cannot be written: \(why)", code: .input)
      }
    }
    if package { return sayPackage(name) }
    let go = folder == "." ? "" : "cd \(Self.quoted(folder)) && "
    Terminal.say(
      """
      A project \(name) in \(folder == "." ? "this folder" : folder): project.kc and \(name).kc.
      Next:
        \(go)kc check        proves what can be proved
        \(go)kc plan         shows what would change, and where it would run
        \(go)kc apply        makes it so
      """)
  }

  private func sayPackage(_ name: String) {
    let go = folder == "." ? "" : "cd \(Self.quoted(folder)) && "
    Terminal.say(
      """
      A package \(name) in \(folder == "." ? "this folder" : folder): project.kc, \(name).kc and tests.kc.
      Next:
        \(go)kc test         runs its tests
        kc add path:../\(name)  in a project beside it: uses it as it is here
        \(go)kc publish oci://HOST/REPOSITORY:1.0.0
      """)
  }

  /// A word of a shell's command.
  private static func quoted(_ word: String) -> String {
    let isPlain = word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) || "-_./+,@%".contains($0) }
    let parts = word.split(separator: "'", omittingEmptySubsequences: false)
    return isPlain ? word : "'\(parts.joined(separator: "'\\''"))'"
  }

  /// The name that was given, or the folder's, made fit for one.
  private func projectName(_ path: String) throws -> String {
    let wanted = name ?? String(path.split(separator: "/").last ?? "app")
    let fit = String(
      wanted.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
        .drop { !$0.isLetter }.prefix(40))
    let end = fit.lastIndex { $0 != "-" }
    let trimmed = end.map { String(fit[...$0]) } ?? ""
    if let name, name != trimmed || trimmed.isEmpty {
      throw Terminal.fail(
        "\"\(name)\" cannot be a project's name",
        help: "lower-case letters, digits and dashes, with a letter first, 40 at most", code: .usage)
    }
    return trimmed.isEmpty || trimmed == "project" ? "app" : trimmed
  }

  private static func project(_ name: String) -> String {
    """
    project \(name) {
      namespace = "\(name)"
    }

    """
  }

  private static func application(_ name: String) -> String {
    """
    /// The image's tag: `kc plan --set tag=1.28-alpine` shows what another one would change.
    param tag: String = "1.27-alpine"

    config settings {
      data { GREETING = "hello from \(name)" }
    }

    deployment web {
      replicas = 2

      container app {
        image = "docker.io/nginxinc/nginx-unprivileged:\\(tag)"
        port http = 8080
        cpu = 50m...500m // request...limit
        memory = 32Mi...128Mi
        env GREETING = settings.data.GREETING
        ready = probe.http("/", port: http)
      }

      affinity {
        prefer apart from self by hostname
      }
    }

    service web {
      select = web
      port http = 80 -> web.app.http
    }

    env prod {
      deployment web { replicas = 4 }
    }

    """
  }
}
