internal import KCData

/// Calls of methods.
extension Builtins {
  /// Calls a method.
  ///
  /// A secret stays one: where the receiver or an argument is secret, so is what is computed from it. What is only passed
  /// on, such as the elements of a list, keeps its own mark.
  static func call(
    _ name: String, on receiver: TreeValue, _ arguments: [TreeValue], sites: [Int32], at site: Int32,
    _ program: inout Program
  ) -> TreeValue {
    var value = receiver.tag == .scope ? program.tree.list(program.blocks(of: receiver)) : program.dereference(receiver)
    if value.tag == .symbol { return program.unresolved(value) }
    if value.tag == .instance {
      let plain = program.scalar(value)
      value = plain.tag == .instance ? program.materialize(plain) : plain
      if value.isPoison { return .poison }
      if receiver.isSecret { value.isSecret = true }
    }
    if let deferred = program.deferredMethod(name, on: value, arguments, at: site) { return deferred }
    // The library's own calls are right: its tests compile all of it.
    if !program.isOwn(site) {
      let plain = arguments.map { $0.tag == .key ? program.dereference($0) : $0 }
      return run(name, on: value, plain, site, &program)
    }
    guard let method = method(name, of: value.tag) else {
      let known = methods(of: value.tag) + properties(of: value.tag)
      if let help = Program.otherMethod(name, known: known) {
        let kind = Program.article(program.kindName(value))
        program.report("KC0102", "\(kind) has no function `\(name)`", at: site, help: help)
        return .poison
      }
      program.reportUnknown(
        "KC0102", "\(Program.article(program.kindName(value))) has no function `\(name)`", name,
        among: methods(of: value.tag), at: program.span(site))
      return .poison
    }
    var call = MethodCall(name: name, receiver: value, arguments: [], sites: sites, site: site)
    var isSecret = value.isSecret
    guard let given = program.arguments(of: method.signature, arguments, &call, &isSecret) else { return .poison }
    call.arguments = given
    call.receiver.isSecret = false
    guard let result = run(call, &program) else { return .poison }
    return marked(result, of: call, isSecret: isSecret, &program)
  }

  /// What a method gives, secret where it tells of one: that there is none does so, too.
  private static func marked(
    _ result: TreeValue, of call: MethodCall, isSecret: Bool, _ program: inout Program
  ) -> TreeValue {
    guard !result.isPoison, isSecret || digests(call.name, call, program) else { return result }
    if result.isNone, program.hasAssumedInputs, let method = method(call.name, of: call.receiver.tag) {
      return program.assumed(method.signature.result)
    }
    // Whether text has a number in it, or a list an element, tells of it.
    if let method = method(call.name, of: call.receiver.tag), case .optional = method.signature.result {
      return program.part(ofSecret: result)
    }
    var secret = result
    secret.isSecret = true
    return secret
  }

  /// A call from the standard library, without checks.
  private static func run(
    _ name: String, on receiver: TreeValue, _ arguments: [TreeValue], _ site: Int32, _ program: inout Program
  ) -> TreeValue {
    var isSecret = receiver.isSecret
    var call = MethodCall(
      name: name, receiver: receiver, arguments: arguments, sites: [], site: program.callSite ?? site)
    call.receiver.isSecret = false
    for place in call.arguments.indices {
      let argument = call.arguments[place]
      guard argument.tag != .function, argument.tag != .list, argument.tag != .instance else { continue }
      isSecret = isSecret || argument.isSecret
      call.arguments[place].isSecret = false
    }
    guard let result = run(call, &program) else {
      program.report(
        "KC0102", "\(Program.article(program.kindName(receiver))) has no function `\(name)`",
        at: program.callSite ?? site)
      return .poison
    }
    return marked(result, of: call, isSecret: isSecret, &program)
  }

  private static func run(_ call: MethodCall, _ program: inout Program) -> TreeValue? {
    switch call.receiver.tag {
    case .string: text(call, &program)
    case .list: list(call, &program)
    case .record: record(call, &program)
    default: number(call, &program)
    }
  }

  /// Whether the result is made of elements of which some are secret, without holding them.
  private static func digests(_ name: String, _ call: MethodCall, _ program: borrowing Program) -> Bool {
    switch name {
    case "contains", "indexOf", "sum", "unique", "sorted", "without", "intersect":
      call.receiver.tag == .list && (program.holdsSecret(call.receiver) || program.holdsSecret(call[0]))
    default: false
    }
  }
}

extension Program {
  /// The arguments of a call, checked against a signature; nil after a report.
  ///
  /// - Parameter isSecret: set where an argument is secret.
  fileprivate mutating func arguments(
    of signature: Signature, _ given: [TreeValue], _ call: inout MethodCall, _ isSecret: inout Bool
  ) -> [TreeValue]? {
    let parameters = signature.parameters
    if given.count > parameters.count {
      report(
        "KC0132", "`\(signature.name)` takes \(Self.count(parameters.count, "argument"))",
        at: call.site(of: parameters.count))
      return nil
    }
    if given.count < signature.required {
      report("KC0131", "`\(signature.name)` needs `\(parameters[given.count].name)`", at: call.site)
      return nil
    }
    var plain: [TreeValue] = []
    for (place, argument) in given.enumerated() {
      guard let value = self.argument(argument, parameters[place].type, call.site(of: place), &isSecret) else {
        return nil
      }
      plain.append(value)
    }
    return plain
  }

  private mutating func argument(
    _ given: TreeValue, _ type: SignatureType, _ site: Int32, _ isSecret: inout Bool
  ) -> TreeValue? {
    switch type {
    case .any, .element: return given
    case .function(let parameters, _):
      let wanted = types.add(.signature(parameters.map { _ in TypeTable.any }, TypeTable.any))
      let value = coerce(scalar(given), to: wanted, at: site)
      return value.isPoison ? nil : value
    case .list:
      let value = dereference(given.tag == .scope ? tree.list(blocks(of: given)) : given)
      if value.tag == .list { return value }
      _ = value.isPoison ? value : mismatch(value, types.add(.list(TypeTable.any)), at: site)
      return nil
    default:
      var value = scalar(given)
      isSecret = isSecret || value.isSecret
      value.isSecret = false
      let wanted = self.type(type, element: TypeTable.any)
      value = coerce(value, to: wanted, at: site)
      if value.tag == .instance { value = materialize(value) }
      return value.isPoison ? nil : value
    }
  }
}
