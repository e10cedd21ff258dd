public import KCData

/// A `test "name" { … }` of the program.
public struct TestCase: Sendable {
  public var name: String
  public var location: SourceLocation
  /// Where it stands among the tests of its suite.
  let place: Int
}

/// What running a test gave.
public struct TestResult: Sendable {
  public var name: String
  public var location: SourceLocation
  /// In the order of the source; none where the test passed.
  public var failures: [TestFailure] = []
  /// How many assertions, expectations and snapshots were reached.
  public var checks = 0
  public var snapshots: [TestSnapshot] = []
}

/// Why a test failed.
public struct TestFailure: Sendable, Hashable {
  public var location: SourceLocation
  /// One sentence, without the place.
  public var message: String
  /// The assertion's source with the value of each part below it, or diagnostics; empty for nothing to show. Lines
  /// end in a line feed, without one at the end. Secrets are not in it.
  public var detail: String

  public init(location: SourceLocation, message: String, detail: String = "") {
    self.location = location
    self.message = message
    self.detail = detail
  }
}

/// What a `snapshot` took.
public struct TestSnapshot: Sendable {
  /// As its `as` says, or the expression's text.
  public var name: String
  public var location: SourceLocation
  /// The objects, or the value: secrets are `(secret)`.
  public var values: [Value]
}
