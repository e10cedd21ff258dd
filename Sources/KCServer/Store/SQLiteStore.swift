internal import CSQLite
internal import Dispatch
internal import Glibc

/// A store in one SQLite file. Commits are made by one writer on a thread of its own, since they wait for the disk.
public final class SQLiteStore: Store {
  private let path: String
  private let writer: Writer

  /// Opens or creates the file, for its owner only.
  ///
  /// - Throws: where the file cannot be opened, or is no store.
  public init(path: String) throws(StoreError) {
    self.path = path
    writer = try Writer(path: path)
  }

  private static func open(_ path: String) throws(StoreError) -> SQLiteConnection {
    let connection = try SQLiteConnection(path: path)
    chmod(path, 0o600)
    // WAL with FULL: a commit is on the disk before it returns, also through a loss of power.
    for statement in [
      "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA busy_timeout=5000",
      "CREATE TABLE IF NOT EXISTS objects "
        + "(key TEXT PRIMARY KEY, revision INTEGER NOT NULL, value BLOB NOT NULL) WITHOUT ROWID",
      "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
    ] { try connection.execute(statement) }
    return connection
  }

  public func commit(_ changes: [StoreChange]) async throws(StoreError) { try await writer.commit(changes) }

  public func load() throws(StoreError) -> StoreContent {
    let connection = try SQLiteConnection(path: path)
    var content = StoreContent(revision: 0, rows: [])
    try connection.each("SELECT key, revision, value FROM objects") { row in
      content.rows.append((row.text(0), row.integer(1), row.blob(2)))
    }
    try connection.each("SELECT value FROM meta WHERE name = 'revision'") { content.revision = $0.integer(0) }
    return content
  }

  private actor Writer {
    // `sqlite3_close_v2` waits for the statements of a connection, whichever goes first.
    private let put: SQLiteStatement
    private let remove: SQLiteStatement
    private let mark: SQLiteStatement
    private let connection: SQLiteConnection
    private let executor = ThreadExecutor()

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(path: String) throws(StoreError) {
      let connection = try SQLiteStore.open(path)
      put = try connection.statement(
        "INSERT INTO objects VALUES (?1, ?2, ?3) ON CONFLICT (key) DO UPDATE SET revision = ?2, value = ?3")
      remove = try connection.statement("DELETE FROM objects WHERE key = ?1")
      mark = try connection.statement(
        "INSERT INTO meta VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2")
      self.connection = connection
    }

    func commit(_ changes: [StoreChange]) throws(StoreError) {
      try connection.execute("BEGIN IMMEDIATE")
      do throws(StoreError) {
        for change in changes {
          if let bytes = change.bytes {
            try connection.run(put, text: change.key, integer: change.revision, blob: bytes)
          } else {
            try connection.run(remove, text: change.key, integer: nil, blob: nil)
          }
        }
        if let last = changes.last {
          try connection.run(mark, text: "revision", integer: last.revision, blob: nil)
        }
        try connection.execute("COMMIT")
      } catch {
        try? connection.execute("ROLLBACK")
        throw error
      }
    }
  }
}

/// Runs an actor on a queue of its own, away from the threads that all tasks share: what waits for the disk must not
/// hold those up.
private final class ThreadExecutor: SerialExecutor {
  private let queue = DispatchQueue(label: "kc.store")

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let executor = asUnownedSerialExecutor()
    queue.async { job.runSynchronously(on: executor) }
  }
}
