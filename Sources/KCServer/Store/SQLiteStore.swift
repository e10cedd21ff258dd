internal import CSQLite
internal import Dispatch

/// A store in one SQLite file. Commits are made by one writer on a thread of its own, since they wait for the disk.
public final class SQLiteStore: Store {
  private let path: String
  private let writer: Writer

  /// Opens or creates the file.
  ///
  /// - Throws: where the file cannot be opened, or is no store.
  public init(path: String) throws(StoreError) {
    self.path = path
    let connection = try SQLiteConnection(path: path)
    // WAL with FULL: a commit is on the disk before it returns, also through a loss of power.
    for statement in [
      "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA busy_timeout=5000",
      "CREATE TABLE IF NOT EXISTS objects (key TEXT PRIMARY KEY, revision INTEGER NOT NULL, value BLOB NOT NULL) WITHOUT ROWID",
      "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
    ] { try connection.execute(statement) }
    content = try Self.read(connection)
    writer = Writer(connection)
  }

  private let content: StoreContent

  public func load() throws(StoreError) -> StoreContent { content }

  public func commit(_ changes: [StoreChange]) async throws(StoreError) { try await writer.commit(changes) }

  private static func read(_ connection: borrowing SQLiteConnection) throws(StoreError) -> StoreContent {
    var content = StoreContent(revision: 0, rows: [])
    try connection.each("SELECT key, revision, value FROM objects") { row in
      content.rows.append((row.text(0), row.integer(1), row.blob(2)))
    }
    try connection.each("SELECT value FROM meta WHERE name = 'revision'") { content.revision = $0.integer(0) }
    return content
  }

  private actor Writer {
    private let connection: SQLiteConnection
    private let executor = ThreadExecutor()

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(_ connection: consuming SQLiteConnection) { self.connection = connection }

    func commit(_ changes: [StoreChange]) throws(StoreError) {
      try connection.execute("BEGIN IMMEDIATE")
      do throws(StoreError) {
        for change in changes {
          if let bytes = change.bytes {
            try connection.run(
              "INSERT INTO objects VALUES (?1, ?2, ?3) ON CONFLICT (key) DO UPDATE SET revision = ?2, value = ?3",
              text: change.key, integer: change.revision, blob: bytes)
          } else {
            try connection.run("DELETE FROM objects WHERE key = ?1", text: change.key, integer: nil, blob: nil)
          }
        }
        if let last = changes.last {
          try connection.run(
            "INSERT INTO meta VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2", text: "revision",
            integer: last.revision, blob: nil)
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
