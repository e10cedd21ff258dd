internal import CSQLite

/// A connection to an SQLite file; closed when it goes.
///
/// It is used by one thread at a time: it belongs to whoever owns it.
struct SQLiteConnection: ~Copyable {
  private let database: OpaquePointer
  private let path: String

  init(path: String) throws(StoreError) {
    var database: OpaquePointer?
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
    let code = sqlite3_open_v2(path, &database, flags, nil)
    guard code == SQLITE_OK, let database else {
      let why = database.map { String(cString: sqlite3_errmsg($0)) } ?? "no memory"
      sqlite3_close_v2(database)
      throw .failed("\(path) cannot be opened: \(why)")
    }
    self.database = database
    self.path = path
  }

  deinit { sqlite3_close_v2(database) }

  private func failure(_ code: Int32) -> StoreError {
    if code & 0xff == SQLITE_FULL { return .diskFull(path: path) }
    return .failed("\(path): \(String(cString: sqlite3_errmsg(database)))")
  }

  func execute(_ sql: String) throws(StoreError) {
    let code = sqlite3_exec(database, sql, nil, nil, nil)
    if code != SQLITE_OK { throw failure(code) }
  }

  /// One row of a result.
  struct Row {
    fileprivate let statement: OpaquePointer
    func text(_ column: Int32) -> String {
      sqlite3_column_text(statement, column).map { String(cString: $0) } ?? ""
    }
    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }
    func blob(_ column: Int32) -> [UInt8] {
      let count = Int(sqlite3_column_bytes(statement, column))
      return Array(UnsafeRawBufferPointer(start: sqlite3_column_blob(statement, column), count: count))
    }
  }

  func each(_ sql: String, _ body: (Row) -> Void) throws(StoreError) {
    let statement = try prepare(sql)
    defer { sqlite3_finalize(statement) }
    while true {
      let code = sqlite3_step(statement)
      if code == SQLITE_DONE { return }
      guard code == SQLITE_ROW else { throw failure(code) }
      body(Row(statement: statement))
    }
  }

  /// Makes a statement ready, to be run many times.
  func statement(_ sql: String) throws(StoreError) -> SQLiteStatement {
    SQLiteStatement(try prepare(sql))
  }

  /// Runs a statement of this connection with up to three parameters; a nil one is not bound.
  func run(
    _ statement: borrowing SQLiteStatement, text: String, integer: Int64?, blob: [UInt8]?
  ) throws(StoreError) {
    let code = statement.step(text: text, integer: integer, blob: blob)
    if code != SQLITE_DONE { throw failure(code) }
  }

  private func prepare(_ sql: String) throws(StoreError) -> OpaquePointer {
    var statement: OpaquePointer?
    let code = sqlite3_prepare_v2(database, sql, -1, &statement, nil)
    guard code == SQLITE_OK, let statement else { throw failure(code) }
    return statement
  }
}

/// A statement that is ready to run; it is used by the thread that uses its connection, and must go before it.
struct SQLiteStatement: ~Copyable {
  private let statement: OpaquePointer

  fileprivate init(_ statement: OpaquePointer) { self.statement = statement }

  deinit { sqlite3_finalize(statement) }

  fileprivate func step(text: String, integer: Int64?, blob: [UInt8]?) -> Int32 {
    defer {
      sqlite3_reset(statement)
      sqlite3_clear_bindings(statement)
    }
    // The destructor -1 (SQLITE_TRANSIENT) makes SQLite copy what it is given.
    let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    sqlite3_bind_text(statement, 1, text, -1, transient)
    if let integer { sqlite3_bind_int64(statement, 2, integer) }
    if let blob { sqlite3_bind_blob64(statement, 3, blob, UInt64(blob.count), transient) }
    return sqlite3_step(statement)
  }
}
