internal import KCData
internal import KCKube
internal import KCSyntax

/// What the API server refuses, found in the source.
extension Program {
  /// Reports what the API server would refuse of the objects, if that is asked for: of those that nothing else is wrong
  /// with, since a mistake is one diagnostic. The blocks of those that it would refuse.
  mutating func checkObjects(_ resources: [Resource]) -> Set<Int32> {
    guard options.checksObjects else { return [] }
    let unclear = blocksWithReports()
    let places = Set(diagnostics.all.filter { $0.severity == .error }.map(\.span))
    var refused: Set<Int32> = []
    // Who has a mistake to mend is not kept waiting for what else there may be in a large program.
    let checked = diagnostics.hasErrors ? resources.prefix(Limits.checkedBesideMistakes) : resources[...]
    for resource in checked
    where !unclear.contains(resource.instance) && !places.contains(span(instances[Int(resource.instance)].site)) {
      let (apiVersion, kind) = identity(of: resource.tree)
      guard let type = ResourceTypes.builtin.find(apiVersion: apiVersion, kind: kind),
        kube.type(apiVersion: apiVersion, kind: kind) != nil, let object = tree.value(of: resource.tree)
      else { continue }
      let causes = once(Self.refusals(of: object, type), of: resource)
      if causes.isEmpty { continue }
      refused.insert(resource.instance)
      let hasSecrets = ObjectOrigins.hasSecrets(self, resource.tree)
      // What secrets hold may be assumed here, and is nothing to be shown.
      for (cause, place) in causes {
        let isMissing = cause.reason == "FieldValueRequired"
        let isOfKey = Self.quoted(cause.message).map { cause.field == "data[\($0)]" } ?? false
        if hasSecrets, hasAssumedInputs, kind == "Secret", !isMissing, !isOfKey { continue }
        let why =
          !hasSecrets || isOfKey
          ? cause.message : isMissing ? "it is not there" : "its value is not what the API asks for"
        // Of an object that is too large, no field is the one that is.
        let block = title(of: resource.instance)
        let what = cause.field == "[]" ? block : "`\(cause.field)` of \(block)"
        let refusal = Diagnostic(
          "KC0197", "the API server refuses \(what): \(why)",
          at: place, help: Self.wayOut(of: cause.field, kind, isMissing: isMissing))
        diagnostics.add(refusal, about: reportPlace(of: refusal.span, about: resource.instance))
      }
    }
    return refused
  }

  /// The blocks of objects that the API server would refuse, without a report: where files could not be read, what is
  /// missing may stand there.
  mutating func refusedObjects(_ resources: [Resource]) -> Set<Int32> {
    let known = diagnostics
    defer { diagnostics = known }
    return checkObjects(resources)
  }

  /// What is refused, without what is refused for the same value: it stands in several places of the object, and is told
  /// where the source says it.
  private func once(_ causes: [APIStatus.Cause], of resource: Resource) -> [(cause: APIStatus.Cause, place: Span)] {
    let places = causes.map { place(of: $0.field, in: resource, quoted: Self.quoted($0.message)) }
    // Numbers that are the same may well be two, but for what one field has from another beside it.
    let values = causes.map { Self.quoted($0.message) == nil ? Self.parent(of: $0.field) + $0.message : $0.message }
    var told = Set(zip(values, places).filter(\.1.isExact).map(\.0))
    return causes.indices.filter { place in
      places[place].isExact || told.insert(values[place]).inserted
    }.map { (causes[$0], places[$0].span) }
  }

  private static func parent(of field: String) -> Substring { field[..<(field.lastIndex(of: ".") ?? field.startIndex)] }

  /// What to write where something is missing that blocks say in their own way, or has a form of its own; nil for others.
  private static func wayOut(of field: String, _ kind: String, isMissing: Bool) -> String? {
    switch (kind, field) {
    case ("Service", "spec.ports") where isMissing: "a service has ports: `port http = 80 -> web.app.http`"
    case ("Secret", "data[.dockerconfigjson]"):
      #"it is JSON, as `docker login` writes it: `{ "auths": { "registry.example.com": { "auth": "…" } } }`"#
    default: nil
    }
  }

  /// The text that a message begins with: `Invalid value: "a b": …`, `Unsupported value: "a"`.
  private static func quoted(_ message: String) -> String? {
    let starts = ["Invalid", "Unsupported", "Duplicate"].map { "\($0) value: \"" }
    guard let start = starts.first(where: message.hasPrefix),
      let end = message.dropFirst(start.count).firstIndex(of: "\"")
    else { return nil }
    return String(message.dropFirst(start.count)[..<end])
  }

  /// The field that keeps an object from being read, which the API tells in its message alone.
  private static func unreadable(_ refusal: APIStatus, _ type: ResourceType) -> APIStatus.Cause? {
    guard let start = refusal.message.firstRange(of: " cannot be handled as a \(type.kind): "),
      case let rest = refusal.message[start.upperBound...], let end = rest.firstRange(of: ": ")
    else { return nil }
    let field = String(rest[..<end.lowerBound])
    if field.contains(" ") { return nil }
    return .init(reason: refusal.reason, message: String(rest[end.upperBound...]), field: field)
  }

  private static func refusals(of object: Value, _ type: ResourceType) -> [APIStatus.Cause] {
    if let refusal = Validation.decode(object, type: type) {
      if let causes = refusal.details?.causes, !causes.isEmpty { return causes }
      return [unreadable(refusal, type) ?? .init(reason: refusal.reason, message: refusal.message, field: "metadata")]
    }
    var object = object
    Defaulting.apply(to: &object, type: type)
    // What the server gives each object, and some rules look at.
    object.set("00000000-0000-4000-8000-000000000000", at: "metadata", "uid")
    if object.name ?? "" == "", let prefix = object.at("metadata", "generateName")?.string, !prefix.isEmpty {
      object.set(.string(prefix + "x2x4x"), at: "metadata", "name")
    }
    Strategy.prepareForCreate(&object, type: type, now: Timestamp(seconds: 0), isWritten: false)
    let causes = Validation.create(object, type: type)
    // That nothing fits a selector which is not there is no second mistake.
    guard causes.contains(where: { $0.field == "spec.selector" }) else { return causes }
    return causes.filter { !$0.message.contains("`selector` does not match template `labels`") }
  }
}
