internal import KCCodec
public import KCData

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
    /// The form that each object has, in the same order.
    public var forms: [Form]
  }

  /// How the source is to be laid out.
  public struct Options: Sendable {
    /// Whether what is repeated becomes a `let`, and images become `param`s.
    public var isLifting: Bool
    /// Whether many files lie in folders as the manifests do; else all lie side by side.
    public var isMirroring: Bool
    /// The name of the project that the files are to be; nil where they are to stand in any.
    public var project: String?

    public init(isLifting: Bool = false, isMirroring: Bool = false, project: String? = nil) {
      self.isLifting = isLifting
      self.isMirroring = isMirroring
      self.project = project
    }
  }

  /// How an object is said.
  public enum Form: Sendable, Hashable {
    /// By a block of the standard library, wholly or with a part in the API's terms.
    case library, libraryWithRaw
    /// By a block of the API's type, or of a kind that kc has no schema of.
    case api, open
  }

  /// The kind and name of a block.
  struct Head: Equatable {
    var kind: String
    var name: String
    var address: String { "\(kind).\(name)" }
  }

  /// Source for objects: a file for each file that they come from; objects without one go to `main.kc`.
  ///
  /// Each has an `apiVersion` and a `kind`, as texts; one without is left out, with a note. Objects become blocks of the
  /// standard library where these render to the same, which is tried; else blocks in the API's terms.
  ///
  public static func source(for objects: [ImportedObject], _ options: Options = Options()) -> Result {
    var draft = ImportDraft(ImportPlan(objects, options))
    draft.prove()
    return draft.result()
  }

  /// Whether a `project.kc` reads as one that an import wrote, and may be the one that another would write.
  public static func isProjectFile(_ bytes: [UInt8]) -> Bool {
    let text = String(decoding: bytes, as: UTF8.self)
    return text.hasPrefix("project ") && (text.contains(ImportFiles.exactLine) || text.hasSuffix(" {}\n"))
  }

  /// Source for objects that come from one file, or from none.
  public static func source(for objects: [Value], file: String = "") -> Result {
    source(for: objects.map { ImportedObject($0, file: file) })
  }
}
