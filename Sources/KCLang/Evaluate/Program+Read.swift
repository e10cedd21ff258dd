internal import KCData
internal import KCSyntax

/// Reading the fields of instances.
extension Program {
  /// A field of an instance of a schema, evaluated if it was not read before.
  mutating func read(_ index: Int32, slot: Int32, at site: Int32) -> TreeValue {
    if instances[Int(index)].state == .fresh { expand(index) }
    let place = Int(instances[Int(index)].slots + slot)
    let memo = memos[place]
    switch memo.value.tag {
    case .thunk: break
    case .busy:
      return reportCycle(instance: index, key: schemas[Int(instances[Int(index)].schema)].slots[Int(slot)].key, site)
    default:
      note(memo.origin)
      return memo.value
    }
    if pending.count >= Limits.dependencies { return tooDeep(at: site) }
    let schema = Int(instances[Int(index)].schema)
    if memo.head < 0, isAbsentUnset(Int(slot), of: schema) {
      memos[place].value = .none
      return .none
    }
    let outer = begin(index, schemas[schema].slots[Int(slot)].key, place, site)
    let value = evaluate(field: Int(slot), schema, of: index, place)
    return finish(value, place, outer)
  }

  /// A field of a map.
  mutating func readMap(_ index: Int32, _ place: Int32, at site: Int32) -> TreeValue {
    let memo = memos[Int(place)]
    switch memo.value.tag {
    case .thunk: break
    case .busy: return reportCycle(instance: index, key: -2 - place, site)
    default:
      note(memo.origin)
      return memo.value
    }
    if pending.count >= Limits.dependencies { return tooDeep(at: site) }
    let outer = begin(index, -2 - place, Int(place), site)
    let value = evaluate(binding: memo.head, of: index, instances[Int(index)].element)
    return finish(value, Int(place), outer)
  }

  /// Whether a field that nothing sets has no value: true of most, and then there is nothing to evaluate.
  private func isAbsentUnset(_ slot: Int, of schema: Int) -> Bool {
    schemas[schema].slots[slot].fallback < 0 && schemas[schema].slots[slot].childSchema < 0
      && types.isOptional(schemas[schema].slots[slot].type) && schemas[schema].slots[slot].key != keys.name
  }

  /// What a field is read for, which nothing of its own evaluation depends on.
  private struct Reader {
    var trace: Trace
    var owner: Int32
    /// A field that is read for a secret is none by that.
    var hidden: Int
  }

  private mutating func begin(_ index: Int32, _ key: Int32, _ place: Int, _ site: Int32) -> Reader {
    pending.append(Pending(instance: index, key: key, site: site))
    memos[place].value = TreeValue(.busy)
    let outer = Reader(trace: trace, owner: owner, hidden: hidden)
    trace = Trace()
    owner = index
    hidden = instances[Int(index)].isForSecret ? 1 : 0
    return outer
  }

  private mutating func finish(_ value: TreeValue, _ place: Int, _ outer: Reader) -> TreeValue {
    pending.removeLast()
    let head = memos[place].head
    var origin = head >= 0 ? bindings[Int(head)].origin : 0
    if origin == 0 { origin = trace.origin }
    if trace.parameter != 0, origin != 0 { origin = self.origin(origin, parameter: Int32(trace.parameter) - 1) }
    memos[place] = Memo(value: value, origin: origin, head: head)
    trace = outer.trace
    owner = outer.owner
    hidden = outer.hidden
    note(origin)
    return value
  }

  /// Takes over what a field that was read came from.
  mutating func note(_ origin: UInt32) {
    guard origin != 0 else { return }
    trace.origin = origin
    let parameter = code.origins[Int(origin)].parameter
    if parameter >= 0 { trace.parameter = UInt32(parameter) + 1 }
  }

  /// The same origin, with the parameter that the value was computed from.
  mutating func origin(_ origin: UInt32, parameter: Int32) -> UInt32 {
    var data = code.origins[Int(origin)]
    if data.parameter == parameter { return origin }
    data.parameter = parameter
    return intern(data)
  }

  mutating func intern(_ data: OriginData) -> UInt32 {
    if let known = originIndex[data] { return known }
    let made = code.origin(data)
    originIndex[data] = made
    return made
  }

  private mutating func evaluate(field slot: Int, _ schema: Int, of index: Int32, _ place: Int) -> TreeValue {
    let key = schemas[schema].slots[slot].key
    if schemas[schema].slots[slot].childSchema >= 0 {
      return childList(of: index, kind: key)
    }
    let type = schemas[schema].slots[slot].type
    let fallback = schemas[schema].slots[slot].fallback
    let head = memos[place].head
    if head >= 0 { return evaluate(binding: head, of: index, type, slot) }
    if key == keys.name, instances[Int(index)].name >= 0, fallback < 0 {
      return coerce(tree.string(objectName(of: index)), to: type, at: instances[Int(index)].site, isName: true)
    }
    if fallback >= 0 {
      let frame = schemaFrame(index, schemas[schema].slots[slot].owner)
      let value = evaluate(fallback, frame)
      return coerce(value, to: type, at: siteOf(fallback), field: key)
    }
    if types.isOptional(type) { return .none }
    switch types[types.base(type)] {
    case .map: return tree.record([])
    case .list: return tree.list([])
    default: return missing(schemas[schema].slots[slot], index)
    }
  }

  /// What was probably meant where an `env` makes a block that lacks what the file's block of a near name has, or an
  /// instance one that lacks what the component's has.
  mutating func amended(_ index: Int32) -> String? {
    let block = instances[Int(index)]
    guard block.parent >= 0, case let around = instances[Int(block.parent)].schema,
      around < 0 || schemas[Int(around)].isNamespace
    else { return nil }
    let isOuter = block.parent == root
    if isOuter, rank(block.origin) <= Layer.file { return nil }
    let others = children(of: block.parent, kind: block.kind)
      .filter { rank(instances[Int($0)].origin) < rank(block.origin) }
    let name = text(block.name)
    if isOuter, let inner = blockInInstance(block.kind, block.name) {
      let outer = title(of: instances[Int(inner)].parent)
      let inside = "\(outer) { \(text(block.kind)) \(name) { … } }"
      return "`\(name)` is new here; to amend that of `\(outer)`, write `\(inside)`"
    }
    return Self.nearest(to: name, among: others.map { text(instances[Int($0)].name) }).map {
      "`\(name)` is new here: did you mean to amend `\($0)`?"
    }
  }

  private mutating func missing(_ field: Slot, _ index: Int32) -> TreeValue {
    // A value that is made in an expression is named by nothing: a field that it has not stands for one that it lacks.
    let isMade = instances[Int(index)].name < 0
    if isMade || guessedNames.contains(field.key), hasReports(index) { return .poison }
    let schema = schemas[Int(instances[Int(index)].schema)]
    let lacking = schema.slots.indices.filter { place in
      memos[Int(instances[Int(index)].slots) + place].head < 0 && isNeeded(schema.slots[place])
        && !guessedNames.contains(schema.slots[place].key)
    }
    let fields = lacking.map { schema.slots[$0] }
    reportMissing(
      fields.contains { $0.key == field.key } ? fields : [field], of: title(of: index),
      at: span(instances[Int(index)].site), help: amended(index))
    return .poison
  }

  /// Whether a field has to be set, because nothing else gives it a value.
  func isNeeded(_ field: Slot) -> Bool {
    guard field.childSchema < 0, field.fallback < 0, field.key != keys.name, !types.isOptional(field.type) else {
      return false
    }
    return switch types[types.base(field.type)] {
    case .map, .list, .any, .variable: false
    default: true
    }
  }

  /// Reports fields that have no value, and need one.
  mutating func reportMissing(_ fields: [Slot], of title: String, at place: Span, help: String? = nil) {
    let settings = fields.prefix(8).map { "`\(text($0.key)) = …`, \(Self.article(describe($0.type)))" }
    report(
      "KC0122", "`\(title)` needs \(Self.enumerate(fields.map { text($0.key) }))", at: place,
      notes: fields.compactMap { field in
        field.documentation.map { "\(text(field.key)): \($0.split(separator: "\n").first ?? "")" }
      },
      help: help ?? "set \(settings.joined(separator: "; "))")
  }

  /// The name of a block's object: its own, after the names of the instances it is in.
  func objectName(of index: Int32) -> String {
    let keys = tree.keys
    var name = keys.text(UInt32(instances[Int(index)].name))
    guard isResource(index) else { return name }
    var parent = instances[Int(index)].parent
    while parent >= 0, parent != root {
      let outer = instances[Int(parent)].name
      if outer >= 0 { name = "\(keys.text(UInt32(outer)))-\(name)" }
      parent = instances[Int(parent)].parent
    }
    return name
  }

  private mutating func evaluate(
    binding head: Int32, of index: Int32, _ type: TypeID, _ slot: Int? = nil
  ) -> TreeValue {
    let binding = bindings[Int(head)]
    if binding.instance >= 0 { return TreeValue(.instance, payload: UInt32(binding.instance)) }
    let site = siteOf(binding.op)
    let value = evaluate(binding.op, binding.frame)
    guard binding.isAppend else {
      return coerce(
        value, to: type, at: site, field: slot.map { schemas[Int(instances[Int(index)].schema)].slots[$0].key } ?? -1)
    }
    var base = TreeValue.none
    if binding.below >= 0 {
      base = evaluate(binding: binding.below, of: index, type, slot)
    } else if let slot, case let field = schemas[Int(instances[Int(index)].schema)].slots[slot], field.fallback >= 0 {
      let frame = schemaFrame(index, field.owner)
      base = evaluate(field.fallback, frame)
    }
    if base.isPoison || value.isPoison || reportOverlap(value, binding) { return .poison }
    return append(value, to: base, type, site)
  }

  /// The value of one of the bindings of a field, without those above it.
  mutating func value(of head: Int32, of index: Int32, field: Int32) -> TreeValue {
    let schema = instances[Int(index)].schema
    guard schema >= 0 else { return evaluate(binding: head, of: index, instances[Int(index)].element) }
    guard let slot = schemas[Int(schema)].slotOf[field] else { return .none }
    return evaluate(binding: head, of: index, schemas[Int(schema)].slots[Int(slot)].type, Int(slot))
  }

  /// Reports a key that `+=` sets where the same layer has set it already: it would depend on the order who wins.
  private mutating func reportOverlap(_ value: TreeValue, _ binding: Binding) -> Bool {
    let added = dereference(value)
    guard added.tag == .record, binding.origin != 0 else { return false }
    var next = binding.below
    while next >= 0, case let other = bindings[Int(next)], layer(other.origin) == layer(binding.origin) {
      next = other.below
      let set =
        other.instance >= 0
        ? materialize(TreeValue(.instance, payload: UInt32(other.instance)))
        : dereference(evaluate(other.op, other.frame))
      guard set.tag == .record else { continue }
      for field in Array(tree.fields(of: added)) {
        guard let first = tree.fields(of: set).first(where: { $0.key == field.key }) else { continue }
        let isKnown = field.origin != 0 && first.origin != 0
        report(
          "KC0121", "`\(text(Int32(field.key)))` is set twice",
          at: field.origin != 0 ? code.origins[Int(field.origin)].site : siteOf(binding.op),
          labels: isKnown
            ? [.init(span: span(code.origins[Int(first.origin)].site), message: "set here first")] : [],
          notes: ["within one layer a key is set once"], help: "remove one of the two")
        return true
      }
    }
    return false
  }

  private mutating func append(_ value: TreeValue, to base: TreeValue, _ type: TypeID, _ site: Int32) -> TreeValue {
    let added = dereference(value)
    switch (base.tag, added.tag) {
    case (.none, _): return coerce(value, to: type, at: site)
    case (.list, .list):
      return coerce(tree.list(Array(tree.items(of: base)) + Array(tree.items(of: added))), to: type, at: site)
    case (.record, .record), (.instance, .record), (.record, .instance), (.instance, .instance):
      return coerce(merge(materialize(base), materialize(added)), to: type, at: site)
    default:
      report("KC0110", "`+=` extends a list with a list, and this is \(Self.article(kindName(added)))", at: site)
      return .poison
    }
  }

  /// The frame of one of an instance's schemas: `self` and the schema's lets.
  mutating func schemaFrame(_ index: Int32, _ schema: Int32) -> Int32 {
    let own = Int(instances[Int(index)].schema)
    guard let level = schemas[own].chain.firstIndex(of: schema) else { return 0 }
    if instances[Int(index)].frames < 0 {
      instances[Int(index)].frames = Int32(schemaFrames.count)
      schemaFrames.append(contentsOf: repeatElement(-1, count: schemas[own].chain.count))
    }
    let place = Int(instances[Int(index)].frames) + level
    if schemaFrames[place] >= 0 { return schemaFrames[place] }
    let module = scopes[Int(schemas[Int(schema)].scope)].module
    let frame = addFrame(
      parent: module >= 0 ? modules[Int(module)].frame : 0, size: schemas[Int(schema)].frameSize)
    setSlot(frame, 0, TreeValue(.instance, payload: UInt32(bitPattern: index)))
    var position = schemas[Int(schema)].lets.lowerBound
    while position < schemas[Int(schema)].lets.upperBound {
      let thunk = TreeValue(.thunk, payload: UInt32(bitPattern: code.extra[Int(position) + 1]))
      setSlot(frame, code.extra[Int(position)], thunk)
      position += 2
    }
    schemaFrames[place] = frame
    return frame
  }

  /// Reports a block that its declaration did not make: with the env that has deleted it, where one has.
  mutating func reportNotMade(_ name: Int32, in space: Int32, at site: Int32) {
    var next = children[ChildKey(parent: space, name: name)] ?? -1
    while next >= 0, instances[Int(next)].deletion == 0 { next = instances[Int(next)].nextNamesake }
    guard next >= 0, case let origin = instances[Int(next)].deletion else {
      return report(
        "KC0100", "there is no `\(text(name))` here", at: site, notes: ["the block that declares it is not made"])
    }
    report(
      "KC0100", "there is no `\(text(name))` in \(layers[Int(layer(origin))].name)", at: site,
      labels: [.init(span: span(code.origins[Int(origin)].site), message: "deleted here")])
  }

  /// `settings.data.LEVEL`
  private func entryTitle(_ entry: Pending) -> String {
    let map = instances[Int(entry.instance)]
    var names: [String] = []
    if map.parent >= 0, map.parent != root, instances[Int(map.parent)].name >= 0 {
      names.append(text(instances[Int(map.parent)].name))
    }
    if map.kind >= 0 { names.append(text(map.kind)) }
    var next = map.firstField
    while next >= 0, mapIndex[ChildKey(parent: entry.instance, name: mapFields[Int(next)].key)] != -2 - entry.key {
      next = mapFields[Int(next)].next
    }
    if next >= 0 { names.append(text(mapFields[Int(next)].key)) }
    return names.joined(separator: ".")
  }

  /// Reports that a value depends on itself, with the way round.
  mutating func reportCycle(instance: Int32, key: Int32, _ site: Int32) -> TreeValue {
    let start = pending.lastIndex { $0.instance == instance && $0.key == key } ?? 0
    let cycle = Array(pending[min(start, pending.count)...]).map { one -> Pending in
      guard one.instance < 0 else { return one }
      let name = declarationName(one.key)
      return Pending(instance: -1, key: name.key, site: name.site)
    }
    func title(_ one: Pending) -> String {
      if one.instance < 0 { return text(one.key) }
      if one.key < -1 { return entryTitle(one) }
      let place = instances[Int(one.instance)].name >= 0 ? text(instances[Int(one.instance)].name) : ""
      let field = one.key >= 0 ? text(one.key) : text(instances[Int(one.instance)].kind)
      return place.isEmpty ? field : "\(place).\(field)"
    }
    let names = cycle.map { title($0) }
    let first = names.first ?? text(instance < 0 ? declarationName(key).key : key)
    let way = (names + [first]).map { "`\($0)`" }.joined(separator: " → ")
    // A cycle is one mistake, wherever it was entered: it is reported where its first member is declared.
    var labels: [Diagnostic.Label] = []
    let place = cycle.first.map { $0.instance < 0 && $0.site != 0 ? $0.site : site } ?? site
    for (index, one) in cycle.enumerated().dropFirst().prefix(5) where one.site != 0 && one.site != place {
      let next = index + 1 < cycle.count ? title(cycle[index + 1]) : first
      labels.append(.init(span: span(one.site), message: "`\(title(one))` needs `\(next)`"))
    }
    report("KC0123", "`\(first)` is defined by itself", at: place, labels: labels, notes: [way])
    return .poison
  }
}
