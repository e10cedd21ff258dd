internal import KCData
internal import KCKube

/// What is removed, and what stays because it is not only the project's.
extension Planner {
  /// The plan that removes all that the project owns.
  public func planRemoval(project: String, namespace: String, environment: String?, live: LiveState) -> Plan {
    let names = ShownName.Names([], live.inventory)
    var planner = self
    planner.options.allowDelete = names.addresses(of: options.allowDelete)
    var plan = planner.plannedRemoval(project: project, namespace: namespace, environment: environment, live: live)
    names.call(&plan.steps)
    return plan
  }

  private func plannedRemoval(project: String, namespace: String, environment: String?, live: LiveState) -> Plan {
    let there = live.inventory.filter { live.objects[$0.key] != nil }
    var (leaving, stays) = leaving(there, project: project, live: live)
    for entry in leaving where entry.key.kind == "Namespace" && !options.allows(entry.address) {
      let others = live.held[entry.key.name]?.others ?? []
      if others.isEmpty || live.objects[entry.key].flatMap(Risks.protection) != nil { continue }
      stays.append(Plan.Stay(entry, "\(Self.list(others)) \(others.count == 1 ? "is" : "are") in it"))
      // With the namespace stay the claims of the project's stateful sets: nobody's record has them any more.
      for claim in live.held[entry.key.name]?.left ?? [] { stays.append(Plan.Stay(claim: claim, in: entry)) }
      leaving.removeAll { $0 == entry }
    }
    var steps = removalSteps(leaving, live: live) { _ in "removed with the project" }
    // What is the project's goes anyway with its namespaces. What else is in them, and what holds data, is told.
    for index in steps.indices where steps[index].key.kind == "Namespace" {
      let held = live.held[steps[index].key.name] ?? .init()
      let all = held.left + held.others
      steps[index].risks = all.isEmpty ? [] : [Risk(.dataLoss, Self.told(all))]
      let current = live.objects[steps[index].key]
      if current.flatMap(Risks.protection) != nil || steps[index].guardReason == nil { continue }
      steps[index].guardReason = all.isEmpty ? nil : Self.told(all)
    }
    var plan = Plan(
      project: project, environment: environment, target: live.target, steps: steps, placements: [],
      digest: PlanDigest.digest(steps: steps, cluster: live.cluster, sources: []), recordNamespace: namespace)
    plan.stays = stays
    plan.appliedAs = Self.formerEnvironment(live, environment)
    return plan
  }

  /// Tells what may go from what stays: what was there before the project, and what is another one's, too.
  func leaving(
    _ entries: [InventoryEntry], project: String, live: LiveState
  ) -> (leaving: [InventoryEntry], stays: [Plan.Stay]) {
    var leaving: [InventoryEntry] = []
    var stays: [Plan.Stay] = []
    for entry in entries {
      if let owner = live.owners[entry.key] {
        stays.append(Plan.Stay(entry, "\(owner.words(beside: project)) has it, too", canGo: false))
      } else if entry.isFound, !options.allows(entry.address) {
        stays.append(Plan.Stay(entry, "it was there before the project"))
      } else {
        leaving.append(entry)
      }
    }
    return (leaving, stays)
  }

  /// Refuses what is declared of a kind whose definition the plan removes: with it all of them go.
  func refuseOrphans(_ steps: inout [Step], of removals: [InventoryEntry], live: LiveState) {
    let definitions = Self.defined(by: removals.map { ($0.key, $0.title) }, live)
    if definitions.isEmpty { return }
    for index in steps.indices {
      guard let title = definitions[Self.kind(steps[index].key)] else { continue }
      if steps[index].action == .keep { steps[index].action = .change }
      steps[index].refusal = APIStatus(
        code: 409, reason: "Conflict",
        message:
          "\(title) is no longer declared, and all objects of its kind would go with it: keep it, or remove this too")
    }
  }

  /// Makes again what goes with a definition that is replaced, though nothing of it changes.
  func remakeOrphans(_ steps: inout [Step], live: LiveState) {
    let definitions = Self.defined(by: steps.filter { $0.action == .replace }.map { ($0.key, $0.title) }, live)
    if definitions.isEmpty { return }
    for index in steps.indices where [.keep, .change].contains(steps[index].action) {
      guard let title = definitions[Self.kind(steps[index].key)] else { continue }
      steps[index].action = .replace
      steps[index].effect = "made again: it goes with \(title)"
    }
  }

  /// Refuses an object that another block declares, too: the later of the two would undo the other at each apply.
  static func refuseRepeats(_ steps: inout [Step]) {
    var first: [String: Int] = [:]
    for index in steps.indices where !steps[index].key.name.isEmpty {
      let key = steps[index].key
      let name = "\(kind(key))/\(key.namespace)/\(key.name)"
      guard let other = first[name] else {
        first[name] = index
        continue
      }
      let place = steps[other].origin.map { " at \($0.file):\($0.line)" } ?? ""
      if steps[index].action == .keep { steps[index].action = .change }
      steps[index].refusal = APIStatus(
        code: 409, reason: "AlreadyExists",
        message: "\(key.kind) \(key.name) is declared\(place), too: give one of them another name, or leave it out")
    }
  }

  /// Refuses what has no name: what the target would name anew each time could not be found again.
  static func refuseNameless(_ steps: inout [Step]) {
    for index in steps.indices where steps[index].key.name.isEmpty {
      // That its kind is not known is said first.
      if steps[index].refusal?.code == 404 { continue }
      let what = steps[index].object?.at("metadata", "generateName") == nil ? "no name" : "a `generateName` alone"
      steps[index].refusal = APIStatus(
        code: 422, reason: "Invalid",
        message: "\(steps[index].address) has \(what), and would be another object each time: give it a name")
    }
  }

  /// Refuses what is declared in a namespace, or in none, where the plan's own definition of its kind says the other: it
  /// would be made elsewhere than it is looked for.
  static func refuseMisplaced(_ steps: inout [Step]) {
    var scopes: [String: (isNamespaced: Bool, title: String)] = [:]
    for step in steps where step.key.kind == "CustomResourceDefinition" {
      guard let spec = step.object?["spec"], let group = spec["group"]?.string, let scope = spec["scope"]?.string,
        let kind = spec.at("names", "kind")?.string
      else { continue }
      scopes["\(group)/\(kind)"] = (scope == "Namespaced", step.title)
    }
    if scopes.isEmpty { return }
    for index in steps.indices where steps[index].refusal == nil {
      let key = steps[index].key
      guard let (isNamespaced, title) = scopes[kind(key)], isNamespaced == key.namespace.isEmpty else { continue }
      if steps[index].action == .keep { steps[index].action = .change }
      let way = isNamespaced ? "is in a namespace: say in which" : "has no namespace: leave it out"
      steps[index].refusal = APIStatus(
        code: 422, reason: "Invalid", message: "by \(title), an object of its kind \(way)")
    }
  }

  /// The titles of definitions, by the kinds that they define on the target.
  private static func defined(by steps: [(key: ObjectKey, title: String)], _ live: LiveState) -> [String: String] {
    var found: [String: String] = [:]
    for step in steps where step.key.kind == "CustomResourceDefinition" {
      guard let spec = live.objects[step.key]?["spec"], let group = spec["group"]?.string,
        let kind = spec.at("names", "kind")?.string
      else { continue }
      found["\(group)/\(kind)"] = step.title
    }
    return found
  }

  private static func kind(_ key: ObjectKey) -> String { "\(key.group)/\(key.kind)" }

  /// Marks a declared object that another project has: to take it is to be asked for. Namespaces are shared.
  func contest(_ step: inout Step, project: String, live: LiveState, recorded: [ObjectKey: InventoryEntry]) {
    guard step.key.kind != "Namespace", let owner = live.owners[step.key], let current = live.objects[step.key],
      recorded[step.key] == nil || current.labels[Self.projectLabel] == owner.project && owner.project != project
    else { return }
    step.conflicts = [ConflictingField(field: ConflictingField.whole, owner: owner.words(beside: project))]
  }

  /// `claim data-db-0 and config other go with it`
  private static func told(_ held: [String]) -> String { "\(list(held)) \(held.count == 1 ? "goes" : "go") with it" }

  private static func list(_ names: [String]) -> String {
    let shown = names.count > 5 ? names.prefix(4) + ["\(names.count - 4) others"] : names[...]
    return shown.count > 1 ? shown.dropLast().joined(separator: ", ") + " and " + (shown.last ?? "") : names.first ?? ""
  }
}
