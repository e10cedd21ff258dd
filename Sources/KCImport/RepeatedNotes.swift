internal import KCData
internal import KCKube

/// What is to be said of many objects alike: once for all of them, at the first.
struct RepeatedNotes {
  private struct Group {
    var first: ImportedObject
    var names: [String]
  }

  /// Objects of kinds that kc has no schema of, by API version and kind.
  private var unchecked: [(apiVersion: String, kind: String, group: Group)] = []
  private var places: [String: Int] = [:]
  private var secrets: Group?
  /// Variables of containers, and keys of configs, that look like secrets, and say their values.
  private var variables: Group?
  private var seen: Set<String> = []
  /// Objects that SOPS has encrypted.
  private var sealed: Group?
  /// The kinds that definitions among the objects describe, by group and kind.
  private let defined: Set<String>

  init(_ objects: [ImportedObject]) {
    defined = Self.defined(by: objects)
  }

  /// The kinds that definitions among objects describe, by group and kind: `example.com Widget`.
  static func defined(by objects: [ImportedObject]) -> Set<String> {
    Set(
      objects.compactMap { imported in
        guard imported.object["kind"]?.string == "CustomResourceDefinition" else { return nil }
        let spec = imported.object["spec"]
        return "\(spec?["group"]?.string ?? "") \(spec?.at("names", "kind")?.string ?? "")"
      })
  }

  mutating func add(unchecked imported: ImportedObject, apiVersion: String, kind: String) {
    guard !defined.contains("\(apiVersion.prefix { $0 != "/" }) \(kind)") else { return }
    if let place = places["\(apiVersion) \(kind)"] {
      unchecked[place].group.names.append("")
    } else {
      places["\(apiVersion) \(kind)"] = unchecked.count
      unchecked.append((apiVersion, kind, Group(first: imported, names: [""])))
    }
  }

  mutating func add(secret imported: ImportedObject, name: String) {
    if secrets == nil { secrets = Group(first: imported, names: []) }
    secrets?.names.append(name)
  }

  /// Looks for variables of an object's containers, and keys of a config, that say in clear what looks like a secret.
  mutating func add(variablesOf imported: ImportedObject) {
    guard let kind = imported.object["kind"]?.string else { return }
    if kind == "ConfigMap" {
      // Texts of several lines are files; what stands in them is not looked for.
      for (name, value) in imported.object["data"]?.object ?? [:] where value.string?.contains("\n") == false {
        add(name, value.string, of: imported)
      }
    }
    guard let pod = imported.object.at(WorkloadLabels.pod(of: kind) + ["spec"]) else { return }
    for container in ["initContainers", "containers"].flatMap({ pod[$0]?.array ?? [] }) {
      for variable in container["env"]?.array ?? [] {
        if let name = variable["name"]?.string { add(name, variable["value"]?.string, of: imported) }
      }
    }
  }

  private mutating func add(_ name: String, _ value: String?, of imported: ImportedObject) {
    guard let value, !value.isEmpty, Int(value) == nil,
      ComposeSecrets.isSecret(name) || ComposeSecrets.holdsPassword(value), seen.insert(name).inserted
    else { return }
    if variables == nil { variables = Group(first: imported, names: []) }
    variables?.names.append(name)
  }

  mutating func add(sealed imported: ImportedObject, name: String) {
    if sealed == nil { sealed = Group(first: imported, names: []) }
    sealed?.names.append(name)
  }

  /// The notes, in the order of what they are about.
  var notes: [ImportNote] {
    var notes = unchecked.map { Self.note($0.apiVersion, $0.kind, $0.group) }
    if let secrets { notes.append(Self.note(secrets)) }
    if let variables {
      let (verb, them) = variables.names.count == 1 ? ("looks like a secret", "it") : ("look like secrets", "them")
      notes.append(
        ImportNote(
          .note, "\(Self.names(variables)) \(verb), and the source says \(them) in clear, as the manifest does",
          help: "keep \(them) in a secret that reads `input.env(\"VARIABLE\")`: `env NAME = db.data.NAME`",
          file: variables.first.file, line: variables.first.line))
    }
    if let sealed {
      notes.append(
        ImportNote(
          .warning,
          "\(Self.names(sealed)) stand\(sealed.names.count == 1 ? "s" : "") as SOPS encrypted "
            + "\(sealed.names.count == 1 ? "it" : "them"), which no API server takes",
          help: "import what `sops --decrypt FILE` makes, and read the values from `input.env(\"VARIABLE\")`",
          file: sealed.first.file, line: sealed.first.line))
    }
    return notes
  }

  private static func note(_ apiVersion: String, _ kind: String, _ group: Group) -> ImportNote {
    let count = group.names.count
    let (file, line) = (group.first.file, group.first.line)
    if let now = ResourceTypes.builtin.successor(of: apiVersion, kind) {
      let objects = count == 1 ? "this object" : "these \(count) objects"
      return ImportNote(
        .warning, "\(kind) is `\(now)` now, and \(apiVersion) is gone: API servers refuse \(objects)",
        help: "change `apiVersion` in the manifest, and import it again", file: file, line: line)
    }
    let subject = count == 1 ? "what it says" : "what these \(count) say"
    return ImportNote(
      .warning, "kc has no schema of \(kind) of \(apiVersion): \(subject) is not checked",
      help: "`kc import crd` makes one from its definition, and a definition in the program is one", file: file,
      line: line)
  }

  private static func names(_ group: Group) -> String {
    let names = group.names.prefix(3).map { "`\($0)`" }.joined(separator: ", ")
    return group.names.count > 3 ? "\(names) and \(group.names.count - 3) more" : names
  }

  private static func note(_ secrets: Group) -> ImportNote {
    let subject = secrets.names.count == 1 ? "the secret \(names(secrets))" : "secrets (\(names(secrets)))"
    return ImportNote(
      .note, "the values of \(subject) stand in the source as they stood in the manifest",
      help: "`data { KEY = input.env(\"VARIABLE\") }` keeps them out of files",
      file: secrets.first.file, line: secrets.first.line)
  }
}
