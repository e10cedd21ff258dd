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
  public init(_ objects: [ImportedObject], _ result: SourceImport.Result) {
    var texts: [String: String] = [:]
    for file in result.files { texts[file.path] = file.text }
    let compilation = Compilation(entry: result.files.map(\.path), provider: MemorySources(texts))
    var outcomes: [String: Value] = [:]
    for resource in compilation.resources { outcomes[resource.address] = resource.object }
    rendered = result.addresses.map { outcomes[$0] }
    let reporter = DiagnosticText(files: compilation.sources)
    for diagnostic in compilation.diagnostics where diagnostic.severity == .error {
      errorCount += 1
      if diagnostics.count < 50 { diagnostics.append(reporter.render(diagnostic)) }
    }
    note(compilation, result)
    for (index, object) in objects.enumerated() where result.addresses.indices.contains(index) {
      total += 1
      guard let message = Self.difference(object.object, rendered[index]) else { continue }
      differences.append(
        Difference(file: object.file, line: object.line, address: result.addresses[index], message: message))
    }
  }

  /// Finds the objects that errors lie in.
  private mutating func note(_ compilation: Compilation, _ result: SourceImport.Result) {
    var starts: [String: [(line: Int, index: Int)]] = [:]
    var places: [String: Int] = [:]
    for (index, address) in result.addresses.enumerated() { places[address] = index }
    for resource in compilation.resources {
      guard let index = places[resource.address] else { continue }
      starts[resource.origin.file, default: []].append((resource.origin.line, index))
    }
    for diagnostic in compilation.diagnostics where diagnostic.severity == .error {
      guard compilation.sources.indices.contains(diagnostic.span.file) else { continue }
      let file = compilation.sources[diagnostic.span.file]
      let line = file.line(at: diagnostic.span.start)
      guard let index = (starts[file.path] ?? []).last(where: { $0.line <= line })?.index, refused[index] == nil else {
        continue
      }
      refused[index] = "\(diagnostic.code): \(diagnostic.message)"
    }
  }

  /// What the API server would make of an object: its defaults filled in, in the form that it writes, without what says
  /// nothing.
  public static func normal(_ object: Value) -> Value {
    guard let type = ResourceTypes.builtin.find((object["apiVersion"]?.string, object["kind"]?.string)) else {
      var copy = object
      if let metadata = object["metadata"] { copy["metadata"] = PlainForm.metadata(metadata) }
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
    if original.at("metadata", "namespace") == nil, original["metadata"]?.object != nil, type?.namespaced ?? true {
      // The project's namespace, which the source does not say.
      rendered.set(nil, at: "metadata", "namespace")
    }
    if type != nil { original["status"] = nil }
    if original == rendered { return nil }
    return first(normal(original), normal(rendered), FieldPath(), 0)
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
