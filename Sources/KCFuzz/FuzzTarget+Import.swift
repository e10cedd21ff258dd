import KCCodec
import KCData
import KCImport
import KCKube
import KCLang
import KCSyntax

/// Importers: what they write compiles or says why not, is laid out as the formatter lays it out, and says the same.
extension FuzzTarget {
  static func manifest(_ bytes: [UInt8]) -> String? {
    let (objects, _) = ManifestReader.read(bytes, file: "in.yaml")
    let result = SourceImport.source(for: objects)
    if let problem = layout(result.files.map(\.text)) { return problem }
    let proof = RoundTrip(objects, result)
    // What kc refuses to say was reported; what it says, it says rightly.
    guard proof.errorCount == 0, let wrong = proof.differences.first else { return nil }
    return "\(wrong.address): \(wrong.message)"
  }

  static func compose(_ bytes: [UInt8]) -> String? {
    let result = ComposeImport(files: ["compose.yaml"]) { $0 == "compose.yaml" ? bytes : nil }
    if result.hasErrors { return nil }
    _ = compile(result.source)
    return layout([result.source])
  }

  static func definition(_ bytes: [UInt8]) -> String? {
    var result = CRDImport()
    result.read("crd.yaml", bytes)
    for module in result.modules {
      if let problem = layout([module.source]) { return problem }
      _ = compile(module.source)
    }
    guard let values = try? YAML.parseAll(bytes) else { return nil }
    var schema = KubeSchema.builtin
    for value in values { schema.insert(definition: value) }
    for value in values.prefix(4) {
      _ = KubeSchema.unreadableRules(of: value)
      for module in result.modules.prefix(4) {
        let whole = schema.completed(value, apiVersion: module.apiVersion, kind: module.kind)
        _ = schema.unknownFields(of: whole, apiVersion: module.apiVersion, kind: module.kind)
        _ = schema.violations(of: whole, old: value, apiVersion: module.apiVersion, kind: module.kind)
      }
    }
    return nil
  }

  static func wire(_ bytes: [UInt8]) -> String? {
    _ = try? Protobuf.decode(bytes)
    for kind in ["Pod", "Service", "Event"] {
      func field(_ number: UInt8, _ inner: some Collection<UInt8>) -> [UInt8] {
        [number << 3 | 2, UInt8(clamping: inner.count)] + inner.prefix(255)
      }
      let type = field(1, "v1".utf8) + field(2, kind.utf8)
      var length: [UInt8] = []
      var rest = bytes.count
      repeat {
        length.append(UInt8(rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
        rest >>= 7
      } while rest > 0
      _ = try? Protobuf.decode([0x6b, 0x38, 0x73, 0] + field(1, type) + [0x12] + length + bytes)
    }
    return nil
  }

  /// Defaults are filled in once for all; checks end, whatever they find.
  static func object(_ bytes: [UInt8]) -> String? {
    guard let value = try? JSON.parse(bytes), let type = ResourceTypes.builtin.find((value.apiVersion, value.kind))
    else { return nil }
    _ = Validation.unknownFields(value, type: type)
    guard Validation.decode(value, type: type) == nil else { return nil }
    var once = value
    Defaulting.apply(to: &once, type: type)
    var twice = once
    Defaulting.apply(to: &twice, type: type)
    if once != twice { return "defaults of defaults differ" }
    _ = Validation.create(once, type: type)
    _ = Validation.update(once, old: value, type: type)
    return nil
  }

  private static func compile(_ text: String) -> Compilation {
    var options = CompileOptions()
    options.stepLimit = 200_000
    return Compilation(entry: ["main.kc"], provider: MemorySources(["main.kc": text]), options: options)
  }

  private static func layout(_ texts: [String]) -> String? {
    for text in texts {
      let tree = Parser.parse(SourceFile(id: 0, path: "main.kc", bytes: Array(text.utf8)))
      if let first = tree.diagnostics.first { return "what was written does not parse: \(first.message)" }
      if String(decoding: Formatter.format(tree), as: UTF8.self) != text { return "what was written is not formatted" }
    }
    return nil
  }
}
