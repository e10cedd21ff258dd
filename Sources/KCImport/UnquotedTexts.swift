internal import KCCodec
internal import KCData
internal import KCKube

/// Values that YAML reads as truth values or numbers where the API takes texts: `app: y` is `app: true`.
struct UnquotedTexts {
  private var count = 0
  private var first: (object: ImportedObject, found: Found)?

  /// Such a value in an object.
  struct Found {
    var path: FieldPath
    var value: Value
  }

  mutating func look(at imported: ImportedObject) {
    let found = Self.found(in: imported.object)
    count += found.count
    if first == nil, let one = found.first { first = (imported, one) }
  }

  /// One for all of them; nil where there are none.
  var note: ImportNote? {
    guard let (object, found) = first else { return nil }
    let what = "`\(found.path)` is read as `\(JSON.text(found.value))`"
    let message =
      count == 1
      ? "\(what), and the API takes a text there: API servers refuse this object"
      : "\(what), and so are \(count - 1) more values where the API takes texts: API servers refuse these objects"
    return ImportNote(
      .warning, message, help: "write them in quotes: words such as `y`, `no` and `on` are truth values in YAML",
      file: object.file, line: object.unquotedLine ?? object.line)
  }

  // MARK: Looking

  /// What an object has of them, in the order of its fields.
  static func found(in object: Value) -> [Found] {
    var found: [Found] = []
    let type = ResourceTypes.builtin.find((object["apiVersion"]?.string, object["kind"]?.string))
    if let type, let shape = KubeSchema.builtin.type(apiVersion: type.apiVersion, kind: type.kind) {
      look(object, .type(shape), FieldPath(), &found)
    } else if let pod = KubeSchema.builtin.type(apiVersion: "v1", kind: "Pod") {
      // Of other kinds it is known what metadata is, and what pods are where they have some.
      look(object, "metadata", of: pod, FieldPath(), &found)
      for kind in ["Job", "CronJob"] {
        let path = WorkloadLabels.pod(of: kind)
        guard let template = object.at(path), template.at("spec", "containers") != nil else { continue }
        for field in ["metadata", "spec"] {
          look(template, field, of: pod, FieldPath(path.map { .field($0) }), &found)
        }
      }
    }
    return found
  }

  private static func look(
    _ owner: Value, _ field: String, of type: Int, _ path: FieldPath, _ found: inout [Found]
  ) {
    guard let value = owner[field], let shape = KubeSchema.builtin.types[type].field(field)?.shape else { return }
    look(value, shape, path.field(field), &found)
  }

  private static func look(_ value: Value, _ shape: KubeSchema.Shape, _ path: FieldPath, _ found: inout [Found]) {
    switch (shape, value) {
    case (.string, .bool), (.string, .int), (.string, .number), (.bytes, .bool), (.bytes, .int), (.bytes, .number):
      found.append(Found(path: path, value: value))
    case (.type(let index), .object(let fields)):
      let type = KubeSchema.builtin.types[index]
      for (key, inner) in fields {
        if let known = type.field(key) { look(inner, known.shape, path.field(key), &found) }
      }
    case (.map(let inner), .object(let fields)):
      for (key, value) in fields { look(value, inner, path.field(key), &found) }
    case (.list(let inner), .array(let items)):
      for (place, item) in items.enumerated() { look(item, inner, path.index(place), &found) }
    default: break
    }
  }

  // MARK: Places

  /// Places are not looked for in larger files, in bytes: they take more memory than the values.
  private static let placesLimit = 8 << 20

  /// Has the first object of a file that has such values say on which line the first of them stands.
  static func locate(_ objects: inout [ImportedObject], in bytes: [UInt8]) {
    guard bytes.count < placesLimit else { return }
    for place in objects.indices {
      guard let first = found(in: objects[place].object).first else { continue }
      let object = objects[place]
      let documents = try? YAML.parseWithPlaces(String(decoding: bytes, as: UTF8.self))
      let places = documents?.first { $0.place.line == object.line }?.places ?? [:]
      // What an alias brings in has the place of the alias.
      var path = object.within.elements + first.path.elements
      while !path.isEmpty, places[FieldPath(path)] == nil { path.removeLast() }
      objects[place].unquotedLine = places[FieldPath(path)]?.line
      return
    }
  }
}
