internal import KCData

/// What is left of manifests without the files that kustomize puts into configs and secrets: these are texts to it,
/// whatever they look like.
struct KustomizeInputs {
  private(set) var objects: [ImportedObject] = []
  private(set) var reading: [ImportNote] = []
  /// How many documents of such files are left out; one that cannot be read counts as one.
  private(set) var leftOut = 0
  /// One for all such files.
  private(set) var notes: [ImportNote] = []

  init(_ given: [ImportedObject], _ read: [ImportNote]) {
    var owners: [String: String] = [:]
    for imported in given where Kustomization.isOne(imported.object) {
      for path in Self.inputs(imported.object, in: imported.file) where owners[path] == nil {
        owners[path] = imported.file
      }
    }
    for imported in given where Kustomization.isOne(imported.object) {
      for path in Kustomization.resources(imported.object, in: imported.file) { owners[path] = nil }
    }
    guard !owners.isEmpty else {
      (objects, reading) = (given, read)
      return
    }
    var left: [(file: String, line: Int)] = []
    func isInput(_ file: String) -> Bool { owners[ComposeLoader.resolve(file)] != nil }
    for imported in given {
      if !Kustomization.isOne(imported.object), isInput(imported.file) {
        left.append((imported.file, imported.line))
      } else {
        objects.append(imported)
      }
    }
    for note in read {
      if isInput(note.file) { left.append((note.file, note.line)) } else { reading.append(note) }
    }
    leftOut = left.count
    guard let first = left.first else { return }
    let folders = Set(left.compactMap { owners[ComposeLoader.resolve($0.file)] }.map(Kustomization.folder))
    notes = [Self.note(Set(left.map(\.file)).count, folders, first)]
  }

  static func note(
    _ count: Int, _ folders: Set<String>, _ first: (file: String, line: Int), command: String = "yaml"
  ) -> ImportNote {
    let message =
      count == 1
      ? "kustomize puts this file into a config or a secret, as text: it is left out"
      : "kustomize puts \(count) files into configs and secrets, as text: they are left out"
    let folder = folders.count == 1 ? folders.first.map { $0.isEmpty ? "." : $0 } ?? "FOLDER" : "FOLDER"
    return ImportNote(
      .warning, message, help: "import what it makes: kustomize build \(folder) | kc import \(command) -",
      file: first.file,
      line: first.line)
  }

  /// The files that a kustomization makes configs and secrets of, as they are named from where it is named from.
  static func inputs(_ object: Value, in file: String) -> [String] {
    var paths: [String] = []
    for field in ["configMapGenerator", "secretGenerator"] {
      for generator in object[field]?.array ?? [] {
        let files = (generator["files"]?.array ?? []).compactMap(\.string)
        // `key=path`, where the key is not the file's name.
        paths += files.map { file in
          file.firstIndex(of: "=").map { String(file[file.index(after: $0)...]) } ?? file
        }
        paths += (generator["envs"]?.array ?? []).compactMap(\.string) + [generator["env"]?.string].compactMap { $0 }
      }
    }
    return paths.filter { !$0.isEmpty }.map { ComposeLoader.join(file, $0) }
  }
}
