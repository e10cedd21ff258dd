/// Where the API server keeps its objects. A commit that returned is durable.
public protocol Store: Sendable {
  /// Everything that is there.
  func load() throws(StoreError) -> StoreContent
  /// Makes changes durable, all or none.
  func commit(_ changes: [StoreChange]) async throws(StoreError)
}

/// What a store holds when it is opened.
public struct StoreContent: Sendable {
  /// The last revision that was committed.
  public var revision: Int64
  public var rows: [(key: String, revision: Int64, bytes: [UInt8])]

  public init(revision: Int64, rows: [(key: String, revision: Int64, bytes: [UInt8])]) {
    self.revision = revision
    self.rows = rows
  }
}

/// A change of one key.
public struct StoreChange: Sendable {
  public var key: String
  /// Every change has a revision of its own, in order.
  public var revision: Int64
  /// nil removes the key.
  public var bytes: [UInt8]?

  public init(key: String, revision: Int64, bytes: [UInt8]?) {
    self.key = key
    self.revision = revision
    self.bytes = bytes
  }
}

public enum StoreError: Error, Sendable, Hashable {
  case diskFull(path: String)
  case failed(String)
}

/// Turns values into what may lie on the disk, and back: secrets are not stored in clear.
public protocol StoreCipher: Sendable {
  func seal(_ bytes: [UInt8]) throws -> [UInt8]
  func open(_ bytes: [UInt8]) throws -> [UInt8]
}
