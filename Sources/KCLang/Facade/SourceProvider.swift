/// What asking for a source file gives.
public enum SourceResult: Sendable {
  case bytes([UInt8])
  case missing
  /// The file may not be read: it lies outside the project, say. `reason` ends a sentence: "it lies outside …".
  case refused(reason: String)
}

/// Where the compiler gets its sources from: it opens no file itself.
///
/// Paths are relative to the project's root and use `/`; the compiler asks for none that leaves the root.
public protocol SourceProvider: Sendable {
  /// The bytes of a file.
  func read(_ path: String) -> SourceResult
  /// The `.kc` files of the project, relative to its root.
  func modules() -> [String]

  /// The packages that the project may import.
  var packages: PackageLinks { get }
  /// The bytes of a file of a package, which is told by its place in `packages`.
  func read(_ path: String, package: Int) -> SourceResult
  /// The `.kc` files of a package, relative to its root.
  func modules(package: Int) -> [String]
}

/// Projects without packages.
extension SourceProvider {
  public var packages: PackageLinks { PackageLinks() }
  public func read(_ path: String, package: Int) -> SourceResult { .missing }
  public func modules(package: Int) -> [String] { [] }
}

/// Sources in memory, for tests and tools.
public struct MemorySources: SourceProvider {
  private let files: [String: [UInt8]]
  public let packages: PackageLinks

  /// - Parameters:
  ///   - files: texts by path.
  ///   - packages: what may be imported; the files of a package are those below a folder of its label's name.
  public init(_ files: [String: String], packages: PackageLinks = PackageLinks()) {
    self.files = files.mapValues { Array($0.utf8) }
    self.packages = packages
  }

  public func read(_ path: String) -> SourceResult { files[path].map { .bytes($0) } ?? .missing }
  public func modules() -> [String] { files.keys.sorted() }

  public func read(_ path: String, package: Int) -> SourceResult { read("\(packages.packages[package].label)/\(path)") }
  public func modules(package: Int) -> [String] {
    let start = packages.packages[package].label + "/"
    return modules().filter { $0.hasPrefix(start) }.map { String($0.dropFirst(start.count)) }
  }
}

/// What a compilation depends on besides its sources.
public struct CompileOptions: Sendable {
  /// The `env` whose layer is applied; nil for none.
  public var environment: String?
  /// `--set PATH=VALUE`, in the order given.
  public var sets: [(path: String, value: String)]
  /// `--params FILE`, in the order given: a later file's value wins, and `--set` wins over all.
  public var parameterFiles: [ParameterFile] = []
  /// What `input.env("NAME")` reads.
  public var inputEnvironment: [String: String]
  /// Whether variables that `input.env` asks for and nobody set are taken as set, to some secret text: what is checked
  /// then does not depend on secrets.
  public var assumesInputs = false
  /// Whether objects are held against all that the API server checks of new ones, beyond the types of their fields.
  public var checksObjects = false
  /// The most operations that evaluation may take; more are refused.
  public var stepLimit = 50_000_000
  /// The day it is, as `2026-11-25`: waivers of policies end by it. Without it they all hold.
  public var today: String?
  /// The project's name where no `project.kc` gives one: its folder's name.
  public var fallbackName: String
  /// What a test changes.
  var scenario: Scenario?

  public init(
    environment: String? = nil, sets: [(path: String, value: String)] = [], inputEnvironment: [String: String] = [:],
    fallbackName: String = "default"
  ) {
    self.environment = environment
    self.sets = sets
    self.inputEnvironment = inputEnvironment
    self.fallbackName = fallbackName
  }
}
