internal import KCCodec
internal import KCData
internal import KCKube

/// The block that an object becomes.
///
/// Most become blocks of the standard library, `deployment web { … }`; kinds of Kubernetes that these cannot say, blocks
/// of the API's types, `k8s.apps.v1.Deployment web { … }`. What those cannot say either (other kinds, fields in the wrong
/// place) becomes an `object`, which holds anything.
struct BlockSource {
  let head: SourceImport.Head
  var text = ""
  var notes: [ImportNote] = []
  /// Whether it was to be a block of the standard library, and no such block says it.
  var isUnliftable = false
  /// Whether a part of it is said in the API's terms.
  var hasRaw = false
  /// The places of the objects that it refers to.
  private(set) var references: Set<Int> = []

  private let imported: ImportedObject
  private let fields: Fields
  /// The namespace that objects have which say none.
  private let namespace: String?

  /// What an object becomes; nil where it does not say what it is.
  ///
  /// - Parameter isLifted: whether a block of the standard library is to be tried.
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
    let isTyped = type != nil && isRegular(fields) && (name ?? prefix) != nil
    let wanted = name ?? prefix.map { String($0.trimmingDashes) } ?? kind.lowercased()
    let lifted = isLifted && isTyped ? Lifter.kind(of: object) : nil
    let blockKind = lifted ?? (isTyped ? blockKind(type, kind) : "object")
    let block = names.claim(kind: blockKind, name: wanted, objectKind: kind, namespace: namespace)
    return ImportIndex.Entry(
      head: SourceImport.Head(kind: blockKind, name: block), file: file, apiVersion: apiVersion, kind: kind,
      name: name ?? "", namespace: namespace, isLifted: lifted != nil, object: object)
  }

  /// - Parameters:
  ///   - place: the object's place in the index, which has an entry there.
  ///   - names: names that stand for texts.
  init?(
    _ imported: ImportedObject, at place: Int, in index: ImportIndex, names: [String: String], namespace: String?
  ) {
    guard let entry = index.entries[place], case .object(let fields) = imported.object else { return nil }
    self.imported = imported
    self.fields = fields
    self.namespace = namespace
    head = entry.head
    let type = ResourceTypes.builtin.find(apiVersion: entry.apiVersion, kind: entry.kind)
    if entry.isLifted {
      if let lifter = Lifter(imported.object, at: place, in: index, names: names, namespace: namespace) {
        var writer = SourceWriter(imported.comments, names: names, lines: lifter.lines)
        writer.write(lifter.lines, level: 1)
        hasRaw = lifter.hasRaw
        references = lifter.references.places
        finish(writer)
      } else {
        isUnliftable = true
      }
    } else {
      writeInTermsOfAPI(type, entry, names)
    }
    if type?.kind == "Secret", type?.group == "" { noteSecret() }
  }

  private mutating func writeInTermsOfAPI(
    _ type: ResourceType?, _ entry: ImportIndex.Entry, _ names: [String: String]
  ) {
    let metadata = fields["metadata"]?.object
    let name = metadata?["name"]?.string
    var writer = SourceWriter(imported.comments.filter { !isHeader($0) }, names: names)
    if head.kind != "object", let type {
      typed(&writer, type, name: name)
    } else {
      open(&writer, apiVersion: entry.apiVersion, kind: entry.kind, name: name, isKnown: type != nil)
      if type == nil {
        note("kc knows no \(entry.kind) of \(entry.apiVersion): the object is taken as it is, unchecked")
      } else if name == nil, metadata?["generateName"]?.string == nil {
        note("this \(entry.kind) has no name: the API server would refuse it")
      }
    }
    finish(writer)
  }

  static func blockKind(_ type: ResourceType?, _ kind: String) -> String {
    let group = (type?.group ?? "").isEmpty ? "core" : type?.group.split(separator: ".").first.map(String.init) ?? ""
    return "k8s.\(group).\(type?.version ?? "").\(kind)"
  }

  /// Whether the object is built as all objects of the API are.
  private static func isRegular(_ fields: Fields) -> Bool {
    guard case .object(let metadata)? = fields["metadata"] else { return false }
    if let name = metadata["name"], name.string == nil { return false }
    return fields.keys.allSatisfy { SourceText.isFieldName($0) && $0 != "name" && $0 != "named" }
  }

  private mutating func note(_ message: String) {
    notes.append(ImportNote(.warning, message, file: imported.file, line: imported.line))
  }

  private mutating func noteSecret() {
    let values = ["data", "stringData"].compactMap { fields[$0]?.object }.filter { !$0.isEmpty }
    guard !values.isEmpty else { return }
    notes.append(
      ImportNote(
        .note, "the values of the secret `\(head.name)` stand in the source as they stood in the manifest",
        help: "`secret \(head.name) { data { KEY = input.env(\"VARIABLE\") } }` keeps them out of files",
        file: imported.file, line: imported.line))
  }

  // MARK: Bodies

  private mutating func typed(_ writer: inout SourceWriter, _ type: ResourceType, name: String?) {
    let schema = KubeSchema.builtin
    guard let index = schema.type(apiVersion: type.apiVersion, kind: type.kind) else { return }
    let isMade = fields["metadata"]?["generateName"] != nil
    if let name, name != head.name, !isMade {
      writer.field("name", .string(name), .string, 1, FieldPath(), isBlock: true)
    }
    // In the order in which the object renders.
    let known = schema.types[index].fields.map(\.name).filter { $0 != "metadata" }
    let unknown = fields.keys.filter { schema.types[index].field($0) == nil }
    for key in ["metadata"] + known + unknown where !["apiVersion", "kind", "status"].contains(key) {
      guard let given = fields[key], !given.isNull else { continue }
      var value = PlainForm.value(given, .type(index), field: key)
      if key == "metadata" {
        if !isMade { value["name"] = nil }
        if namespace != nil, value["namespace"]?.string == namespace { value["namespace"] = nil }
        if value.object?.isEmpty ?? true { continue }
      }
      let shape = schema.types[index].field(key)?.shape
      writer.field(key, value, shape, 1, FieldPath(), isBlock: true)
    }
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
    for key in ["metadata", "spec"] {
      guard case .object(var inner)? = rest[key] else { continue }
      rest[key] = nil
      if key == "metadata" {
        if name != nil { inner["name"] = nil }
        if namespace != nil, inner["namespace"]?.string == namespace { inner["namespace"] = nil }
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
    if let last, imported.line > last + 1, others.isEmpty { text += "\n" }
    for comment in others { text += SourceWriter.text(comment) + "\n" }
  }

  private mutating func finish(_ writer: SourceWriter) {
    writeHeader(imported.comments.filter(isHeader), writer.leftComments)
    let title = "\(head.kind) \(SourceText.blockName(head.name))"
    text += writer.out.isEmpty ? "\(title) {}\n" : "\(title) {\n\(writer.out)}\n"
    for comment in imported.comments where comment.position == .atEnd { text += SourceWriter.text(comment) + "\n" }
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
