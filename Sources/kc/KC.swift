import ArgumentParser

/// The `kc` command.
@main struct KC: AsyncParsableCommand {
  static let version = "0.1.0"

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
        name: "Deploying",
        subcommands: [
          PlanCommand.self, Graph.self, Apply.self, Destroy.self, HistoryCommand.self, Rollback.self, Status.self,
          ScheduleCommand.self,
        ]),
      CommandGroup(name: "Target", subcommands: [EngineCommand.self, Get.self, Logs.self]),
    ])
}
