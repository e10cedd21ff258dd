internal import KCData
internal import KCSyntax

/// What `--set` gives that is no whole parameter.
struct OutsideSettings: Sendable {
  /// For what is in parameters: `limits.cpu=2`, by the name of the parameter.
  var parts: [Int32: [Setting]] = [:]
  /// For blocks.
  var blocks: [Setting] = []
  /// Those of them that were arguments of instances: their paths.
  var used: Set<Span> = []
  /// The scopes that have the names of a file's types only, by the file's scope.
  var scopes: [Int32: Int32] = [:]
  /// The scopes of files, by those scopes.
  var fileScopes: [Int32: Int32] = [:]
}

/// `--set` of what is a part of another value: a field of a parameter's record, an argument of a component's instance.
extension Program {
  /// Whether a path leads into the value of a parameter.
  func isInParameter(_ path: String) -> Bool {
    guard let dot = path.firstIndex(of: ".") else { return false }
    return isParameter(String(path[..<dot]))
  }

  /// Sorts the settings: those of parameters, those of what is in a parameter, and all others, which set blocks.
  mutating func sort(_ settings: [Setting]) {
    for setting in settings {
      if isParameter(setting.path) {
        settingOps[key(setting.path)] = setting
      } else if isInParameter(setting.path) {
        let name = key(String(setting.path.prefix { $0 != "." }))
        outside.parts[name, default: []].append(setting)
      } else {
        outside.blocks.append(setting)
      }
    }
  }

  /// A parameter's value with the fields that settings give.
  mutating func withParts(_ op: Int32, _ type: TypeID, _ settings: [Setting], in scope: Int32) -> Int32 {
    guard let last = settings.last else { return op }
    for setting in settings {
      let count = Self.names(in: setting.path).count
      guard count > Limits.settingPath else { continue }
      reportLongPath(setting, count)
      return code.emit(.poison, at: code.site(setting.pathSpan))
    }
    let module = scopes[Int(scope)].module
    var value = evaluate(checked(op, type), module >= 0 ? max(modules[Int(module)].frame, 0) : 0)
    for setting in settings where !value.isPoison {
      let names = Self.names(in: setting.path)
      value = replacing(names.dropFirst(), of: value, type, setting, scope)
    }
    return code.constant(value, at: code.site(last.valueSpan))
  }

  private mutating func replacing(
    _ names: ArraySlice<String>, of value: TreeValue, _ type: TypeID, _ setting: Setting, _ scope: Int32
  ) -> TreeValue {
    guard let name = names.first else { return evaluate(checked(literalSetting(setting, type, in: scope), type), 0) }
    guard let element = partType(name, of: value, type, setting), var fields = parts(of: value, setting) else {
      return .poison
    }
    let place = fields.firstIndex { $0.key == UInt32(key(name)) }
    let outer = subject
    subject = key(name)
    defer { subject = outer }
    let old = place.map { fields[$0].value } ?? .none
    let new = replacing(names.dropFirst(), of: old, element, setting, scope)
    if new.isPoison { return .poison }
    let origin = code.origin(OriginData(site: code.site(setting.valueSpan), layer: 0))
    let field = TreeField(key: UInt32(key(name)), origin: origin, value: new)
    if let place { fields[place] = field } else { fields.append(field) }
    let made = tree.record(fields)
    return coerce(made, to: type, at: code.site(setting.valueSpan))
  }

  /// The type of a field of a value; nil after a report.
  private mutating func partType(
    _ name: String, of value: TreeValue, _ type: TypeID, _ setting: Setting
  ) -> TypeID? {
    var shape = types[types.required(type)]
    if value.tag == .instance, case let schema = instances[Int(value.payload)].schema, schema >= 0 {
      shape = .schema(SchemaID(index: schema))
    } else if case .union(let members) = shape {
      let whole = members.filter { mask($0).contains(.record) }
      if whole.count == 1 { shape = types[types.required(whole[0])] }
    }
    switch shape {
    case .map(let element): return element
    case .record, .any: return TypeTable.any
    case .schema(let schema) where schemas[Int(schema.index)].caseName < 0 && !schemas[Int(schema.index)].isBlock:
      ensureSchema(schema.index)
      guard let slot = schemas[Int(schema.index)].slotOf[key(name)] else {
        reportUnknownField(name, schema.index, at: setting.pathSpan)
        return nil
      }
      return schemas[Int(schema.index)].slots[Int(slot)].type
    default:
      reportNoParts(setting, describe(type))
      return nil
    }
  }

  private mutating func reportNoParts(_ setting: Setting, _ type: String) {
    let name = String(setting.path.prefix { $0 != "." })
    report(
      "KC0190", "`\(setting.path)` leads into \(Self.article(type)), which has no fields to set", at: setting.pathSpan,
      help: setting.expression == nil
        ? "give the value of `\(name)` as a whole: `--set '\(name)=…'`" : "give it as a whole: `\(name) = …`")
  }

  /// The fields of a value that are set: what a schema computes from them is computed anew. Nil after a report.
  private mutating func parts(of value: TreeValue, _ setting: Setting) -> [TreeField]? {
    switch value.tag {
    case .none: return []
    case .record where !value.isSecret: return Array(tree.fields(of: value))
    case .instance where !value.isSecret:
      let index = Int32(bitPattern: value.payload)
      let schema = instances[Int(index)].schema
      guard schema >= 0 else { return Array(tree.fields(of: materialize(value))) }
      expand(index)
      var fields: [TreeField] = []
      for (place, slot) in schemas[Int(schema)].slots.enumerated() where slot.childSchema < 0 {
        let memo = Int(instances[Int(index)].slots) + place
        guard memos[memo].head >= 0 else { continue }
        let field = read(index, slot: Int32(place), at: 0)
        if field.isPoison { return nil }
        if !field.isNone { fields.append(TreeField(key: UInt32(slot.key), origin: memos[memo].origin, value: field)) }
      }
      return fields
    default:
      reportNoParts(setting, kindName(value))
      return nil
    }
  }
}

/// Arguments of instances of components: `eu.tag=v2`.
extension Program {
  /// Sets the arguments of an instance that settings give. It has its other arguments already, and nothing was read yet.
  mutating func setArgumentSettings(of index: Int32, in own: Int32) {
    if outside.blocks.isEmpty { return }
    let instance = instances[Int(index)]
    let schema = schemas[Int(instance.schema)]
    guard !schema.parameters.isEmpty else { return }
    for setting in outside.blocks {
      let names = setting.path.split(separator: ".").map(String.init)
      guard names.count > 1, let parameter = schema.parameters.first(where: { text($0.key) == names[names.count - 1] }),
        leads(names.dropLast(), to: index)
      else { continue }
      outside.used.insert(setting.pathSpan)
      let outer = subject
      subject = parameter.key
      defer { subject = outer }
      let op = checked(literalSetting(setting, parameter.type, in: schema.scope), parameter.type)
      argumentOps.append(ArgumentOp(frame: own, slot: parameter.slot, op: op))
      setSlot(own, parameter.slot, TreeValue(.thunk, payload: UInt32(bitPattern: op)))
    }
  }

  /// Whether names lead from the program to a block; the kinds may stand before the names, and need not.
  private func leads(_ names: ArraySlice<String>, to index: Int32) -> Bool {
    var chain: [Instance] = []
    var current = index
    while current > root, chain.count < Limits.levels {
      chain.append(instances[Int(current)])
      current = instances[Int(current)].parent
    }
    var rest = names
    for instance in chain.reversed() {
      let name = text(instance.name)
      if rest.count > 1, rest.first == text(instance.kind), rest[rest.startIndex + 1] == name {
        rest = rest.dropFirst(2)
      } else if rest.first == name {
        rest = rest.dropFirst()
      } else {
        return false
      }
    }
    return rest.isEmpty
  }

  /// Reports a name that an instance of a component has neither as a block nor as an argument.
  mutating func reportNoArgument(_ name: String, of index: Int32, _ setting: Setting) {
    let schema = schemas[Int(instances[Int(index)].schema)]
    let known = schema.parameters.map { text($0.key) } + childNames(of: index)
    reportUnknown(
      "KC0190", "`\(title(of: index))` has no argument and no block `\(name)`", name, among: known,
      at: setting.pathSpan, notes: known.isEmpty ? [] : ["it has \(Self.enumerate(known))"])
  }
}
