import KCImport
import Testing

/// The variables of files as parameters of programs.
@Suite struct ComposeParameterTests {
  private func imported(_ text: String) -> ComposeImport {
    ComposeImport(files: ["compose.yaml"]) { $0 == "compose.yaml" ? Array(text.utf8) : nil }
  }

  private func checked(_ text: String) -> ComposeImport {
    let result = imported(text)
    #expect(CorpusFiles.check(result.source, inputs: result.inputs) == nil, "\(result.source)")
    return result
  }

  private func expect(_ result: ComposeImport, _ lines: [String]) {
    for line in lines { #expect(result.source.contains(line), "\(line)\n\(result.source)") }
  }

  @Test func rawFilesAreTakenAsTheyAre() {
    let files = [
      "compose.yaml": "services: {web: {image: a, env_file: [{path: a.env, format: raw}]}}",
      "a.env": "# none\nA='x' # y\nB=${A}$C\n",
    ]
    let result = ComposeImport(files: ["compose.yaml"]) { files[$0].map { Array($0.utf8) } }
    for line in [#"A = "'x' # y""#, #"B = "${A}$C""#] {
      #expect(result.source.contains(line), "\(line)\n\(result.source)")
    }
    #expect(!result.source.contains("param"))
  }

  /// Projects ask their users to make an `.env` of an example.
  @Test func examplesGiveWhatNothingElseDoes() {
    let files = [
      "compose.yaml": """
      services:
        web:
          image: a:${TAG:-v1}
          env_file: web.env
          hostname: ${HOST:?must be set}
          environment: {A: "${LEVEL}", B: "${URL}", C: "${TOKEN}", D: "${NONE?}"}
      """,
      ".env.example": "TAG=v9\nHOST=shop\nLEVEL=info\nURL=http://${HOST}/\nTOKEN=hunter2\nNONE=\n",
      "web.env.example": "MODE=fast\nPASSWORD=hunter2\n",
    ]
    let result = ComposeImport(files: ["compose.yaml"]) { files[$0].map { Array($0.utf8) } }
    for line in [
      #"param TAG: String = "v1""#, #"param HOST: String = "shop""#, #"param LEVEL: String = "info""#,
      #"param URL: String = "http://\(HOST)/""#, "param NONE: String\n", #"input.env("TOKEN")"#,
      #"MODE = "fast""#,
    ] { #expect(result.source.contains(line), "\(line)\n\(result.source)") }
    #expect(!result.source.contains("hunter2"))
    let said = result.notes.map(\.message)
    #expect(said.contains("`web.env` is not there: its variables are as `web.env.example` says"), "\(said)")
    #expect(
      said.contains("nothing gives the variables `HOST`, `LEVEL` and `URL`: they are as `.env.example` says"), "\(said)"
    )
  }

  @Test func eachUseOfAVariableHasItsOwnDefault() {
    let result = checked(
      """
      services:
        web:
          image: a:${TAG:-v1}
          command: ["--a", "${X:-one}"]
          environment: {A: "${X:-two}", B: "${X-}", C: "${X}", D: "${X:-a/b ${TAG:-v1}}", E: "${X:-one}", P: "${P:-n}"}
          ports: ["${P:-80}:8080", "${Q:-90}:9090"]
        other: {image: "a:${TAG:-v1}", ports: ["${Q:-91}:9090"], environment: [X]}
      """)
    expect(
      result,
      [
        "param TAG: String = \"v1\"", "param X: String?\n", "let X-or-one = X ?? \"one\"", "args = [\"--a\", X-or-one]",
        "env A = X-or-two", "env B = X-or-nothing", "env C = X-or-nothing", #"let X-or-other = X ?? "a/b \(TAG)""#,
        "env E = X-or-one", "param P: String?\n", "let P-or-80 = P?.toInt() ?? 80", "let P-or-n = P ?? \"n\"",
        "param Q: Int?\n", "let Q-or-90 = Q ?? 90", "env X = X-or-nothing",
      ])
  }

  @Test func whatMustBeGivenIsSaid() {
    let result = imported(
      """
      services:
        web: {image: a, environment: {A: "${X:?need a user}", B: "${X:-one}", C: "${Y?}", D: "${MY_TOKEN:?say it}"}}
      """)
    expect(result, ["param X: String\n", "param Y: String\n", "env A = X\n", "env B = X\n"])
    let said = result.notes.map { "\($0.message) (\($0.help ?? ""))" }
    #expect(said.contains("`X` must be given: need a user (pass `--set X=…`)"), "\(said)")
    #expect(said.contains("`Y` must be given (pass `--set Y=…`)") && !said.contains { $0.contains("say it") })
  }

  @Test func includedFilesHaveVariablesOfTheirOwn() {
    let files = [
      "compose.yaml": """
      include:
        - {path: inc/third.yaml, env_file: inc/inc.env}
        - other/compose.yaml
      services: {web: {image: "a:${TAG:-v1}", environment: {OVER: "${OVER}"}}}
      """, ".env": "OVER=main\n",
      "inc/third.yaml": "services: {third: {image: \"c:${TAG}\", environment: {A: \"${OVER}\"}}}",
      "inc/inc.env": "TAG=v3\nOVER=inc\n", "other/.env": "TAG=v4\n",
      "other/compose.yaml": "services: {fourth: {image: \"d:${TAG:?none}\"}}",
    ]
    let result = ComposeImport(files: ["compose.yaml"]) { files[$0].map { Array($0.utf8) } }
    #expect(CorpusFiles.check(result.source, inputs: result.inputs) == nil)
    expect(
      result,
      [
        "let TAG-or-v1 = TAG ?? \"v1\"", #"image = "c:\(TAG-or-v3)""#, #"image = "d:\(TAG-or-v4)""#,
        "param OVER: String = \"main\"", "env A = OVER",
      ])
    #expect(!result.notes.contains { $0.message.contains("nothing gives") || $0.message.contains("must be given") })
  }

  @Test func oneFileOfVariablesIsAddedToThoseOfTheBase() {
    let files = [
      "compose.yaml": """
      services:
        base: {image: a, env_file: a.env, dns: 1.1.1.1}
        web: {extends: base, env_file: b.env, dns: [1.0.0.1]}
      """, "a.env": "A=1", "b.env": "B=2",
    ]
    let result = ComposeImport(files: ["compose.yaml"]) { files[$0].map { Array($0.utf8) } }
    #expect(CorpusFiles.check(result.source, inputs: result.inputs) == nil)
    expect(result, ["envFrom = [a-env, b-env]", #"nameservers = ["1.1.1.1", "1.0.0.1"]"#])
  }

  @Test func whatIsSaidOfManyIsSaidOnce() {
    let files = [
      "compose.yaml": """
      services:
        a: {image: a, environment: [ONE, TWO, GIVEN], depends_on: {n: {condition: service_healthy}, c: {}}, volumes: ["v:/v", "w:/w"]}
        b: {image: a, depends_on: {n: {condition: service_healthy}, c: {}, a: {}}, volumes: ["v:/v", "w:/w"]}
        n: {image: n}
        c: {image: c}
      volumes: {v: , w: }
      """, ".env": "GIVEN=x",
    ]
    let said = ComposeImport(files: ["compose.yaml"]) { files[$0].map { Array($0.utf8) } }.notes.map(\.message)
    for text in [
      "`ONE` and `TWO` are taken from the environment of Compose: they are parameters here",
      "services do not wait for those that open no known port: `a` for `n` and `b` for `n`",
      "pods start in no order: `a` and `b` have to retry until what they need answers",
      "several services mount `v` and `w`: their claims are for pods of one node, as in Compose",
    ] { #expect(said.contains(text), "\(said)") }
    #expect(!said.contains { $0.contains("GIVEN") })
  }
}
