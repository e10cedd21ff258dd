internal import KCCodec
public import KCData
internal import KCKube

/// Kubernetes' objects as kc source that renders to the same objects.
///
/// ```swift
/// let result = SourceImport.source(for: objects.map { ImportedObject($0, file: "compose.yaml") })
/// for file in result.files { write(file.text, to: file.path) }
/// ```
public enum SourceImport {
  public struct File: Sendable, Hashable {
    /// Relative, with `/`: `deploy-web.kc` for `deploy/web.yaml`.
    public var path: String
    /// Formatted source.
    public var text: String
  }

  public struct Result: Sendable {
    /// In the order of their paths. All of them together are one program.
    public var files: [File]
    public var notes: [ImportNote]
    /// The address of each object's block in that program, in the order of the objects given.
    public var addresses: [String]
  }

  /// The kind and name of a block.
  struct Head {
    var kind: String
    var name: String
    var address: String { "\(kind).\(name)" }
  }

  /// Source for objects: a file for each file that they come from; objects without one go to `main.kc`.
  ///
  /// Each has an `apiVersion` and a `kind`, as texts; one without is left out, with a note.
  ///
  /// - Parameter isLifting: whether texts that a file repeats become `let`s, images `param`s.
  public static func source(for objects: [ImportedObject], isLifting: Bool = false) -> Result {
    var names = BlockNames()
    var notes: [ImportNote] = []
    var addresses: [String] = []
    var texts: [String: String] = [:]
    let paths = FileNames.paths(for: objects.map(\.file))
    var lifts: [String: Lift] = [:]
    if isLifting {
      for (file, own) in Dictionary(grouping: objects, by: \.file) { lifts[file] = Lift(own.map(\.object)) }
    }
    for imported in objects {
      let lift = lifts[imported.file]
      guard let block = BlockSource(imported, &names, lifted: lift?.names ?? [:]) else {
        notes.append(
          ImportNote(
            .error, "this object has no `apiVersion` and `kind`", file: imported.file, line: imported.line))
        addresses.append("")
        continue
      }
      notes += block.notes
      addresses.append(block.head.address)
      let path = paths[imported.file] ?? "main.kc"
      texts[path, default: lift?.text ?? ""] += (texts[path] == nil ? "" : "\n") + block.text
    }
    let files = texts.sorted { $0.key < $1.key }.map { File(path: $0.key, text: $0.value) }
    return Result(files: files, notes: notes, addresses: addresses)
  }

  /// Source for objects that come from one file, or from none.
  public static func source(for objects: [Value], file: String = "") -> Result {
    source(for: objects.map { ImportedObject($0, file: file) })
  }
}

/// Names that no two blocks of a kind share.
struct BlockNames {
  private var taken: Set<String> = []

  /// - Parameter namespace: tells objects of the same name apart, where it can.
  mutating func claim(kind: String, name: String, namespace: String?) -> String {
    let name = name.isEmpty ? "unnamed" : name
    if taken.insert("\(kind) \(name)").inserted { return name }
    if let namespace, !namespace.isEmpty, taken.insert("\(kind) \(name)-\(namespace)").inserted {
      return "\(name)-\(namespace)"
    }
    var count = last["\(kind) \(name)"] ?? 1
    repeat { count += 1 } while !taken.insert("\(kind) \(name)-\(count)").inserted
    last["\(kind) \(name)"] = count
    return "\(name)-\(count)"
  }

  /// The last number that was given for a name.
  private var last: [String: Int] = [:]
}
