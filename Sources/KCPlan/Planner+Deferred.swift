internal import KCData
internal import KCKube

/// Steps with values that are known only after apply.
extension Planner {
  /// A step for each declared object.
  ///
  /// Where the target tells a value already it is planned with, unless what tells it is changed itself: then it may
  /// become another one.
  func steps(for desired: [DesiredObject], of project: String, live: LiveState, recorded: [ObjectKey: InventoryEntry])
    -> [Step]
  {
    let known = Deferral.resolve(desired, live: live.objects)
    var steps = known.map { step(for: $0, of: project, live: live, recorded: recorded[$0.key]) }
    var open = desired.indices.filter { !desired[$0].deferred.isEmpty && known[$0].deferred.isEmpty }
    var changing = Set(steps.filter { $0.action != .keep }.map(\.address))
    while true {
      let touched = open.filter { place in
        desired[place].deferred.contains { $0.expression.addresses.contains(where: changing.contains) }
      }
      if touched.isEmpty { return steps }
      open.removeAll(where: touched.contains)
      for place in touched {
        steps[place] = step(for: desired[place], of: project, live: live, recorded: recorded[desired[place].key])
        changing.insert(steps[place].address)
      }
    }
  }

  /// What changes where values are not known yet: those, and what is known to differ.
  func deferredChanges(_ desired: DesiredObject, _ current: Value?) -> [Step.Change] {
    let traced = desired.traced
    let unknown = desired.deferred.map { field in
      Step.Change(
        field: FieldChange(
          path: field.path, position: field.path, old: current?.at(field.path),
          new: .string(DeferredExpression.placeholder)),
        origin: traced.origin(of: field.path), isSecret: traced.isSecret(field.path))
    }
    guard let current else { return unknown }
    // What is there stands for what is not known: it is no change of its own.
    var wanted = desired
    for field in desired.deferred.reversed() {
      wanted.object = wanted.object.replacing(field.path.elements[...], with: current.at(field.path) ?? "")
    }
    let others = changes(from: current, to: predict(wanted, current), desired: desired)
    return others.filter { change in !unknown.contains { change.field.position.hasPrefix($0.field.position) } }
      + unknown
  }
}
