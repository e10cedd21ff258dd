internal import KCData
internal import KCKube

/// Files that tell kustomize what to do, and the patches that they list.
enum Kustomization {
  static let group = "kustomize.config.k8s.io"
  private static let names: Set<String> = ["kustomization.yaml", "kustomization.yml", "Kustomization"]

  /// Whether kustomize takes a file for such a one by its name alone.
  static func isNamedSo(_ file: String) -> Bool { names.contains(String(file.split(separator: "/").last ?? "")) }

  /// What kustomize takes for granted where the file does not say it.
  static func completed(_ fields: Fields) -> Fields {
    var out = fields
    if out["kind"] == nil { out["kind"] = "Kustomization" }
    if out["apiVersion"] == nil {
      out["apiVersion"] = .string("\(group)/v1\(out["kind"]?.string == "Component" ? "alpha1" : "beta1")")
    }
    return out
  }

  /// Whether an object is one, or a component, which has the same fields.
  static func isOne(_ object: Value) -> Bool {
    object["apiVersion"]?.string?.hasPrefix("\(group)/") ?? false
  }

  /// The folder of a file; empty where it lies at the top.
  static func folder(of file: String) -> String {
    file.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
  }

  /// The files that a kustomization changes others with, as they are named from where it is named from.
  static func patches(_ object: Value, in file: String) -> [String] {
    var paths: [String] = []
    for field in ["patches", "patchesJson6902", "replacements"] {
      paths += (object[field]?.array ?? []).compactMap { $0["path"]?.string }
    }
    for field in ["patchesStrategicMerge", "configurations", "transformers"] {
      paths += (object[field]?.array ?? []).compactMap(\.string)
    }
    // Patches may stand in the list itself.
    return paths.filter { !$0.contains("\n") && !$0.isEmpty }.map { ComposeLoader.join(file, $0) }
  }

  /// The files and folders that it makes objects of.
  static func resources(_ object: Value, in file: String) -> [String] {
    (object["resources"]?.array ?? []).compactMap(\.string).map { ComposeLoader.join(file, $0) }
  }
}

/// What is left of objects without the patches of kustomize: such a one looks like an object, and is a part of one.
struct KustomizePatches {
  private(set) var objects: [ImportedObject] = []
  private(set) var reading: [ImportNote] = []
  private(set) var leftOut = 0
  private(set) var notes: [ImportNote] = []

  init(_ given: [ImportedObject], _ read: [ImportNote]) {
    var listed: [String: String] = [:]
    var resources: Set<String> = []
    for imported in given where Kustomization.isOne(imported.object) {
      for path in Kustomization.patches(imported.object, in: imported.file) where listed[path] == nil {
        listed[path] = imported.file
      }
      resources.formUnion(Kustomization.resources(imported.object, in: imported.file))
    }
    for path in resources { listed[path] = nil }
    var first: (file: String, line: Int)?
    var folders: Set<String> = []
    func isPatch(_ file: String) -> Bool { listed[ComposeLoader.resolve(file)] != nil }
    func leave(_ file: String, _ line: Int) {
      leftOut += 1
      if first == nil { first = (file, line) }
      folders.insert(listed[ComposeLoader.resolve(file)].map(Kustomization.folder) ?? "FOLDER")
    }
    for imported in given {
      if !Kustomization.isOne(imported.object), isPatch(imported.file) || Self.isMarked(imported.object) {
        leave(imported.file, imported.line)
      } else {
        objects.append(imported)
      }
    }
    for note in read {
      if note.topic == .noObject, isPatch(note.file) { leave(note.file, note.line) } else { reading.append(note) }
    }
    if let first { notes = [Self.note(leftOut, folders, first)] }
  }

  /// One note for all patches.
  static func note(
    _ count: Int, _ folders: Set<String>, _ first: (file: String, line: Int), command: String = "yaml"
  ) -> ImportNote {
    let message =
      count == 1
      ? "this is a patch of kustomize, which changes objects and is none: it is left out"
      : "\(count) documents are patches of kustomize, which change objects and are none: they are left out"
    let folder = folders.count == 1 ? folders.first.map { $0.isEmpty ? "." : $0 } ?? "FOLDER" : "FOLDER"
    return ImportNote(
      .warning, message, help: "import what it makes: kustomize build \(folder) | kc import \(command) -",
      file: first.file,
      line: first.line)
  }

  /// Whether an object says how it changes another: with `$patch` at its top or, in one of Kubernetes' own kinds,
  /// anywhere. Others may keep patches for those who run them.
  static func isMarked(_ object: Value) -> Bool {
    if object["$patch"] != nil { return true }
    guard ResourceTypes.builtin.find((object["apiVersion"]?.string, object["kind"]?.string)) != nil else {
      return false
    }
    return mentions(object, 0)
  }

  private static func mentions(_ value: Value, _ depth: Int) -> Bool {
    switch value {
    case .object(let fields):
      depth < 64 && (fields["$patch"] != nil || fields.values.contains { mentions($0, depth + 1) })
    case .array(let items): depth < 64 && items.contains { mentions($0, depth + 1) }
    default: false
    }
  }
}
