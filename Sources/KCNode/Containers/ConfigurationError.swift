/// Why a container cannot be made as declared, in words for its author.
struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
  var message: String
  var description: String { message }

  init(_ message: String) { self.message = message }
}
