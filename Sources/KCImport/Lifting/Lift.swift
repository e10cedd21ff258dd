internal import KCData

/// Texts that the objects of an import repeat, and the names that they get.
///
/// What one file repeats is declared in it; what several do, in `shared.kc`, which they import.
struct Lift {
  /// What the file with the names of all may be called; the first that no object is.
  static let modules = ["shared", "shared-values", "values-of-all-files"]
  let module: String
  /// That file.
  var sharedPath: String { "\(module).kc" }

  struct Declaration {
    var name: String
    var text: String
    var isImage: Bool
    var line: String { "\(isImage ? "param" : "let") \(name) = \(SourceText.quoted(text))\n" }
  }

  /// A name for several values or lines, as it is written where it is declared.
  struct GroupDeclaration {
    var name: String
    var group: LiftedGroup
    /// Whether its texts are no others' that happen to be the same.
    var isPlain: Bool

    func text(_ names: [String: String]) -> String { group.declaration(name, isPlain ? [:] : names) }
  }

  /// The names by file, as that file writes them.
  private(set) var names: [String: LiftedNames] = [:]
  /// What each file declares.
  private var own: [String: [Declaration]] = [:]
  private var shared: [Declaration] = []
  private var ownGroups: [String: [GroupDeclaration]] = [:]
  private var sharedGroups: [GroupDeclaration] = []
  /// Names that stand for something already.
  private var taken: Set<String>

  /// Fields whose texts are worth a name: what changes at all places at once when it changes.
  private static let fields: Set<String> = [
    "image", "host", "hostname", "hostnames", "server", "url", "uri", "endpoint", "address", "repo", "repoURL",
    "repository", "registry", "domain", "storageClassName", "priorityClassName", "serviceAccountName", "secretName",
    "claimName", "schedule", "timeZone", "ingressClassName", "value",
  ]
  /// A text of any field that is at least this long, in bytes.
  private static let long = 32
  /// The shortest text that is lifted, and how often it has to stand there.
  private static let shortest = 8
  private static let fewest = 3
  /// Fields whose texts have a meaning to Kubernetes, or stand once in what they are the content of.
  static let plainFields = LiftedNames.labels.union([
    "annotations", "apiVersion", "kind", "labels", "matchLabels", "selector", "data", "stringData", "binaryData",
    "command", "args", "script", "name", "description", "topologyKey", "fieldPath", "podAnnotations",
  ])

  /// Fields that name an object of one kind: a text that stands in several of them, or is a namespace, names several
  /// things that happen to be called alike.
  private static let references: Set<String> = [
    "claimName", "ingressClassName", "namespace", "priorityClassName", "secretName", "serviceAccountName",
    "storageClassName",
  ]

  private struct Use {
    var key: String
    /// The fields that it stands in.
    var keys: Set<String> = []
    var word: String
    var count = 0
    var files: [String] = []
    var fewest: Int { key == "image" ? 2 : Lift.fewest }
  }

  /// - Parameter paths: the source file of each object.
  init(_ objects: [ImportedObject], paths: [String]) {
    var uses: [String: Use] = [:]
    var order: [String] = []
    taken = Set(objects.compactMap { $0.object.at("metadata", "name")?.string })
    module = Self.modules.first { [taken] in !taken.contains($0) } ?? Self.modules[0]
    taken.insert(module)
    for path in paths { names[path] = LiftedNames(isLooking: true) }
    for (imported, path) in zip(objects, paths) {
      let object = imported.object
      if Self.isGenerated(object) { continue }
      for (key, value) in object.object ?? [:] where key != "metadata" {
        Self.count(value, key, path, &uses, &order, depth: 0)
      }
      if let namespace = object.at("metadata", "namespace") {
        Self.count(namespace, "namespace", path, &uses, &order, depth: 0)
      }
    }
    let spaces = Set(objects.compactMap { $0.object.at("metadata", "namespace")?.string })
    let lifted = order.compactMap { text in uses[text].map { (text, $0) } }.filter { text, use in
      let names = use.keys.intersection(Self.references).union(spaces.contains(text) ? ["namespace"] : [])
      return use.count >= use.fewest && (names.isEmpty || use.keys.union(names).count == 1)
    }
    let keys = Dictionary(lifted.map { ($1.word, 1) }, uniquingKeysWith: +)
    for (text, use) in lifted {
      let stem = keys[use.word] == 1 || use.word != use.key ? use.word : "\(Self.slug(text))-\(use.key)"
      guard SourceText.isBlockName(stem) else { continue }
      declare(Declaration(name: free(stem), text: text, isImage: use.key == "image"), in: use.files)
    }
  }

  /// Whether a tool has written an object: what it repeats is nothing that a person changes.
  static func isGenerated(_ object: Value) -> Bool { object["kind"] == "CustomResourceDefinition" }

  /// A name that stands for nothing yet.
  private mutating func free(_ stem: String) -> String {
    var name = stem
    var number = 1
    while !taken.insert(name).inserted {
      number += 1
      name = "\(stem)-\(number)"
    }
    return name
  }

  /// What tells a text from others, as a name: `redis` for `docker.io/library/redis:8`.
  static func slug(_ text: String) -> String {
    let last = text.split(separator: "/").last ?? ""
    var out = ""
    for byte in last.prefix(while: { $0 != ":" && $0 != "@" }).lowercased().utf8.prefix(32) {
      switch byte {
      case 97...122: out.unicodeScalars.append(Unicode.Scalar(byte))
      case 48...57 where !out.isEmpty && out.last != "-": out.unicodeScalars.append(Unicode.Scalar(byte))
      default: if out.last != "-", !out.isEmpty { out += "-" }
      }
    }
    while out.last == "-" { out.removeLast() }
    return out.isEmpty ? "other" : out
  }

  private mutating func declare(_ declaration: Declaration, in files: [String]) {
    if files.count == 1 {
      own[files[0], default: []].append(declaration)
    } else {
      shared.append(declaration)
    }
    let name = files.count == 1 ? declaration.name : "\(module).\(declaration.name)"
    for file in files {
      if declaration.isImage {
        names[file, default: LiftedNames()].images[declaration.text] = name
      } else {
        names[file, default: LiftedNames()].texts[declaration.text] = name
      }
    }
  }

  /// Gives names to groups of values and lines, which were found where objects were written.
  ///
  /// - Parameter uses: where they stand, with the source file and the object.
  mutating func name(_ uses: [(use: LiftedUse, file: String, object: Value)]) {
    let found = LiftedRepeats(uses)
    let fields = Dictionary(found.repeats.map { ($0.field, 1) }, uniquingKeysWith: +)
    for repeated in found.repeats {
      let isAlone = fields[repeated.field] == 1 || repeated.owner.isEmpty
      let stem = isAlone ? repeated.field : "\(repeated.owner)-\(repeated.field)"
      guard SourceText.isBlockName(stem), SourceText.isBare(stem) else { continue }
      let isFree = !SourceText.isStandardName(stem) && Lifter.kinds.values.allSatisfy { $0 != stem }
      let declaration = GroupDeclaration(
        name: free(isFree ? stem : "\(stem)-values"), group: repeated.group,
        isPlain: Self.plainFields.contains(repeated.use))
      let isOwn = repeated.files.count == 1
      if isOwn {
        ownGroups[repeated.files[0], default: []].append(declaration)
      } else {
        sharedGroups.append(declaration)
      }
      let name = isOwn ? declaration.name : "\(module).\(declaration.name)"
      for file in repeated.files { names[file, default: LiftedNames()].add(repeated.group, name) }
    }
    for file in names.keys { names[file]?.isLooking = false }
  }

  /// What stands at the beginning of a file: the import of what it shares, and its own names.
  ///
  /// - Parameter body: what the file says; what it does not use is left out. Nil for all.
  func head(of file: String, for body: String?) -> (imports: String, declarations: String) {
    var used = body.map(words)
    // A text that stands in nothing but a group needs no name.
    let texts = (names[file]?.texts ?? [:]).filter { used?.contains($0.value) ?? true }
    let groups = (ownGroups[file] ?? []).filter { used?.contains($0.name) ?? true }
      .map { $0.text(texts) }
    for text in groups { used?.formUnion(words(text)) }
    let hasShared = !shared.isEmpty || !sharedGroups.isEmpty
    let usesShared = hasShared && used?.contains(module) ?? (names[file] != nil)
    let imports = usesShared ? "import \"\(FileNames.path(to: sharedPath, from: file))\"\n" : ""
    let declarations = (own[file] ?? []).filter { used?.contains($0.name) ?? true }
    return (imports, declarations.map(\.line).joined() + groups.joined())
  }

  /// The file with the names of all; nil where nobody uses one.
  func sharedText(for bodies: [String]?) -> String? {
    let used = bodies.map { $0.reduce(into: Set<String>()) { $0.formUnion(words($1)) } }
    let known = shared.filter { used?.contains("\(module).\($0.name)") ?? true }
    let texts = Dictionary(known.filter { !$0.isImage }.map { ($0.text, $0.name) }) { first, _ in first }
    let groups = sharedGroups.filter { used?.contains("\(module).\($0.name)") ?? true }
      .map { $0.text(texts) }
    let declarations = known.map(\.line) + groups
    return declarations.isEmpty ? nil : "// What several files say.\n\n" + declarations.joined()
  }

  /// The names in a source, and what follows the name of the file with all, with it.
  private func words(_ source: String) -> Set<String> {
    var words: Set<String> = []
    var start: Int?
    let bytes = Array(source.utf8)
    let own = Array("\(module).".utf8)
    for place in 0...bytes.count {
      let byte = place < bytes.count ? bytes[place] : 0x20
      switch byte {
      case 97...122, 65...90, 48...57, UInt8(ascii: "_"), UInt8(ascii: "-"): if start == nil { start = place }
      default:
        if let first = start {
          let isShared = first >= own.count && Array(bytes[(first - own.count)..<first]) == own
          let word = String(decoding: bytes[first..<place], as: UTF8.self)
          words.insert(isShared ? "\(module).\(word)" : word)
        }
        start = nil
      }
    }
    return words
  }

  private static func count(
    _ value: Value, _ key: String, _ file: String, _ uses: inout [String: Use], _ order: inout [String], depth: Int,
    word: String? = nil
  ) {
    guard depth < 100, !plainFields.contains(key) else { return }
    switch value {
    case .object(let fields):
      // What a variable holds is called as it is.
      let word = fields["value"] != nil ? fields["name"]?.string.map(slug) : nil
      for (key, inner) in fields { count(inner, key, file, &uses, &order, depth: depth + 1, word: word) }
    case .array(let elements): for inner in elements { count(inner, key, file, &uses, &order, depth: depth + 1) }
    case .string(let text):
      let least = key == "image" ? 1 : fields.contains(key) ? shortest : long
      guard text.utf8.count >= least, text.utf8.count <= 160, !text.utf8.contains(0x0a), !isWord(text) else { return }
      if uses[text] == nil { order.append(text) }
      uses[text, default: Use(key: key, word: key == "value" ? word ?? key : key)].count += 1
      uses[text]?.keys.insert(key)
      if uses[text]?.files.last != file, uses[text]?.files.contains(file) == false { uses[text]?.files.append(file) }
    default: return
    }
  }

  /// `RollingUpdate`, `NoSchedule`: a word that means something to Kubernetes.
  private static func isWord(_ text: String) -> Bool {
    (65...90).contains(text.utf8.first ?? 0)
      && text.utf8.allSatisfy { (65...90).contains($0) || (97...122).contains($0) }
  }
}
