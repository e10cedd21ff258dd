internal import KCData
internal import KCSyntax

/// Names that Kubernetes, Helm and other languages have for what is called otherwise here.
extension Program {
  /// Kinds by their names in Kubernetes and `kubectl`.
  private static let kinds: [String: String] = [
    "configmap": "config", "cm": "config", "deploy": "deployment", "sts": "statefulset", "ds": "daemonset",
    "svc": "service", "ing": "ingress", "pvc": "claim", "persistentvolumeclaim": "claim", "hpa": "autoscaler",
    "horizontalpodautoscaler": "autoscaler", "pdb": "disruptionbudget", "poddisruptionbudget": "disruptionbudget",
    "sa": "serviceaccount", "netpol": "networkpolicy", "ns": "namespace", "pc": "priorityclass",
    "rs": "replicaset", "rc": "replicationcontroller", "sc": "storageclass",
    "pv": "persistentvolume", "quota": "resourcequota", "limits": "limitrange",
    "httproute": "route", "gtw": "gateway", "cron": "cronjob", "cj": "cronjob",
  ]

  /// The keywords of blocks within others, by what the API and other tools call these.
  static let otherBlocks: [String: String] = [
    "initContainer": "init", "initcontainer": "init", "init-container": "init", "sidecarContainer": "sidecar",
    "volumeMount": "mount", "containerPort": "port", "envVar": "env", "variable": "env", "volumeClaim": "claim",
    "listeners": "listener", "path": "route",
  ]

  /// What other languages begin a declaration with, and what that is here.
  private static let words: [String: (help: String, replacement: String?)] = [
    "var": ("a value gets a name with `let`", "let"), "const": ("a value gets a name with `let`", "let"),
    "val": ("a value gets a name with `let`", "let"), "local": ("a value gets a name with `let`", "let"),
    "foreach": ("a loop runs over a collection: `for x in xs { … }`", "for"),
    "def": ("a function is `func name(…) = value`", "func"),
    "fn": ("a function is `func name(…) = value`", "func"), "fun": ("a function is `func name(…) = value`", "func"),
    "function": ("a function is `func name(…) = value`", "func"),
    "class": ("the fields of a block are said by a `schema`", "schema"),
    "struct": ("the fields of a block are said by a `schema`", "schema"),
    "unless": ("write `if !condition { … }`", nil),
    "switch": ("write `match value { 1 -> { … }, _ -> { … } }`", "match"),
    "while": ("a loop runs over a collection: `for x in xs { … }`", nil),
    "terraform": ("versions stand in `project.kc`, and nothing is said of a state", nil),
    "provider": ("which cluster is meant is said by a `target` of `project.kc`", nil),
    "backend": ("nothing is said of a state", nil),
    "variable": ("what is given from outside is a `param`: `param tag: String = \"v1\"`", nil),
    "locals": ("a value gets a name with `let`", nil), "output": ("tests look at values: `assert`", nil),
    "module": ("files are imported: `import \"./file.kc\" as name`", nil),
    "final": ("within a schema a field is `final name: Type = value`; a value gets a name with `let`", nil),
    "static": ("a value gets a name with `let`", "let"), "new": ("a block is `kind name { … }`", nil),
    "environment": ("what differs by environment stands in `env NAME { … }`", "env"),
    "overlay": ("what differs by environment stands in `env NAME { … }`", "env"),
    "profile": ("what differs by environment stands in `env NAME { … }`", "env"),
  ]

  /// Functions of other languages, and what says the same here.
  private static let functions: [String: String] = [
    "len": "write `value.count`", "length": "write `value.count`", "size": "write `value.count`",
    "format": "values are put into text: `\"\\(a)-\\(b)\"`", "sprintf": "values are put into text: `\"\\(a)-\\(b)\"`",
    "printf": "values are put into text: `\"\\(a)-\\(b)\"`", "str": "write `\"\\(value)\"`",
    "toString": "write `\"\\(value)\"`", "string": "write `\"\\(value)\"`", "concat": "write `a + b`",
    "merge": "write `a + b`", "lookup": "write `map[key] ?? standard`", "default": "write `value ?? standard`",
    "range": "a range is `1...n`", "getenv": "write `input.env(\"NAME\")`", "env": "write `input.env(\"NAME\")`",
    "print": "nothing is printed: `kc why` tells values, and tests `assert` them",
    "String": "write `\"\\(value)\"`", "int": "write `text.toInt()`", "Int": "write `text.toInt()`",
    "float": "write `text.toFloat()`", "bool": "write `text.toBool()`", "jsonencode": "write `json(value)`",
    "toJson": "write `json(value)`", "yamlencode": "write `yaml(value)`", "b64enc": "write `text.base64()`",
    "b64dec": "write `text.base64Decode()`", "base64encode": "write `text.base64()`",
    "error": "conditions with a message are `require` in a schema and `deny if` in a `policy`",
    "fail": "conditions with a message are `require` in a schema and `deny if` in a `policy`",
    "assert": "conditions are `require` in a schema, `deny if` in a `policy`, and `assert` in a `test`",
    "file": "nothing is read but `input.env(\"NAME\")` and parameters: `--params FILE`",
    "read": "nothing is read but `input.env(\"NAME\")` and parameters: `--params FILE`",
    "dict": "a map is `{ a = 1, b = 2 }`", "list": "a list is `[a, b]`", "tuple": "a list is `[a, b]`",
  ]

  /// What a function of another language is called here; nil for others.
  static func otherFunction(_ name: String) -> String? {
    if let known = functions[name] { return known }
    let own = otherMethods[name] ?? name
    let isMethod = Builtins.methods(of: .string).contains(own) || Builtins.methods(of: .list).contains(own)
    return isMethod ? "it follows the value: `value.\(own)(…)`" : nil
  }

  /// Methods of other languages, and what they are here.
  static let otherMethods: [String: String] = [
    "toUpperCase": "upper", "toLowerCase": "lower", "uppercase": "upper", "lowercase": "lower", "toUpper": "upper",
    "toLower": "lower", "includes": "contains", "has": "contains", "strip": "trim", "lstrip": "trimStart",
    "rstrip": "trimEnd", "trimEnd": "trimEnd", "replaceAll": "replace", "replace_all": "replace",
    "startswith": "startsWith", "endswith": "endsWith", "hasPrefix": "startsWith", "hasSuffix": "endsWith",
    "substring": "slice", "substr": "slice", "forEach": "map", "collect": "map", "select": "filter", "where": "filter",
    "reduce": "fold", "foldl": "fold", "some": "any", "every": "all", "indexof": "indexOf", "sort": "sorted",
    "sortBy": "sortedBy", "reverse": "reversed", "distinct": "unique", "uniq": "unique", "flatten": "flat",
    "padLeft": "padStart", "padRight": "padEnd", "test": "matches", "match": "matches", "split_by": "split",
    "zfill": "padStart", "title": "capitalized", "capitalize": "capitalized", "keys": "keys", "parseInt": "toInt",
    "upcase": "upper", "downcase": "lower", "upperCase": "upper", "lowerCase": "lower", "titleCase": "capitalized",
    "toInteger": "toInt", "atoi": "toInt", "trimSpace": "trim", "trimLeft": "trimStart", "trimRight": "trimEnd",
    "splitlines": "lines", "ljust": "padEnd", "rjust": "padStart", "b64enc": "base64", "base64encode": "base64",
  ]

  /// What a method of another language is here, for a value that has methods and properties of some names.
  static func otherMethod(_ name: String, known: [String]) -> String? {
    // What is known and no function is read as it is.
    if known.contains(name) { return "it is `.\(name)`, without `()`" }
    for word in [name, camelCased(name)] {
      if let own = otherMethods[word] ?? (word == name ? nil : word), known.contains(own) {
        return "it is `.\(own)(…)`"
      }
    }
    if ["size", "length", "len"].contains(name), known.contains("count") { return "it is `.count`, without `()`" }
    if ["append", "push", "add", "concat", "extend"].contains(name), known.contains("fold") {
      return "values do not change: `list + [element]` is another list"
    }
    if ["items", "toList", "pairs"].contains(name), known.contains("entries") { return "they are `.entries`" }
    if name == "join", known.contains("split") { return "it follows the list: `parts.join(\",\")`" }
    return nil
  }

  /// What is told of a function that is read without `()`, or under the name that it has elsewhere; nil for others.
  static func methodHelp(_ name: String, of tag: TreeValue.Tag, known: [String]) -> String? {
    guard let method = Builtins.method(name, of: tag), !method.isProperty else {
      return otherMethod(name, known: known)
    }
    let isPlain = method.signature.parameters.allSatisfy(\.isOptional)
    return "it is a function: `.\(isPlain ? "\(name)()" : method.line.replacing(" -> ", with: "` gives `"))`"
  }

  /// `to_upper` as it would be written here: `toUpper`.
  private static func camelCased(_ name: String) -> String {
    let words = name.split(separator: "_")
    guard let first = words.first, words.count > 1 else { return name }
    return first + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }

  /// Types of other languages, and what they are here.
  private static let otherTypes: [String: String] = [
    "str": "String", "text": "String", "Text": "String", "char": "String", "number": "Int", "integer": "Int",
    "Integer": "Int", "long": "Int", "Long": "Int",
    "uint": "Int", "int32": "Int", "int64": "Int", "Number": "Float", "double": "Float", "Double": "Float",
    "float64": "Float", "boolean": "Bool", "Boolean": "Bool", "list": "List", "map": "Map", "set": "List",
    "array": "List", "Array": "List", "Listing": "List",
    "Seq": "List", "Vec": "List", "Set": "List", "dict": "Map", "Dict": "Map", "Mapping": "Map", "HashMap": "Map",
    "Object": "Record", "object": "Record", "Dynamic": "Record", "unknown": "Any", "void": "None", "null": "None",
    "undefined": "None", "Null": "None", "nil": "None", "time": "Duration", "bytes": "Quantity",
  ]

  /// What a type of another language is here, with what stands in its place; nil for others.
  static func otherType(_ name: String) -> (help: String, replacement: String?)? {
    if name == "Optional" || name == "Maybe" || name == "Option" { return ("what may be absent is `T?`", nil) }
    return otherTypes[name].map { ("it is `\($0)`", $0) }
  }

  /// Values of other languages by their names, and what they are here.
  static let otherValues: [String: String] = [
    "this": "it is `self`", "super": "what the layers below say stays, unless it is set: there is no `super`",
    "var": "a parameter or `let` is called by its name alone", "local": "a `let` is called by its name alone",
    "locals": "a `let` is called by its name alone", "params": "a parameter is called by its name alone",
    "Values": "what is given from outside is a `param`, called by its name alone",
    "Release": "the project's name is `projectName()`, its namespace `projectNamespace()`",
    "Chart": "the project's name is `projectName()`", "yes": "it is `true`", "no": "it is `false`",
    "on": "it is `true`",
    "off": "it is `false`", "os": "variables of the environment are `input.env(\"NAME\")`",
    "process": "variables of the environment are `input.env(\"NAME\")`",
    "env": "what differs by environment stands in `env NAME { … }`, or is a `param` that each environment sets",
    "std": "what every file can use has no prefix: `value.count`; modules are imported: `import std.net`",
    "each": "the variable of a loop has the name that `for NAME in` gives it",
    "each_value": "the variable of a loop has the name that `for NAME in` gives it",
  ]

  /// Members of other languages, and what they are here.
  static let members: [String: String] = ["length": "count", "size": "count", "len": "count"]

  /// What is read of maps in other languages, and is no key here; nil for other names.
  static func mapHelp(_ name: String) -> String? {
    switch name {
    case "length", "size", "len": return "the number of its keys is `.count`"
    case "contains", "includes", "containsKey", "hasKey", "contains_key", "has_key", "exists":
      return "whether it has a key says `.has(…)`"
    case "items", "toList", "pairs": return "they are `.entries`"
    case "lookup", "getOrDefault", "getOrElse": return "write `map[key] ?? standard`"
    case "merge", "mergeWith", "extend", "put", "set", "update", "union":
      return "values do not change: `map + { key = value }` is another map"
    default: return nil
    }
  }

  /// Reports what a record does not have.
  mutating func reportNoMember(_ name: String, ofRecordWith fields: [String], at site: Int32, notes: [String] = []) {
    let message = "this record has no `\(name)`"
    if let help = Self.mapHelp(name), Self.nearest(to: name, among: fields) == nil {
      return report("KC0107", message, at: site, notes: notes, help: help)
    }
    let known = fields + Builtins.properties(of: .record) + Builtins.methods(of: .record)
    reportUnknown("KC0107", message, name, among: known, at: span(site), notes: notes)
  }

  /// Reports a kind of block that is called otherwise here.
  ///
  /// - Returns: whether it is one.
  mutating func reportOtherKind(_ name: String, at span: Span) -> Bool {
    if let kind = Self.kinds[name.lowercased()] {
      report(
        "KC0331", "there is no kind of block `\(name)`: it is `\(kind)`", at: span, help: "write `\(kind)`",
        fix: Diagnostic.Fix(span: span, replacement: kind))
      return true
    }
    guard let (help, replacement) = Self.words[name] else { return false }
    report(
      "KC0332", "`\(name)` begins nothing here", at: span, help: help,
      fix: replacement.map { Diagnostic.Fix(span: span, replacement: $0) })
    return true
  }
}
