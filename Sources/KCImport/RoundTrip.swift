internal import KCCodec
public import KCData
internal import KCKube
internal import KCLang
internal import KCSyntax

/// The proof that imported source says what the manifests said: it is compiled, and the objects are compared.
public struct RoundTrip: Sendable {
  /// An object that does not come out as it went in.
  public struct Difference: Sendable, Hashable {
    public var file: String
    public var line: Int
    public var address: String
    /// What differs: a path with both values, or that the object is missing.
    public var message: String
  }

  /// How many objects were compared.
  public private(set) var total = 0
  public private(set) var differences: [Difference] = []
  /// Objects whose source the compiler finds wrong, by their place in what was given, with the first message.
  public private(set) var refused: [Int: String] = [:]
  /// Diagnostics as a person reads them, the errors first.
  public private(set) var diagnostics: [String] = []
  public private(set) var errorCount = 0
  /// What each object came out as; nil for those that did not.
  public private(set) var rendered: [Value?]

  public var agreed: Int { total - differences.count }

  /// Compiles what an import made of objects, and compares.
  ///
  /// - Parameters:
  ///   - checksObjects: whether what the API server refuses is an error, as it is for `kc check`.
  ///   - folder: where the source was written to; nil where it was not, and the objects' places are said instead.
  public init(
    _ objects: [ImportedObject], _ result: SourceImport.Result, checksObjects: Bool = false, folder: String? = nil
  ) {
    var texts: [String: String] = [:]
    for file in result.files { texts[file.path] = file.text }
    var options = CompileOptions()
    options.checksObjects = checksObjects
    let compilation = Compilation(
      entry: result.files.map(\.path), provider: MemorySources(texts), options: options)
    var outcomes: [String: Value] = [:]
    for resource in compilation.resources { outcomes[resource.address] = resource.object }
    rendered = result.addresses.map { outcomes[$0] }
    note(compilation, objects, result, folder: folder)
    for (index, object) in objects.enumerated() where result.addresses.indices.contains(index) {
      total += 1
      guard let message = Self.difference(object.object, rendered[index]) else { continue }
      differences.append(
        Difference(file: object.file, line: object.line, address: result.addresses[index], message: message))
    }
  }

  /// Writes down errors, and the objects that they lie in.
  private mutating func note(
    _ compilation: Compilation, _ objects: [ImportedObject], _ result: SourceImport.Result, folder: String?
  ) {
    var starts: [String: [(line: Int, index: Int)]] = [:]
    var places: [String: Int] = [:]
    for (index, address) in result.addresses.enumerated() { places[address] = index }
    for resource in compilation.resources {
      guard let index = places[resource.address] else { continue }
      starts[resource.origin.file, default: []].append((resource.origin.line, index))
    }
    let own = Set(result.files.map(\.path))
    let files = compilation.sources.map { file in
      guard let folder, own.contains(file.path) else { return file }
      return SourceFile(id: file.id, path: "\(folder)/\(file.path)", bytes: file.bytes)
    }
    let reporter = DiagnosticText(files: files)
    for diagnostic in compilation.diagnostics where diagnostic.severity == .error {
      var index: Int?
      if compilation.sources.indices.contains(diagnostic.span.file) {
        let file = compilation.sources[diagnostic.span.file]
        let line = file.line(at: diagnostic.span.start)
        index = starts[file.path]?.last { $0.line <= line }?.index
      }
      errorCount += 1
      if diagnostics.count < Self.mostShown {
        let text = reporter.render(diagnostic)
        diagnostics.append(folder == nil ? Self.text(diagnostic, at: index.map { objects[$0] }) ?? text : text)
      }
      if let index, refused[index] == nil { refused[index] = "\(diagnostic.code): \(diagnostic.message)" }
    }
  }

  private static let mostShown = 50

  /// An error with the place of the object that it lies in; nil where it lies in none.
  private static func text(_ diagnostic: Diagnostic, at object: ImportedObject?) -> String? {
    guard let object, !object.file.isEmpty else { return nil }
    var lines = ["\(object.file):\(object.line): error[\(diagnostic.code)]: \(diagnostic.message)"]
    lines += diagnostic.notes.map { "  note: \($0)" }
    if let help = diagnostic.help { lines.append("  help: \(help)") }
    return lines.joined(separator: "\n")
  }

  /// What the API server would make of an object: its defaults filled in, in the form that it writes, without what says
  /// nothing.
  public static func normal(_ object: Value) -> Value {
    guard let type = ResourceTypes.builtin.find((object["apiVersion"]?.string, object["kind"]?.string)) else {
      var copy = object
      if let metadata = object["metadata"] {
        let plain = PlainForm.metadata(metadata)
        copy["metadata"] = plain.object?.isEmpty ?? false ? nil : plain
      }
      return GatewayForm.plain(copy)
    }
    var copy = object
    copy["status"] = nil
    Defaulting.apply(to: &copy, type: type)
    return PlainForm.object(copy, type)
  }

  /// Where two objects differ, as the API server reads them; nil where they do not.
  public static func difference(_ original: Value, _ rendered: Value?) -> String? {
    guard var rendered else { return "it is missing from what the source renders to" }
    var original = original
    let type = ResourceTypes.builtin.find((original["apiVersion"]?.string, original["kind"]?.string))
    if saysNoNamespace(original), original["metadata"]?.object != nil, type?.namespaced ?? true {
      // The project's namespace, which the source does not say.
      rendered.set(nil, at: "metadata", "namespace")
      original.set(nil, at: "metadata", "namespace")
    }
    if type != nil { original["status"] = nil }
    if original == rendered { return nil }
    return first(normal(original), normal(rendered), FieldPath(), 0)
  }

  /// Whether an object leaves its namespace to the one who applies it: `null` and an empty text say none, either.
  private static func saysNoNamespace(_ object: Value) -> Bool {
    guard let namespace = object.at("metadata", "namespace") else { return true }
    return namespace.isNull || namespace == ""
  }

  private static func first(_ left: Value, _ right: Value, _ path: FieldPath, _ depth: Int) -> String? {
    if left == right { return nil }
    guard depth < 512 else { return "\(path) differs" }
    switch (left, right) {
    case (.object(let one), .object(let other)):
      for (key, value) in one {
        guard let partner = other[key] else { return "\(path.field(key)) is missing" }
        if let found = first(value, partner, path.field(key), depth + 1) { return found }
      }
      for key in other.keys where one[key] == nil { return "\(path.field(key)) is added" }
      return nil
    case (.array(let one), .array(let other)) where one.count == other.count:
      for index in one.indices {
        if let found = first(one[index], other[index], path.index(index), depth + 1) { return found }
      }
      return nil
    default: return "\(path): \(shown(left)) became \(shown(right))"
    }
  }

  private static func shown(_ value: Value) -> String {
    let text = JSON.text(value)
    return text.count > 80 ? "\(text.prefix(77))…" : text
  }
}
