internal import KCData
internal import KCKube
internal import KCSyntax

/// A custom kind by its name in the language: `example.com.v1.Widget`.
struct CustomKind {
  var apiVersion: String
  var kind: String

  /// nil for a text that is no group, version and kind.
  init?(_ name: String) {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count >= 3, !Self.isBuiltin(name), let kind = parts.last, let first = kind.utf8.first else {
      return nil
    }
    // Kinds begin with a capital letter; behind a domain and a version, nothing else can be meant by one that does not.
    guard (65...90).contains(first) || parts.count > 3 && (97...122).contains(first) else { return nil }
    let version = parts[parts.count - 2]
    guard version.first == "v", let digit = version.utf8.dropFirst().first, (48...57).contains(digit) else {
      return nil
    }
    apiVersion = "\(parts.dropLast(2).joined(separator: "."))/\(version)"
    self.kind = String(kind)
  }

  /// Whether a name is that of a type of Kubernetes itself, `k8s.apps.v1.Deployment`: groups of custom kinds may begin
  /// so, too, `k8s.nginx.org`.
  static func isBuiltin(_ name: String) -> Bool {
    guard name.hasPrefix("k8s.") else { return false }
    let group = name.split(separator: ".", omittingEmptySubsequences: false).dropLast(2)
    return group.count < 3 || group.suffix(2).elementsEqual(["k8s", "io"])
  }
}

/// Custom resources as blocks: `example.com.v1.Widget w { spec { … } }`.
///
/// Where the program has a schema of the kind, as `kc import crd` writes it, their fields are those of that schema. Else
/// what they may hold is known when the program's definitions are: until then their fields are open.
extension Program {
  /// The schema of a custom kind, made when it is first used.
  mutating func customSchema(_ custom: CustomKind, _ name: String) -> Int32 {
    if let known = apiSchemas[name] { return known }
    var schema = Schema(name: name, kind: key(name), site: 0, scope: Self.prelude)
    schema.isBlock = true
    schema.state = .compiled
    schema.apiType = (custom.apiVersion, custom.kind)
    let place = Int32(schemas.count)
    schema.chain = [place]
    schema.slots.append(Slot(key: keys.name, type: TypeTable.string, owner: place, site: 0))
    schema.slotOf[keys.name] = 0
    schemas.append(schema)
    schemas[Int(place)].object = code.emit(.apiObject, place, at: 0)
    schemas[Int(place)].objectOwner = place
    apiSchemas[name] = place
    if let declared = resourceSchema(of: custom) {
      addFields(of: declared, to: place)
      return place
    }
    for field in ["metadata", "spec"] { addOpenField(key(field), isRecord: true, to: place) }
    return place
  }

  /// Reports a kind of one of Kubernetes' own groups, which have types of their own: groups of custom kinds are domains.
  ///
  /// - Returns: whether it is that, and Kubernetes has no such version.
  mutating func reportBuiltinGroup(_ name: String, _ custom: CustomKind, at span: Span) -> Bool {
    guard let group = custom.apiVersion.split(separator: "/").first, !group.contains("."),
      !Self.olderGroups.contains(String(group)),
      kube.type(apiVersion: custom.apiVersion, kind: custom.kind) == nil
    else { return false }
    let known = ResourceTypes.builtin.all.map(\.languageName)
    let full = "k8s.\(name)"
    if known.contains(full) {
      report(
        "KC0104", "there is no kind of block `\(name)`", at: span, help: "Kubernetes' own is `\(full)`",
        fix: Diagnostic.Fix(span: span, replacement: full))
    } else if let guess = Self.nearest(to: full, among: known) {
      report(
        "KC0104", "there is no kind of block `\(name)`", at: span,
        notes: ["the group of a custom kind is a domain: `example.com.v1.Widget`"],
        help: "Kubernetes' own is `\(guess)`")
    } else {
      report(
        "KC0104", "there is no kind of block `\(name)`", at: span,
        notes: ["the group of a custom kind is a domain: `example.com.v1.Widget`"])
    }
    return true
  }

  /// Kubernetes' own groups that are no domains. What they had in former versions, older clusters still serve.
  private static let olderGroups: Set<String> = ["apps", "autoscaling", "batch", "extensions", "policy"]

  func isCustom(_ schema: Int32) -> Bool {
    guard let type = schemas[Int(schema)].apiType else { return false }
    return CustomKind(schemas[Int(schema)].name) != nil && apiSchemas[schemas[Int(schema)].name] == schema
      && type.apiVersion.contains("/")
  }

  /// Whether a schema is the library's: its fields are not those of the kind in the API's terms.
  private func isStandard(_ schema: Schema) -> Bool {
    let module = scopes[Int(schema.scope)].module
    return module >= 0 && modules[Int(module)].isStandard
  }

  /// The program's own schema of a kind: its object says the kind's name and version.
  private func resourceSchema(of custom: CustomKind) -> Int32? {
    schemas.indices.lazy.map(Int32.init).first { index in
      guard schemas[Int(index)].isBlock, let node = schemas[Int(index)].node, node.kind == .schemaDecl,
        !isStandard(schemas[Int(index)])
      else { return false }
      let object = node.child(.body)?.parts.first { $0.kind == .objectDecl }?.firstPart
      func says(_ field: String, _ wanted: String) -> Bool {
        object?.parts.contains { entry in
          entry.kind == .recordField && entry.firstWord.map { entry.word($0) } == field
            && entry.parts.last?.plainText == wanted
        } ?? false
      }
      return says("kind", custom.kind) && says("apiVersion", custom.apiVersion)
    }
  }

  /// The fields of a schema of the program for blocks in the API's own terms: those that it has itself, without their
  /// defaults, which the API server knows.
  private mutating func addFields(of declared: Int32, to place: Int32) {
    ensureSchema(declared)
    closedKinds.insert(place)
    schemas[Int(place)].scopeOfObjects = isOfCluster(schemas[Int(declared)]) ? .cluster : .namespaced
    addOpenField(key("metadata"), isRecord: true, to: place)
    for field in schemas[Int(declared)].slots
    where field.owner == declared && field.childSchema < 0 && field.key != keys.namespace {
      guard schemas[Int(place)].slotOf[field.key] == nil else { continue }
      var slot = field
      slot.owner = place
      if slot.fallback >= 0 { slot.type = types.add(.optional(slot.type)) }
      slot.fallback = -1
      schemas[Int(place)].slotOf[slot.key] = Int32(schemas[Int(place)].slots.count)
      schemas[Int(place)].slots.append(slot)
    }
  }

  /// Gives a custom kind the fields that a block of it sets, unless a schema of the program says which there are.
  mutating func openFields(of schema: Int32, for body: SyntaxNode) {
    if closedKinds.contains(schema) { return }
    for statement in body.parts where statement.kind == .setting || statement.kind == .nested {
      guard let path = statement.firstPart else { continue }
      let parts = path.text.split(separator: ".")
      guard let first = parts.first, schemas[Int(schema)].slotOf[key(String(first))] == nil else { continue }
      let isRecord = statement.kind == .nested || parts.count > 1
      addOpenField(key(String(first)), isRecord: isRecord, to: schema)
    }
  }

  private mutating func addOpenField(_ field: Int32, isRecord: Bool, to schema: Int32) {
    let type = types.add(.optional(isRecord ? types.add(.map(TypeTable.any)) : TypeTable.any))
    schemas[Int(schema)].slotOf[field] = Int32(schemas[Int(schema)].slots.count)
    schemas[Int(schema)].slots.append(Slot(key: field, type: type, owner: schema, site: 0))
  }
}
