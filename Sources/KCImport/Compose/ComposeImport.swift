internal import KCData

/// Compose files → kc source.
public struct ComposeImport: Sendable {
  public struct Options: Sendable {
    /// Profiles whose services are imported besides those that belong to none; `*` stands for all.
    public var profiles: [String]
    /// The project's name where the files give none.
    public var projectName: String

    public init(profiles: [String] = [], projectName: String = "app") {
      self.profiles = profiles
      self.projectName = projectName
    }
  }

  /// The project's name, as an object can have it.
  public var projectName: String
  /// The program; empty where nothing could be imported.
  public var source: String
  /// What has no counterpart, what was assumed and what is wrong, by file and line.
  public var notes: [ImportNote]
  /// How much of the project the program says, in a line; nil where nothing could be imported.
  public var summary: String?
  /// Variables of the environment that the program reads its secrets from.
  public var inputs: [String]

  /// Imports files that make one project together, the later ones over the earlier.
  ///
  /// It never fails: what cannot be imported is said in `notes`, as an error where the result would not be what was
  /// meant.
  /// - Parameters:
  ///   - list: the names in a folder by its path, nil for what is none; it is asked for what the files mount.
  ///   - open: the bytes of a file by its path, nil where it cannot be read; it is asked for the files, and for what they
  ///     include, extend, mount and take variables from.
  public init(
    files: [String], options: Options = Options(), list: ((String) -> [String]?)? = nil,
    open: @escaping (String) -> [UInt8]?
  ) {
    var loader = ComposeLoader(list: list, open: open)
    guard let project = loader.load(files), loader.reader.files.count > 0 else {
      (projectName, source, inputs) = (options.projectName, "", [])
      notes = ComposeNotes.gathered(loader.reader.notes)
      return
    }
    let variables = loader.reader.variables
    let stated = variables.given["COMPOSE_PROJECT_NAME"] ?? project["name"]?.text.map { variables.plain($0) }
    let given = stated ?? options.projectName
    projectName = ComposeNames.dns(given) ?? "app"
    var emitter = ComposeEmitter(project, projectName: projectName, options: options, loader: loader)
    source = emitter.run()
    inputs = emitter.inputs.sorted()
    notes = ComposeNotes.gathered(
      emitter.loader.reader.notes.filter { note in
        // What is read from the environment is no parameter that a value can be passed for.
        guard case .unset(let name) = note.topic, emitter.inputs.contains(name) else { return true }
        return emitter.parameterNames[name] != nil || emitter.optionalNames[name] != nil
      })
    if !emitter.services.isEmpty { summary = emitter.summary }
  }

  /// The text of a `project.kc` that names the project.
  public var projectFile: String { "project \(SourceText.blockName(projectName)) {}\n" }

  public var hasErrors: Bool { notes.contains { $0.severity == .error } }
}
