internal import KCData
internal import KCKube

/// Names that no two blocks of a kind share.
struct BlockNames {
  private var taken: Set<String> = []
  /// The last number that was given for a name.
  private var last: [String: Int] = [:]
  /// Names that open objects of several kinds have.
  private let shared: Set<String>
  /// How many objects have a kind, a name and a namespace.
  private let counts: [Identity: Int]
  /// How many objects have a kind and a name, which no other object's block is to take.
  private let own: [String: Int]
  /// In the files of how many of them the parts of a path occur, where several have the kind and the name.
  private let parts: [String: [Substring: Int]]

  private struct Identity: Hashable {
    var kind: String
    var name: String
    var namespace: String
  }

  /// Modules of the standard library that blocks are written with: a block of such a name hides them in its file.
  private static let modules: Set<String> = ["external", "hook", "metric", "pod", "probe"]

  /// - Parameters:
  ///   - objects: what is to get names.
  ///   - paths: their source files.
  init(_ objects: [ImportedObject], paths: [String]) {
    var kinds: [String: String] = [:]
    var shared: Set<String> = []
    var counts: [Identity: Int] = [:]
    var own: [String: Int] = [:]
    for imported in objects {
      guard let name = BlockSource.name(of: imported.object), let kind = imported.object["kind"]?.string else {
        continue
      }
      let namespace = imported.object.at("metadata", "namespace")?.string ?? ""
      counts[Identity(kind: kind, name: name, namespace: namespace), default: 0] += 1
      own["\(kind) \(name)", default: 0] += 1
      guard
        ResourceTypes.builtin.find((imported.object["apiVersion"]?.string, kind)) == nil
      else { continue }
      if let other = kinds.updateValue(kind, forKey: name), other != kind { shared.insert(name) }
    }
    self.shared = shared
    self.counts = counts
    self.own = own
    parts = Self.parts(objects, paths) { own[$0] ?? 0 > 1 }
  }

  private static func parts(
    _ objects: [ImportedObject], _ paths: [String], where isShared: (String) -> Bool
  ) -> [String: [Substring: Int]] {
    var parts: [String: [Substring: Int]] = [:]
    for (imported, path) in zip(objects, paths) {
      let name = BlockSource.name(of: imported.object) ?? ""
      let key = "\(imported.object["kind"]?.string ?? "") \(name)"
      guard isShared(key) else { continue }
      for part in Set(folders(of: path)) { parts[key, default: [:]][part, default: 0] += 1 }
    }
    return parts
  }

  /// The name of a source file and those of its folders, from the inside out.
  private static func folders(of path: String) -> [Substring] { path.dropLast(3).split(separator: "/").reversed() }

  /// A name for a block: that of its object, with what tells it apart where others have it too.
  ///
  /// - Parameters:
  ///   - objectKind: tells open objects of the same name apart, whose blocks all are of one kind.
  ///   - namespace: tells objects of the same name and kind apart, unless others are in it that have these, too.
  ///   - file: the source file; objects that nothing else tells apart have its name, or that of a folder: what the
  ///     fewest of them share.
  mutating func claim(kind: String, name: String, objectKind: String, namespace: String?, file: String) -> String {
    let isAlone = counts[Identity(kind: objectKind, name: name, namespace: namespace ?? ""), default: 1] == 1
    let key = "\(objectKind) \(name)"
    var name = name.isEmpty ? "unnamed" : name
    let isShared = kind == "object" && shared.contains(name) && name != objectKind.lowercased()
    if isShared || Self.modules.contains(name) { name += "-\(objectKind.lowercased())" }
    if taken.insert("\(kind) \(name)").inserted { return name }
    if let namespace, !namespace.isEmpty, isAlone, taken.insert("\(kind) \(name)-\(namespace)").inserted {
      return "\(name)-\(namespace)"
    }
    for part in distinct(Self.folders(of: file), among: key) {
      guard let joined = Self.joined(name, part), own["\(objectKind) \(joined)"] == nil else { continue }
      if taken.insert("\(kind) \(joined)").inserted { return joined }
    }
    var count = last["\(kind) \(name)"] ?? 1
    repeat { count += 1 } while !taken.insert("\(kind) \(name)-\(count)").inserted
    last["\(kind) \(name)"] = count
    return "\(name)-\(count)"
  }

  /// The parts of a path that tell an object apart from those of its kind and name, the rarest first.
  private func distinct(_ folders: [Substring], among key: String) -> [Substring] {
    let uses = parts[key] ?? [:]
    let some = folders.filter { $0 != "main" && (uses[$0] ?? 0) < own[key] ?? .max }
    return some.enumerated()
      .sorted { (uses[$0.element] ?? 0, $0.offset) < (uses[$1.element] ?? 0, $1.offset) }.map(\.element)
  }

  /// A name with what the name of a file or a folder says besides: `carts` of `01-carts-dep` is `carts-dep`; nil where it
  /// says nothing else.
  private static func joined(_ name: String, _ part: Substring) -> String? {
    var words = part.split(separator: "-")
    // The number by which files are in order says nothing of what is in them.
    if words.count > 1, words[0].allSatisfy(\.isNumber) { words.removeFirst() }
    let known = Set(name.split { $0 == "-" || $0 == "." })
    while let first = words.first, known.contains(first) { words.removeFirst() }
    return words.isEmpty ? nil : "\(name)-\(words.joined(separator: "-"))"
  }
}
