import ArgumentParser
import KCLang
import KCSyntax

/// Which project it is, for commands that ask what a target has of it and need not its objects.
extension Project {
  /// Finds a project of which it is certain what it is called, where it lives and which target it goes to. What else is
  /// wrong with the program does not matter: nothing of it is sent.
  ///
  /// - Throws: exit code 1, with what is wrong, where that is not certain.
  static func known(_ options: ProjectOptions, _ output: OutputOptions? = nil) throws -> Project {
    let whole = try load(options)
    if whole.isKnown { return whole }
    // A file that is missing stops all others, too. The project's own may be intact.
    if options.environment == nil, whole.compilation.project.name.isEmpty, let alone = try alone(options), alone.isKnown
    {
      return alone
    }
    try whole.report(output ?? OutputOptions.parse([]))
    throw Terminal.fail("it is not certain which project this is", code: .input)
  }

  /// The project as `project.kc` alone has it; nil where there is no such file.
  private static func alone(_ options: ProjectOptions) throws -> Project? {
    let (sources, entries, compile) = try prepare(options)
    guard entries.contains("project.kc") else { return nil }
    return Project(
      root: sources.root, sources: sources,
      compilation: Compilation(entry: ["project.kc"], provider: sources, options: compile),
      environment: options.environment)
  }

  /// Whether nothing is wrong with what says its name, its namespace, its targets and its environment.
  private var isKnown: Bool {
    if compilation.project.name.isEmpty { return false }
    if let environment, !compilation.environments.contains(environment) { return false }
    if !compilation.project.isHomeCertain { return false }
    guard let home = compilation.project.origin?.file else { return !compilation.hasErrors }
    return !compilation.diagnostics.contains { one in
      one.severity == .error && compilation.sources.contains { $0.id == one.span.file && $0.path == home }
    }
  }
}
