internal import KCCodec
internal import KCData

/// Values that YAML reads as truth values or numbers where the API takes texts: `app: y` is `app: true`.
struct UnquotedTexts {
  private var count = 0
  private var first: (object: ImportedObject, path: FieldPath, value: Value)?

  /// Looks for such values where people write them: labels, annotations, data, variables and arguments.
  mutating func look(at imported: ImportedObject) {
    let object = imported.object
    metadata(object, FieldPath(), imported)
    switch object["kind"]?.string {
    case "ConfigMap"?, "Secret"?:
      for field in ["data", "stringData"] { texts(object[field], FieldPath(field), imported) }
    case "Service"?: texts(object.at("spec", "selector"), FieldPath("spec").field("selector"), imported)
    case "Pod"?: pod(object["spec"], FieldPath("spec"), imported)
    default:
      texts(
        object.at("spec", "selector", "matchLabels"), FieldPath("spec").field("selector").field("matchLabels"), imported
      )
      let owner = object["kind"]?.string == "CronJob" ? ["spec", "jobTemplate", "spec"] : ["spec"]
      let spec = owner.reduce(Optional(object)) { $0?[$1] }
      let path = owner.dropFirst().reduce(FieldPath(owner[0])) { $0.field($1) }.field("template")
      guard let template = spec?["template"] else { return }
      metadata(template, path, imported)
      pod(template["spec"], path.field("spec"), imported)
    }
  }

  private mutating func metadata(_ object: Value, _ path: FieldPath, _ imported: ImportedObject) {
    for field in ["labels", "annotations"] {
      texts(object.at("metadata", field), path.field("metadata").field(field), imported)
    }
  }

  private mutating func pod(_ spec: Value?, _ path: FieldPath, _ imported: ImportedObject) {
    for field in ["initContainers", "containers"] {
      for (place, container) in (spec?[field]?.array ?? []).enumerated() {
        let path = path.field(field).index(place)
        for field in ["command", "args"] { texts(container[field], path.field(field), imported) }
        for (place, variable) in (container["env"]?.array ?? []).enumerated() {
          text(variable["value"], path.field("env").index(place).field("value"), imported)
        }
      }
    }
  }

  private mutating func texts(_ value: Value?, _ path: FieldPath, _ imported: ImportedObject) {
    for (key, field) in value?.object ?? [:] { text(field, path.field(key), imported) }
    for (place, item) in (value?.array ?? []).enumerated() { text(item, path.index(place), imported) }
  }

  private mutating func text(_ value: Value?, _ path: FieldPath, _ imported: ImportedObject) {
    switch value {
    case .bool?, .int?, .number?:
      count += 1
      if first == nil, let value { first = (imported, path, value) }
    default: break
    }
  }

  /// One for all of them; nil where there are none.
  var note: ImportNote? {
    guard let first else { return nil }
    let what = "`\(first.path)` is read as `\(JSON.text(first.value))`"
    let message =
      count == 1
      ? "\(what), and the API takes a text there: API servers refuse this object"
      : "\(what), and so are \(count - 1) more values where the API takes texts: API servers refuse these objects"
    return ImportNote(
      .warning, message, help: "write them in quotes: words such as `y`, `no` and `on` are truth values in YAML",
      file: first.object.file, line: first.object.line)
  }
}
