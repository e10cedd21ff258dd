internal import Subprocess

/// Runs the tools of the system that the engine needs.
enum Command {
  struct Failure: Error {
    var tool: String
    var message: String
  }

  /// Runs a tool to its end and gives what it printed.
  ///
  /// - Throws: where it is missing, or says that it failed; the message is what it printed last.
  @discardableResult
  static func run(_ tool: String, _ arguments: [String], input: String = "") async throws(Failure) -> String {
    do {
      let result = try await Subprocess.run(
        .name(tool), arguments: Arguments(arguments), input: .string(input), output: .string(limit: 4 << 20),
        error: .string(limit: 1 << 20))
      if case .exited(0) = result.terminationStatus { return result.standardOutput }
      let said = result.standardError.split(separator: "\n").last.map(String.init)
      throw Failure(tool: tool, message: said ?? "it ended with \(result.terminationStatus)")
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure(tool: tool, message: "it could not be run: \(error)")
    }
  }
}
