internal import KCData

extension Builtins {
  static let mapMethods: [Method] = [
    Method("count: Int", "How many entries it has.", "{ a = 1, b = 2 }.count", "2"),
    Method("isEmpty: Bool", "Whether it has none.", "{ a = 1 }.isEmpty", "false"),
    Method("keys: List<String>", "The keys of its entries, in their order.", "{ b = 1, a = 2 }.keys", #"["b", "a"]"#),
    Method("values: List<T>", "The values of its entries, in their order.", "{ b = 1, a = 2 }.values", "[1, 2]"),
    Method(
      "entries: List<Record>", "Its entries, as records of `key` and `value`.",
      #"{ a = 1 }.entries.map(e => "\(e.key)=\(e.value)")"#, #"["a=1"]"#),
    Method("has(key: String) -> Bool", "Whether it has an entry of this key.", #"{ a = 1 }.has("a")"#, "true"),
    Method(
      "get(key: String) -> T?", "The value of an entry; absent where there is none.", #"{ a = 1 }.get("a")"#, "1"),
    Method(
      "mapValues<U>(f: (T) -> U) -> Map<String, U>",
      "With what a function gives for each value; what is absent is left out.", "{ a = 1 }.mapValues(n => n + 1).a", "2"
    ),
    Method(
      "mapKeys(f: (String) -> String) -> Map<String, T>", "With what a function gives for each key.",
      "{ a = 1 }.mapKeys(k => k.upper()).A", "1"),
    Method(
      "map<U>(f: (String, T) -> U) -> List<U>", "What a function gives for each key and value.",
      #"{ a = 1, b = 2 }.map((k, v) => "\(k)\(v)")"#, #"["a1", "b2"]"#),
    Method(
      "filter(f: (String, T) -> Bool) -> Map<String, T>", "The entries for which it is so.",
      "{ a = 1, b = 2 }.filter((k, v) => v > 1).keys", #"["b"]"#),
    Method(
      "any(f: (String, T) -> Bool) -> Bool", "Whether it is so for at least one entry.",
      "{ a = 1 }.any((k, v) => v > 1)", "false"),
    Method(
      "all(f: (String, T) -> Bool) -> Bool", "Whether it is so for each entry.", "{ a = 1 }.all((k, v) => v == 1)",
      "true"),
    Method(
      "only(keys: List<String>) -> Map<String, T>", "The entries of these keys.", #"{ a = 1, b = 2 }.only(["b"]).keys"#,
      #"["b"]"#),
    Method(
      "without(keys: List<String>) -> Map<String, T>", "All entries but those of these keys.",
      #"{ a = 1, b = 2 }.without(["b"]).keys"#, #"["a"]"#),
    Method(
      "merge(other: Record) -> Record",
      "The entries of both, all the way down: where both have a record, these are merged; else the other's value wins. "
        + "`+` does the same for the first level only.",
      "{ a = { x = 1, y = 1 } }.merge({ a = { y = 2 } }).a.y", "2"),
    Method("sorted() -> Map<String, T>", "In the order of the keys.", "{ b = 1, a = 2 }.sorted().keys", #"["a", "b"]"#),
  ]

  /// Methods of maps and records.
  static func record(_ call: MethodCall, _ program: inout Program) -> TreeValue? {
    let fields = Array(program.tree.fields(of: call.receiver))
    switch call.name {
    case "has", "get":
      let key = program.tree.text(of: call[0]).flatMap { program.tree.keys.find($0) }
      let field = key.flatMap { program.tree.field($0, of: call.receiver) }
      return call.name == "has" ? .bool(field != nil) : field?.value ?? TreeValue.none
    case "only", "without":
      let names = Set(Array(program.tree.items(of: call[0])).compactMap { program.tree.text(of: program.scalar($0)) })
      let keeps = call.name == "only"
      return program.tree.record(fields.filter { names.contains(program.text(Int32($0.key))) == keeps })
    case "merge": return program.mergeDeep(call.receiver, call[0])
    case "sorted":
      let sorted = fields.map { (program.text(Int32($0.key)), $0) }.sorted { $0.0 < $1.0 }
      return program.tree.record(sorted.map(\.1))
    case "mapValues":
      var changed: [TreeField] = []
      for var field in fields {
        field.value = program.apply(call[0], [field.value], at: call.site)
        if field.value.isPoison { return .poison }
        if !field.value.isNone { changed.append(field) }
      }
      return program.tree.record(changed)
    case "mapKeys":
      var changed = KeyedFields()
      for var field in fields {
        let given = program.tree.string(program.text(Int32(field.key)))
        let result = program.scalar(program.apply(call[0], [given], at: call.site))
        if result.isPoison { return .poison }
        if result.isSecret { return program.secretDecides(call) }
        guard let text = program.tree.text(of: result) else {
          return program.mismatch(result, TypeTable.string, at: call.site(of: 0))
        }
        field.key = UInt32(program.key(text))
        changed.set(field)
      }
      return program.tree.record(changed.all)
    case "map", "filter", "any", "all": return entries(call, fields, &program)
    default: return nil
    }
  }

  /// What calls a function for each key and value.
  private static func entries(_ call: MethodCall, _ fields: [TreeField], _ program: inout Program) -> TreeValue {
    var results: [TreeValue] = []
    var kept: [TreeField] = []
    for field in fields {
      let key = program.tree.string(program.text(Int32(field.key)))
      let result = program.apply(call[0], [key, field.value], at: call.site)
      if result.isPoison { return .poison }
      if call.name == "map" {
        if !result.isNone { results.append(result) }
        continue
      }
      guard let isSo = program.decision(result, call) else { return .poison }
      if call.name == "any", isSo { return .bool(true) }
      if call.name == "all", !isSo { return .bool(false) }
      if isSo { kept.append(field) }
    }
    switch call.name {
    case "map": return program.tree.list(results)
    case "filter": return program.tree.record(kept)
    default: return .bool(call.name == "all")
    }
  }
}
