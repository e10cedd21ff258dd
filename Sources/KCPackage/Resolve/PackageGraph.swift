public import KCLang

/// The packages of a project, resolved: one version of each, with their sources.
public struct PackageGraph: Sendable {
  /// What the compiler needs to know.
  public var links = PackageLinks()
  /// The sources of each package, at the places of `links.packages`.
  public var sources: [any SourceProvider] = []
  /// Digests of the packages from registries, at the same places.
  public var digests: [String?] = []
  /// What they are known by in registries, or their folders; at the same places.
  public var identities: [String] = []
  /// The references that were followed, as `project.kc` files say them.
  public var references: Set<String> = []
  /// Why dependencies of the project cannot be used, by their names.
  public var failures: [String: PackageError] = [:]

  public init() {}
}
