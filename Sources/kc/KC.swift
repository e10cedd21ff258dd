import ArgumentParser
import KCLang

/// The `kc` command.
@main struct KC: AsyncParsableCommand {
  static let version = "0.1.0"
  /// Mistakes in the use of a command are told as all other errors are.
  static let _errorLabel = "error"

  static let configuration = CommandConfiguration(
    commandName: "kc",
    abstract: "Say what should run, see what would change and where it would run, and make it so.",
    discussion: """
      kc check                  what is wrong with the program, if anything
      kc plan --env prod        what would change, and where it would run
      kc apply --env prod       make it so, and wait until it is healthy
      kc why web replicas       where a value came from
      """,
    version: version,
    groupedSubcommands: [
      CommandGroup(
        name: "Language",
        subcommands: [
          Init.self, Check.self, Format.self, Test.self, Render.self, Why.self, Explain.self, ImportCommand.self,
        ]),
      CommandGroup(
        name: "Packages", subcommands: [Add.self, Remove.self, Update.self, Lock.self, Publish.self]),
      CommandGroup(
        name: "Deploying",
        subcommands: [
          PlanCommand.self, Graph.self, Apply.self, Destroy.self, HistoryCommand.self, Rollback.self, Status.self,
          ScheduleCommand.self,
        ]),
      CommandGroup(name: "Target", subcommands: [EngineCommand.self, Get.self, Logs.self]),
    ])

  static func main() async {
    // A command that is none is named as such, with the one that was probably meant.
    if let word = CommandLine.arguments.dropFirst().first, !word.hasPrefix("-"), word != "help" {
      let names = configuration.subcommands.map { $0.configuration.commandName ?? $0._commandName }
      if !names.contains(word) {
        let guess = Spelling.nearest(to: word, among: names).map { "did you mean `kc \($0)`?" }
        KC.exit(
          withError: Terminal.fail("kc has no command `\(word)`", help: guess ?? "`kc --help` lists them", code: .usage)
        )
      }
    }
    await main(nil)
  }
}
