import KCImport
import Testing

/// Folders of the project that services mount.
@Suite struct ComposeFolderTests {
  private let files = [
    "compose.yaml": """
    services:
      db:
        image: a
        volumes: ["./checks:/checks", "./conf.d:/etc/x/conf.d", "./data:/data", "./gone:/etc/gone", "./big:/etc/big"]
      web: {build: ./web, volumes: ["./web:/app", "./checks:/c:ro", "./keys:/etc/keys:ro", "./one.conf:/one.conf"]}
      more: {image: b, volumes: ["./one.conf:/two.conf"]}
    """,
    "checks/redis.sh": "#!/bin/sh\nredis-cli ping\n", "checks/b": "x", "conf.d/a.conf": "a\n", "conf.d/b.conf": "b\n",
    "data/seed.txt": "x", "big/deep/er": "x", "web/main.py": "x", "keys/a.key": "hunter2", "one.conf": "1",
  ]

  private func list(_ folder: String) -> [String]? {
    let inner = files.keys.filter { $0.hasPrefix("\(folder)/") }.map { $0.dropFirst(folder.count + 1) }
    return inner.isEmpty ? nil : Set(inner.map { String($0.prefix { $0 != "/" }) }).sorted()
  }

  @Test func smallFoldersOfTextsAreConfigs() {
    let result = ComposeImport(files: ["compose.yaml"], list: list) { files[$0].map { Array($0.utf8) } }
    #expect(CorpusFiles.check(result.source, inputs: result.inputs) == nil, "\(result.source)")
    for line in [
      "config db-checks {\n  data {\n    b = \"x\"\n    \"redis.sh\" = \"\"\"\n      #!/bin/sh\n",
      #"mount "/checks" { volume = db-checks-file, readOnly = true }"#,
      #"volume db-checks-file { config = db-checks, mode = "755" }"#, "config db-conf-d {", #"mount "/data" = data"#,
      #"mount "/c" { volume = db-checks-file, readOnly = true }"#, #"mount "/two.conf" { volume = web-one-conf-file"#,
    ] { #expect(result.source.contains(line), "\(line)\n\(result.source)") }
    #expect(!result.source.contains("hunter2") && !result.source.contains("config web-web"))
    let said = result.notes.map(\.message)
    #expect(said.contains("there is no `./gone` here: `/etc/gone` is not mounted"), "\(said)")
    #expect(
      said.contains {
        $0.hasPrefix(
          "`./big` (`/etc/big`), `./web` (`/app`) and `./keys` (`/etc/keys`) are folders of the machine: they")
      }, "\(said)")
  }
}
