internal import KCData
internal import KCSyntax

/// `kc why`.
///
/// It asks a program whose evaluation is over: values are read, and nothing that is reported then is shown.
extension Program {
  mutating func why(address written: String, path given: String?, resources: [Resource]) throws(WhyError) -> WhyAnswer {
    steps = 0
    // `deployment["w-1"]`, as the source refers to what a loop makes.
    let address = written.replacing("[\"", with: ".").replacing("\"]", with: "")
    if given == nil, resources.allSatisfy({ !Self.answers($0.address, to: address) }),
      let name = try why(nameAt: [address])
    {
      return name
    }
    let (resource, path): (Resource, String?)
    do throws(WhyError) {
      (resource, path) = try find(address, given, resources)
    } catch {
      if case .ambiguous(_, let candidates) = error {
        return try why(oneOf: candidates, address, path: given, resources)
      }
      guard case .unknownAddress = error else { throw error }
      if let answer = try why(instance: address, given) { return answer }
      if let answer = try why(nameAt: Self.sourceNames(in: [written, given ?? ""].joined(separator: "."))) {
        return answer
      }
      if let kind = kind(ofName: address) { throw .noValue(address, kind: kind) }
      // The instance is there, and has nothing of the path.
      if let given, try why(instance: address, nil) != nil {
        throw .unknownPath(given, address: address, near: nil, known: [])
      }
      if case .unknownAddress(_, nil, let known) = error, case let names = Self.sourceNames(in: address),
        let near = names.first.flatMap({ Self.nearest(to: $0, among: valueNames()) })
      {
        throw .unknownAddress(address, near: Self.path([near] + names.dropFirst()), known: known)
      }
      throw error
    }
    guard let path, !path.isEmpty else {
      let place = Provenance(location: resource.origin, layer: "file")
      return WhyAnswer(
        address: resource.address, path: "", subject: title(of: resource.instance), value: "", layers: [],
        parameters: [], provenance: place)
    }
    if let found = sourceField(path, of: resource.instance) {
      return answer(resource, path, found.field, value: found.value.map { whole($0) }, within: found.rest)
    }
    if let block = block(at: path, in: resource.instance) {
      let place = Provenance(location: location(instances[Int(block)].site), layer: "file")
      return WhyAnswer(
        address: resource.address, path: path, subject: title(of: block), value: "", layers: [], parameters: [],
        provenance: place)
    }
    let objectPath = Self.parse(path: path)
    guard let value = Self.value(at: objectPath, in: resource.object) else {
      throw unknownPath(path, of: resource)
    }
    let provenance = resource.origin(of: objectPath)
    let isSecret = resource.secretPaths.contains { objectPath.hasPrefix($0) || $0.hasPrefix(objectPath) }
    let shown = isSecret ? Tree.secretText : Self.show(value)
    if let (field, isExact) = binding(at: origin(at: objectPath, in: resource.tree), of: resource.instance) {
      var found = answer(resource, path, field, provenance, value: isExact ? nil : shown)
      if !isExact { found.subject = "\(title(of: resource.instance)) · \(path)" }
      return found
    }
    return WhyAnswer(
      address: resource.address, path: path, subject: "\(title(of: resource.instance)) · \(path)", value: shown,
      layers: [],
      parameters: provenance.parameter.map { [$0] } ?? [], provenance: provenance)
  }

  /// What a name means that several resources have: the one that has the field, and of several those that stand in no
  /// instance of a component, as in the source.
  private mutating func why(
    oneOf candidates: [String], _ name: String, path: String?, _ resources: [Resource]
  ) throws(WhyError) -> WhyAnswer {
    let outer = resources.filter { candidates.contains($0.address) && instances[Int($0.instance)].parent == root }
    for group in [outer.map(\.address), candidates] {
      var answers: [(address: String, answer: WhyAnswer)] = []
      for one in group {
        if let answer = try? why(address: one, path: path, resources: resources) { answers.append((one, answer)) }
      }
      if answers.count == 1 { return answers[0].answer }
      if answers.count > 1 { throw WhyError.ambiguous(name, answers.map(\.address)) }
    }
    // What has the name in the source is meant, and has nothing of the path.
    if outer.count == 1 { return try why(address: outer[0].address, path: path, resources: resources) }
    throw WhyError.ambiguous(name, candidates)
  }

  private static func answers(_ address: String, to name: String) -> Bool {
    if address == name { return true }
    let parts = address.split(separator: ".").map(String.init)
    guard let last = parts.last else { return false }
    // As the source refers to it, too: by the instances that it is in, without its kind.
    return last == name || (parts.dropLast(2) + [last]).joined(separator: ".") == name
  }

  /// The resource of an address, and the path in it: what follows an address by a dot is one, too.
  private func find(
    _ address: String, _ path: String?, _ resources: [Resource]
  ) throws(WhyError) -> (Resource, path: String?) {
    do {
      return (try find(address, resources), path)
    } catch {
      guard case .unknownAddress = error, path == nil else { throw error }
      let parts = address.split(separator: ".").map(String.init)
      for count in (0..<parts.count).reversed() where count > 0 {
        let outer = parts.prefix(count).joined(separator: ".")
        if let found = try? find(outer, resources) { return (found, parts.dropFirst(count).joined(separator: ".")) }
      }
      throw error
    }
  }

  private func find(_ address: String, _ resources: [Resource]) throws(WhyError) -> Resource {
    if let exact = resources.first(where: { $0.address == address }) { return exact }
    let found = resources.filter { Self.answers($0.address, to: address) }
    if found.count == 1 { return found[0] }
    if found.count > 1 { throw WhyError.ambiguous(address, found.map(\.address)) }
    let shown = Self.shown(as: address, resources)
    if shown.count == 1 { return shown[0] }
    if shown.count > 1 { throw WhyError.ambiguous(address, shown.map(\.address)) }
    let known = resources.map(\.address)
    throw WhyError.unknownAddress(address, near: Self.nearest(to: address, among: known), known: known)
  }

  /// What plans call by a name: `deployment eu-web`.
  private static func shown(as name: String, _ resources: [Resource]) -> [Resource] {
    let parts = name.split(maxSplits: 1) { " /.".contains($0) }.map(String.init)
    guard parts.count == 2 else { return [] }
    return resources.filter { resource in
      let object = resource.object
      guard object.at("metadata", "name")?.string == parts[1] else { return false }
      return [resource.kind, object["kind"]?.string?.lowercased()].contains(parts[0])
    }
  }

  /// A value as the source would write it, also of a record whose fields stand in a body.
  mutating func whole(_ value: TreeValue, _ depth: Int = 0) -> String {
    let plain = scalar(value)
    if plain.isSecret || plain.tag == .string && tellsSecret(plain) { return Tree.secretText }
    switch plain.tag {
    case .instance where instances[Int(plain.payload)].name < 0 && depth < 8:
      return whole(materialize(plain), depth + 1)
    case .record:
      let fields = Array(tree.fields(of: plain))
      if fields.isEmpty { return "{ }" }
      var parts: [String] = []
      for field in fields { parts.append("\(tree.keys.text(field.key)) = \(whole(field.value, depth + 1))") }
      return "{ \(parts.joined(separator: ", ")) }"
    case .list:
      let items = Array(tree.items(of: plain))
      guard items.contains(where: { isRecord($0) }) else { return display(plain) }
      var parts: [String] = []
      for item in items { parts.append(whole(item, depth + 1)) }
      return "[\(parts.joined(separator: ", "))]"
    default: return display(plain)
    }
  }

  private mutating func answer(
    _ resource: Resource, _ path: String, _ field: WhyField, _ given: Provenance? = nil, value: String? = nil,
    within rest: [String] = []
  ) -> WhyAnswer {
    let origin = memos[field.place].origin
    let provenance =
      given ?? (origin != 0 ? provenance(origin) : Provenance(location: resource.origin, layer: "default"))
    var walk = WhyWalk()
    collect(field: field, &walk)
    let inputs = walk.found.first?.inputs ?? []
    var parameters = Self.parameters(in: inputs)
    let data = code.origins[Int(origin)]
    if parameters.isEmpty, data.parameter >= 0 { parameters.append(parameterNames[Int(data.parameter)]) }
    return WhyAnswer(
      address: resource.address, path: path,
      subject: Self.subject(name(of: field), rest),
      value: value ?? whole(memos[field.place].value), layers: layers(of: field), parameters: parameters,
      inputs: inputs, provenance: provenance)
  }

  /// `deployment web · app.args[0]`
  static func subject(_ field: String, _ rest: [String]) -> String {
    field + rest.map { Int($0) != nil ? "[\($0)]" : ".\(path([$0]))" }.joined()
  }

  /// The names of the parameters among inputs and what those were computed from.
  static func parameters(in inputs: [WhyAnswer.Input]) -> [String] {
    var names: [String] = []
    for input in inputs {
      for name in (input.kind == .parameter ? [input.name] : []) + parameters(in: input.inputs)
      where !names.contains(name) {
        names.append(name)
      }
    }
    return names
  }
}
