public import KCLang

/// A package's sources, opened.
public struct OpenPackage: Sendable {
  public var sources: any SourceProvider
  /// What tells it apart from others: its repository, or its folder without links.
  public var identity: String
  /// Of one in a registry: the digest of its manifest.
  public var digest: String?
  /// What messages call it: `redis@1.2.0`, `../lib`. Nil lets its name and version decide.
  public var label: String?

  public init(sources: any SourceProvider, identity: String, digest: String?, label: String?) {
    self.sources = sources
    self.identity = identity
    self.digest = digest
    self.label = label
  }
}

/// Folders that are packages: what the disk is to the resolver.
public protocol PackageFolders {
  /// The folder of the project itself.
  var root: String { get }
  /// Opens a folder.
  ///
  /// - Parameters:
  ///   - path: from `base`.
  ///   - base: the identity of the package that says so; `root` for the project.
  /// - Throws: where there is no such folder.
  func open(_ path: String, from base: String) throws(PackageError) -> OpenPackage
}

/// Content by its digest, kept. What `read` gives has the digest, whatever happened to the store meanwhile.
public protocol PackageStore {
  /// The content; nil where it is not kept.
  ///
  /// - Throws: where what is kept under the digest is something else.
  func read(_ digest: String) throws(PackageError) -> [UInt8]?
  /// Keeps content. That it could not be kept is no error: it is fetched again then.
  func keep(_ bytes: [UInt8], _ digest: String)
}

/// A registry of packages.
public protocol PackageRegistry {
  /// The manifest that a reference names, and its digest, which the bytes have.
  func manifest(_ reference: PackageReference) throws(PackageError) -> (bytes: [UInt8], digest: String)
  /// Content, which has the digest; at most `size` bytes of it.
  func blob(_ blob: PackageManifest.Blob, of reference: PackageReference) throws(PackageError) -> [UInt8]
  /// All tags of a repository; none where there is no such repository.
  func tags(_ reference: PackageReference) throws(PackageError) -> [String]
}

/// Opens packages of registries: by what the lock pins, out of the store, and from the registry only what is missing.
public final class PackageFetcher {
  /// What is pinned: by references as `project.kc` files say them.
  public private(set) var lock: LockFile
  private let store: any PackageStore
  private let registry: (any PackageRegistry)?
  /// Whether a reference that is not pinned may be looked up; otherwise it is an error.
  private let mayPin: Bool
  private let announce: (PackageReference) -> Void

  /// - Parameters:
  ///   - registry: nil works with what is kept only.
  ///   - announce: is told of each package that is fetched.
  public init(
    lock: LockFile, store: any PackageStore, registry: (any PackageRegistry)?, mayPin: Bool,
    announce: @escaping (PackageReference) -> Void = { _ in }
  ) {
    self.lock = lock
    self.store = store
    self.registry = registry
    self.mayPin = mayPin
    self.announce = announce
  }

  /// The digest of the manifest that a reference means.
  public func digest(_ reference: PackageReference) throws(PackageError) -> String {
    if let pinned = lock.pins[reference.text] {
      if let given = reference.digest, given != pinned {
        throw PackageError(
          .unlocked, "kc.lock pins another content than the one that `\(reference.text)` names",
          help: "`kc lock` brings it up to date")
      }
      return pinned
    }
    guard mayPin else {
      let other = lock.pins.keys.sorted().first { key in
        (try? PackageReference(key))?.identity == reference.identity
      }
      throw PackageError(
        .unlocked,
        other.map { "kc.lock pins `\($0)`, not `\(reference.text)`" } ?? "`\(reference.text)` is not in kc.lock",
        help: "`kc lock` resolves what `project.kc` asks for, and writes it down")
    }
    if let digest = reference.digest {
      lock.pins[reference.text] = digest
      return digest
    }
    guard let registry else { throw Self.offline(reference) }
    let (bytes, digest) = try registry.manifest(reference)
    _ = try PackageManifest(bytes)
    store.keep(bytes, digest)
    lock.pins[reference.text] = digest
    return digest
  }

  /// The files of a package.
  public func content(_ reference: PackageReference, digest: String) throws(PackageError) -> PackageContent {
    var pinned = reference
    (pinned.tag, pinned.digest) = (nil, digest)
    var bytes = try store.read(digest)
    if bytes == nil {
      guard let registry else { throw Self.offline(reference) }
      announce(reference)
      let found = try fetched(reference) { () throws(PackageError) in try registry.manifest(pinned) }
      store.keep(found.bytes, found.digest)
      bytes = found.bytes
    }
    let manifest = try PackageManifest(bytes ?? [])
    if let kept = try store.read(manifest.content.digest) { return try PackageContent(archive: kept) }
    guard let registry else { throw Self.offline(reference) }
    let archive = try fetched(reference) { () throws(PackageError) in try registry.blob(manifest.content, of: pinned) }
    let content = try PackageContent(archive: archive)
    store.keep(archive, manifest.content.digest)
    return content
  }

  /// What a registry gives; that it cannot be reached is told of the package.
  private func fetched<T>(
    _ reference: PackageReference, _ body: () throws(PackageError) -> T
  ) throws(PackageError) -> T {
    do throws(PackageError) {
      return try body()
    } catch {
      guard error.kind == .registry else { throw error }
      var told = error
      told.message = "`\(reference.text)` is not kept on this machine, and cannot be fetched: \(error.message)"
      throw told
    }
  }

  /// Takes up only the pins that were used.
  public func keepPins(_ used: Set<String>) { lock.pins = lock.pins.filter { used.contains($0.key) } }

  private static func offline(_ reference: PackageReference) -> PackageError {
    PackageError(
      .registry, "`\(reference.text)` is not kept on this machine, and nothing may be fetched",
      help: "`kc lock` fetches it, where the registry can be reached")
  }
}
