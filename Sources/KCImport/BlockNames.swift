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

  private struct Identity: Hashable {
    var kind: String
    var name: String
    var namespace: String
  }

  /// Modules of the standard library that blocks are written with: a block of such a name hides them in its file.
  private static let modules: Set<String> = ["external", "hook", "metric", "pod", "probe"]

  /// - Parameter objects: what is to get names.
  init(_ objects: [ImportedObject]) {
    var kinds: [String: String] = [:]
    var shared: Set<String> = []
    var counts: [Identity: Int] = [:]
    for imported in objects {
      guard let name = imported.object.at("metadata", "name")?.string, let kind = imported.object["kind"]?.string else {
        continue
      }
      let namespace = imported.object.at("metadata", "namespace")?.string ?? ""
      counts[Identity(kind: kind, name: name, namespace: namespace), default: 0] += 1
      guard
        ResourceTypes.builtin.find((imported.object["apiVersion"]?.string, kind)) == nil
      else { continue }
      if let other = kinds.updateValue(kind, forKey: name), other != kind { shared.insert(name) }
    }
    self.shared = shared
    self.counts = counts
  }

  /// A name for a block: that of its object, with what tells it apart where others have it too.
  ///
  /// - Parameters:
  ///   - objectKind: tells open objects of the same name apart, whose blocks all are of one kind.
  ///   - namespace: tells objects of the same name and kind apart, unless others are in it that have these, too.
  ///   - file: the source file; objects that nothing else tells apart have its name, or that of its folder, the same for
  ///     all of the file.
  mutating func claim(kind: String, name: String, objectKind: String, namespace: String?, file: String) -> String {
    let isAlone = counts[Identity(kind: objectKind, name: name, namespace: namespace ?? ""), default: 1] == 1
    var name = name.isEmpty ? "unnamed" : name
    let isShared = kind == "object" && shared.contains(name) && name != objectKind.lowercased()
    if isShared || Self.modules.contains(name) { name += "-\(objectKind.lowercased())" }
    if taken.insert("\(kind) \(name)").inserted { return name }
    if let namespace, !namespace.isEmpty, isAlone, taken.insert("\(kind) \(name)-\(namespace)").inserted {
      return "\(name)-\(namespace)"
    }
    for part in file.dropLast(3).split(separator: "/").reversed() where part != "main" {
      if taken.insert("\(kind) \(name)-\(part)").inserted { return "\(name)-\(part)" }
    }
    var count = last["\(kind) \(name)"] ?? 1
    repeat { count += 1 } while !taken.insert("\(kind) \(name)-\(count)").inserted
    last["\(kind) \(name)"] = count
    return "\(name)-\(count)"
  }
}
