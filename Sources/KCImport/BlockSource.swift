internal import KCCodec
internal import KCData
internal import KCKube

/// The block that an object becomes.
///
/// Most become blocks of the standard library, `deployment web { … }`; what these cannot say, blocks of the API's kinds,
/// `k8s.apps.v1.Deployment web { … }` or `example.com.v1.Widget w { … }`. What those cannot say either (no name, fields
/// in the wrong place) becomes an `object`, which holds anything.
struct BlockSource {
  let head: SourceImport.Head
  var text = ""
  var notes: [ImportNote] = []
  /// Whether it was to be a block of the standard library, and no such block says it.
  var isUnliftable = false
  /// Whether a part of it is said in the API's terms.
  var hasRaw = false
  /// Whether kc has no schema of its kind.
  private(set) var isUnchecked = false
  /// What could get a name, where that is looked for.
  private(set) var uses: [LiftedUse] = []
  /// The places of the objects that it refers to.
  private(set) var references: Set<Int> = []

  private let imported: ImportedObject
  private let fields: Fields
  /// The namespace that objects have which say none.
  private let namespace: String?

  /// What an object becomes; nil where it does not say what it is.
  ///
  /// - Parameter isLifted: whether a block is to be tried that the compiler may refuse: one of the standard library, or
  ///   one with pods of a kind that kc does not know.
  static func entry(
    _ object: Value, file: String, isLifted: Bool, _ names: inout BlockNames
  ) -> ImportIndex.Entry? {
    guard case .object(let fields) = object, let apiVersion = fields["apiVersion"]?.string,
      let kind = fields["kind"]?.string
    else { return nil }
    let metadata = fields["metadata"]?.object
    let name = metadata?["name"]?.string
    let prefix = metadata?["generateName"]?.string
    let namespace = metadata?["namespace"]?.string
    let type = ResourceTypes.builtin.find(apiVersion: apiVersion, kind: kind)
    let isTyped = isRegular(fields, type) && (name ?? prefix) != nil
    let wanted = Self.name(of: object) ?? kind.lowercased()
    let lifted = isLifted && isTyped ? Lifter.kind(of: object) : nil
    let hasPods = WorkloadLabels.hasPods(object)
    let custom = isTyped && type == nil && (isLifted || !hasPods) ? customKind(apiVersion, kind, fields) : nil
    let typed = isTyped ? type.map { Self.blockKind($0, kind) } ?? custom : nil
    let blockKind = lifted ?? typed ?? "object"
    let block = names.claim(kind: blockKind, name: wanted, objectKind: kind, namespace: namespace, file: file)
    return ImportIndex.Entry(
      head: SourceImport.Head(kind: blockKind, name: block), file: file, apiVersion: apiVersion, kind: kind,
      name: name ?? "", namespace: namespace, isLifted: lifted != nil,
      isTried: lifted != nil || custom != nil && hasPods, object: object)
  }

  /// The name of an object, or what the API server is to make one of: `sweep` for `generateName: sweep-`. Nil where
  /// there is neither.
  static func name(of object: Value) -> String? {
    object.at("metadata", "name")?.string
      ?? object.at("metadata", "generateName")?.string.map { String($0.trimmingDashes) }
  }

  /// - Parameters:
  ///   - place: the object's place in the index, which has an entry there.
  ///   - names: names that stand for what is repeated.
  init?(
    _ imported: ImportedObject, at place: Int, in index: ImportIndex, names: LiftedNames, namespace: String?
  ) {
    guard let entry = index.entries[place], case .object(let fields) = imported.object else { return nil }
    self.imported = imported
    self.fields = fields
    self.namespace = namespace
    head = entry.head
    let type = ResourceTypes.builtin.find(apiVersion: entry.apiVersion, kind: entry.kind)
    if entry.isLifted {
      if let lifter = Lifter(imported.object, at: place, in: index, names: names, namespace: namespace) {
        if names.isLooking { uses = names.uses(in: lifter.lines) }
        let lines = names.lifted(lifter.lines)
        var writer = SourceWriter(imported.comments, names: names, lines: lines, of: imported.object)
        writer.write(lines, level: 1)
        hasRaw = lifter.hasRaw
        references = lifter.references.places
        finish(writer)
      } else {
        isUnliftable = true
      }
    } else {
      writeInTermsOfAPI(type, entry, names)
    }
  }

  private mutating func writeInTermsOfAPI(
    _ type: ResourceType?, _ entry: ImportIndex.Entry, _ names: LiftedNames
  ) {
    let metadata = fields["metadata"]?.object
    let name = metadata?["name"]?.string
    var writer = SourceWriter(imported.comments.filter { !isHeader($0) }, names: names)
    if head.kind != "object" {
      typed(&writer, type.flatMap { KubeSchema.builtin.type(apiVersion: $0.apiVersion, kind: $0.kind) }, name: name)
      if type == nil { isUnchecked = true }
    } else {
      open(&writer, apiVersion: entry.apiVersion, kind: entry.kind, name: name, isKnown: type != nil)
      if type == nil {
        isUnchecked = true
      } else if name == nil, metadata?["generateName"]?.string == nil {
        note("this \(entry.kind) has no name: the API server would refuse it")
      }
    }
    finish(writer)
  }

  private static func blockKind(_ type: ResourceType, _ kind: String) -> String {
    let group = type.group.split(separator: ".").first ?? "core"
    return "k8s.\(group).\(type.version).\(kind)"
  }

  /// `example.com.v1.Widget`: a kind that kc does not know, as a block's; nil where it cannot be one.
  private static func customKind(_ apiVersion: String, _ kind: String, _ fields: Fields) -> String? {
    let parts = apiVersion.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, fields["spec"].map({ $0.object != nil }) ?? true,
      KubeSchema.builtin.type(apiVersion: apiVersion, kind: kind) == nil
    else { return nil }
    let name = "\(parts[0]).\(parts[1]).\(kind)"
    // Names that begin so are those of Kubernetes' own types, but for groups that are domains.
    let isBuiltin = parts[0].hasPrefix("k8s.") && (parts[0].hasSuffix(".k8s.io") || parts[0] == "k8s.io")
    let isSpeakable =
      !isBuiltin
      && name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { SourceText.isFieldName(String($0)) }
    let isVersion = parts[1].first == "v" && parts[1].dropFirst().first?.isNumber ?? false
    let isKind = kind.first.map { $0.isUppercase || parts[0].contains(".") && $0.isLowercase } ?? false
    return isSpeakable && isVersion && isKind ? name : nil
  }

  /// Whether the object is built as all objects of the API are.
  private static func isRegular(_ fields: Fields, _ type: ResourceType?) -> Bool {
    guard case .object(let metadata)? = fields["metadata"] else { return false }
    if let name = metadata["name"], name.string == nil { return false }
    if let type, let shape = KubeSchema.builtin.type(apiVersion: type.apiVersion, kind: type.kind) {
      // A block of the type has its fields alone; the API server would refuse others, such as those of SOPS, and these.
      let known = KubeSchema.builtin.types[shape]
      for (key, value) in fields where key != "status" {
        guard let field = known.field(key) else { return false }
        if case .map = field.shape, value.object == nil, !value.isNull { return false }
      }
    }
    return fields.keys.allSatisfy { SourceText.isFieldName($0) && $0 != "name" && $0 != "named" }
  }

  private mutating func note(_ message: String) {
    notes.append(ImportNote(.warning, message, file: imported.file, line: imported.line))
  }

  /// Whether it says what a secret holds.
  var hasSecretValues: Bool {
    fields["apiVersion"]?.string == "v1" && fields["kind"]?.string == "Secret"
      && ["data", "stringData"].contains { (fields[$0]?.object ?? [:]).values.contains { $0.string?.isEmpty == false } }
  }

  /// Whether SOPS has encrypted its values: it adds a field at the top.
  var isSealed: Bool { fields["sops"]?.object?["mac"] != nil }

  // MARK: Bodies

  /// - Parameter type: the type's place in the schema of the API; nil for a kind that is not in it.
  private mutating func typed(_ writer: inout SourceWriter, _ type: Int?, name: String?) {
    let isMade = fields["metadata"]?["generateName"] != nil
    if let name, name != head.name, !isMade {
      writer.field("name", .string(name), .string, 1, FieldPath(), isBlock: true)
    }
    for key in order(type) {
      guard let given = fields[key], !given.isNull || type == nil else { continue }
      var value = type.map { PlainForm.value(given, .type($0), field: key) } ?? given
      if key == "metadata" {
        if type == nil { value = PlainForm.metadata(value) }
        if !isMade { value["name"] = nil }
        if type != nil, namespace != nil, value["namespace"]?.string == namespace { value["namespace"] = nil }
        if value.object?.isEmpty ?? true { continue }
      }
      let shape = type.flatMap { KubeSchema.builtin.types[$0].field(key)?.shape }
      // Of a kind that is not known, only these are sure to be records in all objects.
      let isBlock = type != nil || key == "metadata" || key == "spec"
      writer.field(key, value, shape, 1, FieldPath(), isBlock: isBlock)
    }
  }

  /// The fields that are written, in one order for all objects of the kind: what they are about comes before long lists.
  private func order(_ type: Int?) -> [String] {
    let known = type.map { KubeSchema.builtin.types[$0].fields.map(\.name) } ?? ["metadata", "spec"]
    let unknown = fields.keys.filter { !known.contains($0) }.sorted()
    let all = (known + unknown).filter { fields[$0] != nil && $0 != "metadata" && $0 != "apiVersion" && $0 != "kind" }
    func isScalar(_ key: String) -> Bool { fields[key]?.object == nil && fields[key]?.array == nil }
    return (fields["metadata"] == nil ? [] : ["metadata"])
      + (all.filter(isScalar) + all.filter { !isScalar($0) }).filter { type == nil || $0 != "status" }
  }

  private mutating func open(
    _ writer: inout SourceWriter, apiVersion: String, kind: String, name: String?, isKnown: Bool
  ) {
    if let name {
      if name != head.name { writer.field("name", .string(name), nil, 1, FieldPath(), isBlock: true) }
    } else {
      writer.field("named", .bool(false), nil, 1, FieldPath(), isBlock: true)
    }
    writer.field("apiVersion", .string(apiVersion), nil, 1, FieldPath(), isBlock: true)
    writer.field("kind", .string(kind), nil, 1, FieldPath(), isBlock: true)
    var rest = fields.filter { key, _ in key != "apiVersion" && key != "kind" }
    if isKnown { rest["status"] = nil }
    // What stands in `raw` is held against the API.
    for key in isKnown ? ["metadata"] : ["metadata", "spec"] {
      guard case .object(var inner)? = rest[key] else { continue }
      rest[key] = nil
      if key == "metadata" {
        inner = PlainForm.metadata(.object(inner)).object ?? inner
        if name != nil { inner["name"] = nil }
        if isKnown, namespace != nil, inner["namespace"]?.string == namespace { inner["namespace"] = nil }
        writeCommon(&writer, &inner)
        if inner.isEmpty { continue }
      }
      writer.field(key, .object(inner), nil, 1, FieldPath(), isBlock: true)
    }
    guard !rest.isEmpty else { return }
    writer.raw(rest)
  }

  /// What an `object` has fields for, as all blocks do: the namespace, labels and annotations.
  private func writeCommon(_ writer: inout SourceWriter, _ metadata: inout Fields) {
    let path = FieldPath("metadata")
    if let space = metadata["namespace"]?.string, SourceText.isLabel(space) {
      writer.field("namespace", .string(space), nil, 1, path, isBlock: true)
      metadata["namespace"] = nil
    }
    for key in ["labels", "annotations"] {
      guard let fields = metadata[key]?.object, !fields.isEmpty, fields.values.allSatisfy({ $0.string != nil }) else {
        continue
      }
      writer.field(key, .object(fields), nil, 1, path, isBlock: false)
      metadata[key] = nil
    }
  }

  /// Whether a comment is about the whole object: it stands above the first field.
  private func isHeader(_ comment: YAML.Comment) -> Bool {
    guard comment.position == .above, let first = fields.keys.first else { return false }
    return comment.path.elements == [.field(first)]
  }

  /// Comments above the block, with the empty lines that stood between them: a licence, say, and what the object is for.
  private mutating func writeHeader(_ header: [YAML.Comment], _ left: [YAML.Comment]) {
    var last: Int?
    for comment in header {
      if let last, comment.line > last + 1 { text += "\n" }
      text += SourceWriter.text(comment) + "\n"
      last = comment.line
    }
    let others = left.filter { !isHeader($0) }
    if let last, imported.line > last + 1 { text += "\n" }
    for comment in others { text += SourceWriter.text(comment) + "\n" }
  }

  private mutating func finish(_ writer: SourceWriter) {
    uses = Lift.isGenerated(imported.object) ? [] : uses + writer.uses
    writeHeader(imported.comments.filter(isHeader), writer.remarks.left)
    let title = "\(head.kind) \(SourceText.blockName(head.name))"
    text += writer.out.isEmpty ? "\(title) {}\n" : "\(title) {\n\(writer.out)}\n"
    var last: Int?
    for comment in imported.comments where comment.position == .atEnd {
      if let last, comment.line > last + 1 { text += "\n" }
      text += SourceWriter.text(comment) + "\n"
      last = comment.line
    }
  }
}

extension String {
  /// `web-` as `web`.
  fileprivate var trimmingDashes: Substring {
    var text = self[...]
    while text.last == "-" || text.last == "." { text.removeLast() }
    return text
  }
}
