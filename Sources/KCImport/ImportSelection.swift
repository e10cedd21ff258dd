internal import KCCodec
internal import KCData
internal import KCKube

/// What is imported of the objects in manifests: not what tells tools what to do, not what only says how tools change
/// others, and not what only API servers set.
public struct ImportSelection: Sendable {
  public private(set) var objects: [ImportedObject] = []
  /// What reading the manifests gave, without what is said of patches and charts as a whole.
  public private(set) var reading: [ImportNote] = []
  /// What was left out, each kind of it once.
  public private(set) var notes: [ImportNote] = []
  /// How many documents were left out.
  public private(set) var leftOut = 0

  /// - Parameter reading: what reading the manifests gave.
  public init(_ given: [ImportedObject], reading: [ImportNote] = []) {
    let inputs = KustomizeInputs(given, reading)
    let charts = HelmCharts(inputs.objects, inputs.reading)
    let patches = KustomizePatches(charts.objects, charts.reading)
    self.reading = patches.reading
    leftOut = inputs.leftOut + charts.leftOut + patches.leftOut
    select(patches.objects)
    notes = inputs.notes + charts.notes + patches.notes + notes
  }

  /// All that is to be said, with what reading gave of several documents for one reason once.
  public var allNotes: [ImportNote] { ReadingNotes.gathered(reading) + notes }

  private mutating func select(_ given: [ImportedObject]) {
    var tools: [(tool: ManifestTool, first: ImportedObject, count: Int)] = []
    var served: (first: ImportedObject, count: Int)?
    var unquoted = UnquotedTexts()
    for imported in given {
      if let tool = ManifestTool(imported.object) {
        leftOut += 1
        if let place = tools.firstIndex(where: { $0.tool == tool }) {
          tools[place].count += 1
        } else {
          tools.append((tool, imported, 1))
        }
        continue
      }
      unquoted.look(at: imported)
      let (object, isChanged) = Self.withoutServerFields(imported)
      if isChanged { served = (served?.first ?? imported, (served?.count ?? 0) + 1) }
      objects.append(object)
    }
    notes = tools.map(Self.note) + [unquoted.note].compactMap { $0 }
    guard let served else { return }
    let whose = served.count == 1 ? "an object" : "\(served.count) objects"
    notes.append(
      ImportNote(
        .note, "what only an API server sets, such as `uid` and `status`, is left out of \(whose)",
        file: served.first.file, line: served.first.line))
  }

  private static func note(_ tool: ManifestTool, _ first: ImportedObject, _ count: Int) -> ImportNote {
    let message =
      count == 1
      ? "this document tells \(tool.name) what to do, and no API server takes it: it is left out"
      : "\(count) documents tell \(tool.name) what to do, and no API server takes them: they are left out"
    return ImportNote(.warning, message, help: tool.help, file: first.file, line: first.line)
  }

  // MARK: What API servers set

  private static let serverFields: Set<String> = [
    "creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid",
  ]
  private static let lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

  /// The object without what an API server has set: in its metadata, and the status of a kind that kc does not know (of
  /// others no block says it). Also whether that said something.
  private static func withoutServerFields(_ imported: ImportedObject) -> (ImportedObject, isChanged: Bool) {
    guard var metadata = imported.object["metadata"]?.object else { return (imported, false) }
    let whole = metadata
    var dropped: [FieldPath] = []
    var isChanged = false
    if let status = imported.object["status"]?.object,
      ResourceTypes.builtin.find((imported.object["apiVersion"]?.string, imported.object["kind"]?.string)) == nil
    {
      isChanged = !status.isEmpty
      dropped.append(FieldPath("status"))
    }
    for key in metadata.keys where serverFields.contains(key) {
      isChanged = isChanged || metadata[key]?.isNull == false
      dropped.append(FieldPath("metadata").field(key))
      metadata[key] = nil
    }
    if case .object(var annotations)? = metadata["annotations"], annotations[lastApplied] != nil {
      isChanged = true
      dropped.append(FieldPath("metadata").field("annotations").field(lastApplied))
      annotations[lastApplied] = nil
      metadata["annotations"] = annotations.isEmpty ? nil : .object(annotations)
    }
    if dropped.isEmpty { return (imported, false) }
    var out = imported
    if dropped.first == FieldPath("status") { out.object["status"] = nil }
    if metadata != whole { out.object["metadata"] = metadata.isEmpty ? nil : .object(metadata) }
    out.comments.removeAll { comment in dropped.contains { comment.path.hasPrefix($0) } }
    return (out, isChanged)
  }
}

/// A tool that a document is for, which looks like an object and is none.
struct ManifestTool: Equatable {
  var name: String
  var help: String?

  /// Tools by the groups of what they read.
  private static let groups: [String: String] = [
    "kustomize.config.k8s.io": "kustomize", "builtin": "kustomize", "kind.x-k8s.io": "kind", "skaffold": "skaffold",
    "k3d.io": "k3d", "ctlptl.dev": "ctlptl", "eksctl.io": "eksctl", "kubeadm.k8s.io": "kubeadm",
    "kubelet.config.k8s.io": "the kubelet", "kubeproxy.config.k8s.io": "kube-proxy",
    "kubescheduler.config.k8s.io": "the scheduler", "apiserver.config.k8s.io": "the API server",
    "audit.k8s.io": "the API server",
  ]

  /// nil for what is no tool's.
  init?(_ object: Value) {
    guard let apiVersion = object["apiVersion"]?.string, let kind = object["kind"]?.string else { return nil }
    if let name = Self.groups[String(apiVersion.prefix { $0 != "/" })] {
      self.name = name
      help = name == "kustomize" ? "import what it makes: kustomize build FOLDER | kc import yaml -" : nil
    } else if apiVersion == "v1", kind == "Config", object["clusters"]?.array != nil, object["contexts"]?.array != nil {
      name = "kubectl"
    } else {
      return nil
    }
  }
}
