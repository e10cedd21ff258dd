internal import KCCodec
internal import KCData

/// CustomResourceDefinitions → kc schemas.
public struct CRDImport: Sendable {
  /// A kind in one version, as a module.
  public struct Module: Sendable {
    /// The file's name: `widget.v1.kc`.
    public var fileName: String
    /// The keyword of its blocks: `widget`.
    public var keyword: String
    public var apiVersion: String
    public var kind: String
    /// Whether it is the version that objects are stored in.
    public var isStored: Bool
    public var source: String
  }

  public var modules: [Module] { found.filter { !isPatch($0.file) && !isInput($0.file) }.map(\.module) }
  /// What is to be said of the definitions, and once for all of them what of kustomize and Helm was left out.
  public var notes: [ImportNote] {
    let charts = HelmCharts([], said.filter { !isInput($0.file) }, command: "crd")
    let left = patched.filter { ($0.isMarked || isPatch($0.file)) && !isInput($0.file) }
    let notes = charts.reading.filter { !isPatch($0.file) } + charts.notes + inputNotes
    guard let first = left.first else { return notes }
    let folders = Set(left.map { listed[ComposeLoader.resolve($0.file)].map(Kustomization.folder) ?? "FOLDER" })
    return notes + [KustomizePatches.note(left.count, folders, (first.file, first.line), command: "crd")]
  }
  /// Definitions that were seen, and documents that are none.
  public private(set) var definitions = 0
  public private(set) var others = 0

  /// The modules of definitions, and what is to be said of them, with the files that these stand in.
  private var found: [(file: String, module: Module)] = []
  private var said: [ImportNote] = []
  /// Definitions that may be patches: which files are, a file that is read later may say.
  private var patched: [(file: String, line: Int, isMarked: Bool)] = []
  /// The patches that files of kustomize list, and the files that do.
  private var listed: [String: String] = [:]

  /// The files that files of kustomize make configs and secrets of, and the files that do.
  private var inputs: [String: String] = [:]
  /// The files that they make objects of, whatever else they do with them.
  private var resources: Set<String> = []

  /// Whether a file is text to kustomize, whatever it looks like.
  private func isInput(_ file: String) -> Bool {
    let path = ComposeLoader.resolve(file)
    return inputs[path] != nil && !resources.contains(path)
  }

  /// One note for the definitions in such files.
  private var inputNotes: [ImportNote] {
    let left = patched.filter { isInput($0.file) }
    guard let first = left.first else { return [] }
    let folders = Set(left.compactMap { inputs[ComposeLoader.resolve($0.file)] }.map(Kustomization.folder))
    return [KustomizeInputs.note(Set(left.map(\.file)).count, folders, (first.file, first.line), command: "crd")]
  }

  private func isPatch(_ file: String) -> Bool { listed[ComposeLoader.resolve(file)] != nil }

  public var hasErrors: Bool { notes.contains { $0.severity == .error } }

  public init() {}

  /// Reads the definitions in a YAML or JSON file; what else stands there is counted.
  public mutating func read(_ path: String, _ bytes: [UInt8]) {
    let documents: [YAML.Document]
    do throws(CodecError) {
      documents = try ManifestText.documents(bytes).map(\.document)
    } catch {
      return said.append(ManifestReader.failure(error, in: bytes, file: path))
    }
    for document in documents {
      if Kustomization.isNamedSo(path) || Kustomization.isOne(document.value) {
        for patch in Kustomization.patches(document.value, in: path) where listed[patch] == nil { listed[patch] = path }
        for input in KustomizeInputs.inputs(document.value, in: path) where inputs[input] == nil {
          inputs[input] = path
        }
        resources.formUnion(Kustomization.resources(document.value, in: path))
      }
      read(document.value, path, line: document.place.line, depth: 0)
    }
  }

  private mutating func read(_ document: Value, _ path: String, line: Int, depth: Int) {
    if document["kind"]?.string?.hasSuffix("List") == true, let items = document["items"]?.array, depth < 4 {
      for item in items { read(item, path, line: line, depth: depth + 1) }
      return
    }
    guard document["kind"]?.string == "CustomResourceDefinition" else {
      others += 1
      return
    }
    let isMarked = KustomizePatches.isMarked(document)
    patched.append((path, line, isMarked))
    if isMarked { return }
    definitions += 1
    let name = document.at("metadata", "name")?.string ?? "?"
    let document = Self.current(document)
    switch document["apiVersion"]?.string {
    case "apiextensions.k8s.io/v1": break
    case "apiextensions.k8s.io/v1beta1":
      said.append(
        ImportNote(
          .warning, "the definition `\(name)` is of v1beta1, which Kubernetes serves no more: it is read as v1",
          file: path))
    default:
      said.append(ImportNote(.error, "the definition `\(name)` is of an API version that is not known", file: path))
      return
    }
    guard let group = document.at("spec", "group")?.string, let kind = document.at("spec", "names", "kind")?.string,
      let versions = document.at("spec", "versions")?.array, !group.isEmpty, SourceText.isBare(kind)
    else {
      said.append(ImportNote(.error, "the definition `\(name)` lacks a group, a kind or versions", file: path))
      return
    }
    for version in versions where version["served"]?.bool != false {
      guard let served = version["name"]?.string else { continue }
      var writer = CRDWriter(
        group: group, version: served, kind: kind, isNamespaced: document.at("spec", "scope")?.string != "Cluster",
        file: path)
      let source = writer.write(version.at("schema", "openAPIV3Schema") ?? .null)
      said += writer.notes
      let module = Module(
        fileName: "\(kind.lowercased()).\(served).kc", keyword: writer.rootName.lowercased(),
        apiVersion: "\(group)/\(served)", kind: kind, isStored: version["storage"]?.bool == true, source: source)
      found.append((path, module))
    }
  }

  /// A definition with a schema in each version: v1beta1 had one version, or one schema for all.
  private static func current(_ document: Value) -> Value {
    guard document["apiVersion"]?.string == "apiextensions.k8s.io/v1beta1" else { return document }
    var out = document
    var versions = document.at("spec", "versions")?.array ?? []
    if versions.isEmpty, let name = document.at("spec", "version") {
      versions = [["name": name, "served": true, "storage": true]]
    }
    let common = document.at("spec", "validation", "openAPIV3Schema")
    for place in versions.indices where versions[place]["schema"] == nil {
      versions[place].set(common, at: "schema", "openAPIV3Schema")
    }
    out.set(.array(versions), at: "spec", "versions")
    return out
  }
}
