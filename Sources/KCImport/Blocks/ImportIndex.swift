internal import KCData

/// The objects of an import and the blocks that they become, so that they can refer to each other.
struct ImportIndex {
  struct Entry {
    /// The kind of its block: `deployment`.
    var head: SourceImport.Head
    /// The source file that it is written to.
    var file: String
    var apiVersion: String
    /// The kind of the object: `Deployment`.
    var kind: String
    var name: String
    var namespace: String?
    /// Whether it is written in the library's terms: only then can others refer to it.
    var isLifted: Bool
    /// Whether it is to be compiled before it is written: it may be refused, or say something else.
    var isTried: Bool
    var object: Value
  }

  /// What is not taken for granted in the block of an object, because it gave something else.
  enum Caution: Int, Comparable {
    /// Nothing yet: names are as short as they can be.
    case none
    /// Others are referred to by kind and name.
    case objects
    /// Parts of the block, too, are referred to by way of the block.
    case parts
    /// Others are not referred to at all.
    case references
    /// The standard library's blocks cannot say it.
    case library

    static func < (one: Caution, other: Caution) -> Bool { one.rawValue < other.rawValue }

    var next: Caution { Caution(rawValue: rawValue + 1) ?? .library }
  }

  private let caution: [Int: Caution]
  private(set) var entries: [Entry?] = []
  /// The places of objects by kind, namespace and name.
  private var byObject: [String: [Int]] = [:]
  /// The places of workloads by namespace and what selects their pods.
  private var bySelector: [String: [Int]] = [:]
  /// The kinds of blocks by name: blocks of all files are in one space.
  private var kinds: [String: Set<String>] = [:]
  /// The names of blocks by file.
  private var names: Set<String> = []

  /// - Parameter caution: what is not taken for granted, by the places of objects.
  init(caution: [Int: Caution] = [:]) { self.caution = caution }

  private func isCautious(_ place: Int, of level: Caution) -> Bool { caution[place] ?? .none >= level }

  mutating func add(_ entry: Entry?) {
    entries.append(entry)
    guard let entry else { return }
    let place = entries.count - 1
    kinds[entry.head.name, default: []].insert(entry.head.kind)
    names.insert("\(entry.file) \(entry.head.name)")
    guard entry.isLifted else { return }
    byObject[Self.key(entry.kind, entry.namespace, entry.name), default: []].append(place)
    if let labels = WorkloadLabels.selector(of: entry.object, entry.kind), !labels.isEmpty {
      bySelector[Self.key(labels, entry.namespace), default: []].append(place)
    }
  }

  private static func key(_ kind: String, _ namespace: String?, _ name: String) -> String {
    "\(kind)\0\(namespace ?? "")\0\(name)"
  }

  private static func key(_ labels: Fields, _ namespace: String?) -> String {
    let pairs = labels.map { "\($0.key)=\($0.value.string ?? "")" }.sorted()
    return "\(namespace ?? "")\0\(pairs.joined(separator: ","))"
  }

  // MARK: Finding

  /// The object of a kind and name that one at `place` means, and how it is referred to.
  func find(_ kind: String, _ name: String, from place: Int, namespace: String?? = nil) -> (place: Int, text: String)? {
    guard !isCautious(place, of: .references), let own = entries[place] else { return nil }
    let namespace = namespace ?? own.namespace
    let found = best(byObject[Self.key(kind, namespace, name)] ?? [], for: own)
    return found.flatMap { found in reference(to: found, from: place).map { (found, $0) } }
  }

  /// The workload whose pods have labels that select them, and nothing else does.
  func workload(_ labels: Fields, from place: Int) -> (place: Int, text: String)? {
    guard !isCautious(place, of: .references), let own = entries[place] else { return nil }
    let all = (bySelector[Self.key(labels, own.namespace)] ?? []).filter { $0 != place }
    let namesake = all.filter { entries[$0]?.name == own.name }
    let found = best(namesake.isEmpty ? all : namesake, for: own)
    return found.flatMap { found in reference(to: found, from: place).map { (found, $0) } }
  }

  /// The only one, else that of the same file, else the only one of the same folder.
  private func best(_ places: [Int], for own: Entry) -> Int? {
    if places.count <= 1 { return places.first }
    if let first = places.first(where: { entries[$0]?.file == own.file }) { return first }
    let folder = Self.folder(own.file)
    let beside = places.filter { entries[$0].map { Self.folder($0.file) == folder } ?? false }
    return beside.count == 1 ? beside[0] : nil
  }

  private static func folder(_ file: String) -> Substring { file.lastIndex(of: "/").map { file[..<$0] } ?? "" }

  /// How one object refers to another.
  func reference(to target: Int, from place: Int) -> String? {
    guard let entry = entries[target], let own = entries[place] else { return nil }
    let name = entry.head.name
    let isBare = SourceText.isBare(name) && !isCautious(place, of: .objects)
    if entry.file == own.file, isBare {
      let others = kinds[name] ?? []
      return others.count(where: { Self.isNear($0, entry.head.kind) }) == 1 ? name : qualified(entry, own)
    }
    return qualified(entry, own)
  }

  /// Whether a name of blocks of both kinds could mean either of them in one place.
  private static func isNear(_ one: String, _ other: String) -> Bool {
    func group(_ kind: String) -> Int {
      switch kind {
      case _ where Lifter.workloads.contains(kind): 1
      case "config", "secret": 2
      case "role", "clusterrole": 3
      default: kind.utf8.reduce(10) { ($0 &* 31 &+ Int($1)) & 0xffff_ffff }
      }
    }
    return group(one) == group(other)
  }

  /// `deployment.web`, which means the same in all files.
  private func qualified(_ entry: Entry, _ own: Entry) -> String? {
    let kind = entry.head.kind
    // A block of that name hides the kind.
    guard !names.contains("\(own.file) \(kind)") else { return nil }
    if SourceText.isBare(entry.head.name) { return "\(kind).\(entry.head.name)" }
    return kind == "pod" ? nil : "\(kind)[\(SourceText.quoted(entry.head.name))]"
  }

  /// Whether a bare name within blocks of a file means something else than a part of the block around.
  func isHidden(_ name: String, from place: Int) -> Bool {
    isCautious(place, of: .parts) || names.contains("\(entries[place]?.file ?? "") \(name)")
      || SourceText.isStandardName(name)
  }
}

/// What selects a workload's pods.
enum WorkloadLabels {
  static func selector(of object: Value, _ kind: String) -> Fields? {
    switch kind {
    case "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet":
      guard let selector = object.at("spec", "selector")?.object, selector.count == 1 else { return nil }
      return selector["matchLabels"]?.object
    case "ReplicationController":
      return object.at("spec", "selector")?.object ?? object.at("spec", "template", "metadata", "labels")?.object
    case "Pod": return object.at("metadata", "labels")?.object
    case "Job": return object.at("spec", "template", "metadata", "labels")?.object
    case "CronJob": return object.at("spec", "jobTemplate", "spec", "template", "metadata", "labels")?.object
    default: return nil
    }
  }

  /// Whether an object of any kind describes pods.
  static func hasPods(_ object: Value) -> Bool {
    ["Job", "CronJob"].contains { object.at(pod(of: $0) + ["spec", "containers"]) != nil }
  }

  /// Where a workload's pods are described.
  static func pod(of kind: String) -> [String] {
    switch kind {
    case "Pod": []
    case "CronJob": ["spec", "jobTemplate", "spec", "template"]
    default: ["spec", "template"]
    }
  }
}
