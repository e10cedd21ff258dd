internal import KCData
internal import KCSyntax

/// A program that nothing changes any more.
final class FrozenProgram: Sendable {
  let program: Program
  init(_ program: consuming Program) { self.program = program }
}

/// Where the fields of an object came from: a walk over its tree, made when somebody asks.
struct ObjectOrigins {
  var origins: [FieldPath: Provenance] = [:]
  var secretPaths: [FieldPath] = []
  var rules: [Resource.Rule] = []
  private let frozen: FrozenProgram

  init(_ frozen: FrozenProgram, _ value: TreeValue) {
    self.frozen = frozen
    walk(value, FieldPath())
  }

  private mutating func walk(_ value: TreeValue, _ path: FieldPath) {
    if value.isSecret { secretPaths.append(path) }
    switch value.tag {
    case .record:
      for field in frozen.program.tree.fields(of: value) where !field.value.isNone {
        let inner = path.field(frozen.program.text(Int32(field.key)))
        if field.origin != 0 { origins[inner] = frozen.program.provenance(field.origin) }
        walk(field.value, inner)
      }
    case .list:
      for (place, element) in frozen.program.tree.items(of: value).enumerated() {
        let inner = path.index(place)
        if element.tag == .record, let first = frozen.program.tree.fields(of: element).first, first.origin != 0 {
          noteRule(first.origin, inner)
        }
        walk(element, inner)
      }
    default: return
    }
  }

  /// Whether any part of a value is secret; it makes nothing, and stops at the first.
  static func hasSecrets(_ program: borrowing Program, _ value: TreeValue) -> Bool {
    if value.isSecret { return true }
    switch value.tag {
    case .record: return program.tree.fields(of: value).contains { hasSecrets(program, $0.value) }
    case .list: return program.tree.items(of: value).contains { hasSecrets(program, $0) }
    default: return false
    }
  }

  /// An element of a list that came from an affinity rule.
  private mutating func noteRule(_ origin: UInt32, _ path: FieldPath) {
    let data = frozen.program.code.origins[Int(origin)]
    guard data.rule >= 0 else { return }
    origins[path] = frozen.program.provenance(origin)
    if rules.contains(where: { path.hasPrefix($0.path) }) { return }
    let rule = frozen.program.rules[Int(data.rule)]
    rules.append(Resource.Rule(path: path, origin: frozen.program.location(rule.site), text: rule.text))
  }
}
