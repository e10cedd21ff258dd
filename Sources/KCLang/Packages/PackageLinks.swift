/// The packages that a program may import, and which name leads to which: what `kc.lock` pins, as plain values.
public struct PackageLinks: Sendable {
  /// A package of the program.
  public struct Package: Sendable {
    /// What its own `project.kc` calls it: `import` of the package alone means its file of this name.
    public var name: String
    /// What the paths of its files begin with, in messages: `redis@1.2.0`, or `../lib`.
    public var label: String
    /// Where the names that it imports by lead: places in `packages`.
    public var dependencies: [String: Int]

    public init(name: String, label: String, dependencies: [String: Int] = [:]) {
      self.name = name
      self.label = label
      self.dependencies = dependencies
    }
  }

  /// What a dependency of the project leads to.
  public enum Target: Sendable {
    /// A place in `packages`.
    case package(Int)
    case problem(Problem)
  }

  /// Why a dependency cannot be used.
  public struct Problem: Error, Sendable, Hashable {
    public var code: String
    public var message: String
    public var notes: [String]
    public var help: String?

    public init(_ code: String, _ message: String, notes: [String] = [], help: String? = nil) {
      self.code = code
      self.message = message
      self.notes = notes
      self.help = help
    }
  }

  public var packages: [Package]
  /// What the dependencies of the project itself lead to, by their names.
  public var dependencies: [String: Target]

  public init(packages: [Package] = [], dependencies: [String: Target] = [:]) {
    self.packages = packages
    self.dependencies = dependencies
  }
}
