import KCImport
import Testing

@Suite struct ComposeImportTests {
  private func run(_ files: [String: String], _ paths: [String] = ["compose.yaml"], profiles: [String] = [])
    -> ComposeImport
  {
    ComposeImport(files: paths, options: .init(profiles: profiles)) { files[$0].map { Array($0.utf8) } }
  }

  private func checked(_ text: String) -> ComposeImport {
    let result = run(["compose.yaml": text])
    #expect(CorpusFiles.check(result.source, inputs: result.inputs) == nil)
    return result
  }

  @Test func fileOfVariablesIsReadAsComposeDoes() {
    let compose = """
      name: other
      services:
        web: {image: "web:${TAG}", environment: {B: "${B}", C: "${C}", D: "${D}", E: "${E}"}}
        extra: {image: a, profiles: [extras]}
        rest: {image: a, profiles: [rest]}
      """
    let file = """
      COMPOSE_PROJECT_NAME=shop
      COMPOSE_PROFILES=extras, more
      TAG=v1
      B=x-${TAG}-y
      C=${NONE:-standard}
      D='${TAG}'
      E=${E}${B}
      """
    let result = run(["compose.yaml": compose, ".env": file])
    #expect(CorpusFiles.check(result.source, inputs: result.inputs) == nil)
    #expect(result.projectName == "shop")
    #expect(result.source.contains("deployment extra") && !result.source.contains("deployment rest"))
    for line in [
      #"param B: String = "x-\(TAG)-y""#, "param C: String = NONE", #"param NONE: String = "standard""#,
      ##"param D: String = #"${TAG}"#"##, "param E: String = B",
    ] { #expect(result.source.contains(line), "\(line)\n\(result.source)") }
  }

  @Test func fileOfVariablesHasCommentsAndQuotes() {
    let names = ["A", "B", "C", "D", "E", "F", "G", "H"]
    let variables = names.map { "\($0): \"${\($0)}\"" }.joined(separator: ", ")
    let file = """
      A=/data/files # where they lie
      export B = x#y\t# z
      C="one # two" # three
      D='first
      second'
        # no variable
      E="a\\tb\\"c\\$A"
      F=#
      G="open
      H=last
      """
    let result = run(["compose.yaml": "services: {web: {image: a, environment: {\(variables)}}}", ".env": file])
    #expect(CorpusFiles.check(result.source) == nil)
    for line in [
      #"param A: String = "/data/files""#, ##"param B: String = "x#y""##, ##"param C: String = "one # two""##,
      #"param D: String = "first\nsecond""#, ##"param E: String = "a\tb\"c$A""##, #"param F: String = """#,
      #"param G: String = "\"open""#, #"param H: String = "last""#,
    ] { #expect(result.source.contains(line), "\(line)\n\(result.source)") }
  }

  @Test func secretsOfVariablesAreNotCopied() {
    let compose = """
      services:
        web: {image: a, environment: {A: "${DB}", B: "${MADE}", C: "${DEEP}"}, labels: {x: "${MADE}"}}
      """
    let file = "DB=postgres://u:hunter2@db/app\nAPP_PASSWORD=hunter2\nMADE=x-${APP_PASSWORD}\nDEEP=${MADE}\n"
    let result = run(["compose.yaml": compose, ".env": file])
    #expect(!result.source.contains("hunter2") && !result.notes.contains { $0.message.contains("hunter2") })
    #expect(result.inputs == ["DB", "DEEP", "MADE"], "\(result.source)")
  }

  @Test func variablesThatDoubleEachOtherEnd() {
    let names = (0..<60).map { "V\($0)=${V\($0 + 1)}${V\($0 + 1)}" } + ["V60=x"]
    let compose = "services: {web: {image: \"a:${V0}\", hostname: \"${V0}\"}}"
    let result = run(["compose.yaml": compose, ".env": names.joined(separator: "\n")])
    #expect(result.source.contains("param V0: String = \"\\(V1)\\(V1)\""))
  }

  @Test func filesKeepTheirLines() {
    let file = "user nginx;\nhttp {\n\tpath \"C:\\\\t\" \"\"\";\n}\n"
    let compose = "services: {web: {image: a, dns_search: \"\", volumes: [\"./n.conf:/etc/n.conf\"]}}"
    let result = run(["compose.yaml": compose, "n.conf": file])
    #expect(CorpusFiles.check(result.source, inputs: result.inputs) == nil)
    #expect(!result.source.contains("searches"))
    let lines = result.source.split(separator: "\n").map { $0.drop { $0 == " " } }
    #expect(lines.contains("http {") && lines.contains(#"\#tpath "C:\\t" """;"#), "\(result.source)")
  }

  @Test func filesOfAllEndingsAreBlocks() {
    let compose = """
      services: {web: {image: a, volumes: ["./a.conf:/a.conf", "./b.conf:/b.conf", "./c.conf:/c.conf"]}}
      """
    let files = [
      "compose.yaml": compose, "a.conf": "one  \n\ntwo", "b.conf": "one\r\ntwo\r\n", "c.conf": "one line",
    ]
    let result = run(files)
    #expect(CorpusFiles.check(result.source, inputs: result.inputs) == nil)
    let source = result.source
    #expect(source.contains("\"a.conf\" = \"\"\"\n      one  \n\n      two\n      \"\"\"\n"), "\(source)")
    #expect(source.contains("\"b.conf\" = \"\"\"\n      one\\r\n      two\\r\n\n      \"\"\"\n"), "\(source)")
    #expect(source.contains("\"c.conf\" = \"one line\"\n"), "\(source)")
  }

  @Test func keysAreTexts() {
    let result = checked(
      """
      services:
        n:
          image: a
          labels: {y: 1}
          environment: {Y: no, BIG: 12345678901234567890}
      """)
    for line in [
      "deployment n {", "env Y = \"no\"", "env BIG = \"12345678901234567890\"", "podAnnotations { y = \"1\" }",
    ] {
      #expect(result.source.contains(line), "\(line)")
    }
  }

  @Test func resetsAreHonouredInFlowMaps() {
    let files = [
      "a.yaml": "services: {web: {image: a, environment: {A: 1, B: 2}, command: [x]}}",
      "b.yaml": "services: {web: {environment: {A: !reset null}, command: !override [y]}}",
    ]
    let source = run(files, ["a.yaml", "b.yaml"]).source
    #expect(source.contains("env B = 2") && source.contains("args = [\"y\"]") && !source.contains("env A"))
  }

  @Test func whatWasMeantIsTold() {
    let notes = run(["compose.yaml": "services: {a: {imgae: a, uts: host}}"]).notes
      .filter { $0.message.contains("counterpart") }
    #expect(notes.map(\.help) == ["did you mean `image`?", nil])
  }

  @Test func nothingToImportIsSaid() {
    func errors(_ text: String) -> [String] {
      run(["compose.yaml": text]).notes.filter { $0.severity == .error }.map(\.message)
    }
    #expect(errors("services: {}") == ["there are no services in this project"])
    #expect(
      errors("services: {a: {image: a, ports: ['80:${PORT}']}}")
        == ["nothing gives this port: the variable `PORT` is empty"])
  }

  /// With none of them there would be nothing.
  @Test func whereAllServicesBelongToProfilesAllAreTaken() {
    let text = "services: {a: {image: a, profiles: [x, y]}, b: {image: b, profiles: [y]}}"
    func result(_ profiles: [String]) -> ComposeImport {
      ComposeImport(files: ["compose.yaml"], options: .init(profiles: profiles, projectName: "shop")) {
        $0 == "compose.yaml" ? Array(text.utf8) : nil
      }
    }
    let all = result([])
    #expect(all.source.contains("deployment a {") && all.source.contains("deployment b {"))
    let help = all.notes.first { $0.message.hasSuffix("none of these is asked for: all are taken") }?.help
    #expect(help == "`--profile NAME` takes the services of one: x, y")
    #expect(!result(["x"]).source.contains("deployment b {"))
    let errors = result(["z"]).notes.filter { $0.severity == .error }.map(\.message)
    #expect(errors == ["all services belong to profiles other than z"])
  }

  @Test func commentsStandAboveWhatTheirPartBecame() {
    let result = checked(
      """
      # The shop.
      services:
        # What customers see.
        web:
          image: shop/web # built elsewhere
          ports:
            # for the proxy
            - "80:80"
          environment:
            # or debug
            LEVEL: info
            # DB_PASSWORD: hunter2
            # The token: see the documents.
          stop_signal: SIGINT # it listens to no other
      """)
    #expect(
      result.source.hasPrefix(
        """
        // The shop.

        // What customers see.
        // it listens to no other
        deployment web {
          serviceLinks = false

          container app {
            // built elsewhere
            image = "shop/web"
            // for the proxy
            port http = 80
            // or debug
            env LEVEL = "info"
            // DB_PASSWORD: …
            // The token: see the documents.
          }
        }

        """))
  }

  @Test func commentsSayNoSecrets() {
    let comments = [
      "- DB_PASSWORD=hunter2", "\"api_token\": \"abc def\", and more", "url: postgres://u:hunter2@h/db",
      "export TOKEN='a b' OTHER=c", "DB_PASSWORD: ${DB_PASSWORD}", "Note on the password: it is long", "MAX_TOKENS=40",
      "-----BEGIN PRIVATE KEY-----", "API_TOKEN: four words in all",
    ]
    let text = comments.map { "    # \($0)\n" }.joined()
    let source = checked("services:\n  web:\n    image: a\n    environment:\n\(text)    - A=b\n").source
    for line in [
      "// - DB_PASSWORD=…\n", "// \"api_token\": \"…\", and more\n", "// url: postgres://u:…@h/db\n",
      "// export TOKEN='…' OTHER=c\n", "// DB_PASSWORD: ${DB_PASSWORD}\n", "// Note on the password: it is long\n",
      "// MAX_TOKENS=40\n", "// …\n", "// API_TOKEN: …\n",
    ] { #expect(source.contains(line), "\(line)\n\(source)") }
  }

  @Test func variablesBecomeParameters() {
    let result = checked(
      """
      services:
        web:
          image: shop/web:${TAG:-v1}
          ports: ["${PORT:-8080}:80"]
          command: echo $$HOME ${MODE}
      """)
    #expect(result.source.contains("param TAG: String = \"v1\""))
    #expect(result.source.contains("param PORT: Int = 8080"))
    #expect(result.source.contains("image = \"shop/web:\\(TAG)\""))
    #expect(result.source.contains("args = [\"echo\", \"$HOME\", MODE]"))
    #expect(result.notes.contains { $0.line == 5 && $0.message.contains("MODE") })
  }

  @Test func volumesMakeStatefulSetsUnlessTheyAreShared() {
    let own = checked("services: {db: {image: a, volumes: ['data:/data']}}\nvolumes: {data: }")
    #expect(own.source.contains("statefulset db {"))
    #expect(own.source.contains("claim data = 1Gi"))
    let shared = checked(
      "services:\n  a: {image: a, volumes: ['data:/data']}\n  b: {image: b, volumes: ['data:/data']}\nvolumes: {data: }"
    )
    #expect(shared.source.contains("claim data-claim {"))
    #expect(shared.source.contains("deployment b {"))
  }

  @Test func foldersWithDataBecomeClaims() {
    let result = checked(
      """
      services:
        db: {image: "postgres:16", volumes: ["./data/db:/var/lib/postgresql/data"]}
        app:
          image: app
          build: ./backend
          volumes: ["./uploads:/app/uploads", "./backend/src:/code/src", ".:/work", "./conf:/etc/app", "./a.txt:/a.txt"]
        proxy: {image: nginx, volumes: ["./uploads/:/var/www/uploads:ro", "./html:/usr/share/nginx/html:ro"]}
        odd: {image: odd, volumes: [{type: bind, source: ./state, target: /state}, "~/.aws:/root/.aws"]}
      """)
    for line in [
      "  claim data-db = 1Gi", "mount \"/var/lib/postgresql/data\" = data-db", "claim uploads-claim {",
      "  claim state = 1Gi",
    ] { #expect(result.source.contains(line), "\(line)\n\(result.source)") }
    #expect(result.source.split(separator: "\n").count { $0.contains("claim = uploads-claim") } == 2)
    let notes = result.notes.map(\.message)
    let claims = "`./data/db`, `./uploads` and `./state` are folders of the machine: claims of 1Gi take their places"
    #expect(notes.contains { $0.hasPrefix(claims) })
    let left = ["./backend/src", ".", "./conf", "./a.txt", "./html", "~/.aws"].map { "`\($0)` (" }
    #expect(notes.contains { note in left.allSatisfy { note.contains($0) } && note.hasSuffix("they are not mounted") })
  }

  @Test func healthChecksAndWaitsAreTyped() {
    let result = checked(
      """
      services:
        web:
          image: web
          depends_on: {db: {condition: service_healthy}}
          ports: ["8080:3000"]
          healthcheck: {test: curl -f http://localhost:3000/health || exit 1, interval: 1m30s, timeout: 5s}
        db: {image: "postgres:16"}
      """)
    #expect(result.source.contains("ready = probe.http(\"/health\", port: port-3000, every: 90s, timeout: 5s)"))
    #expect(result.source.contains("until nc -z \\(db.host) \\(db.port.postgres.number)"))
    #expect(result.source.contains("port out-8080 = 8080 -> web.app.port-3000"))
  }

  @Test func filesLieOverEachOther() {
    let files = [
      "a.yaml": "services: {web: {image: a, command: [x], environment: [A=1, B=2], ports: ['80:80']}}",
      "b.yaml":
        "services:\n  web:\n    command: [y, yes, 'on']\n    environment: {B: 3}\n    ports: !override ['81:81']\n",
    ]
    let source = run(files, ["a.yaml", "b.yaml"]).source
    #expect(source.contains("args = [\"y\", \"yes\", \"on\"]"))
    #expect(source.contains("env A = 1") && source.contains("env B = 3"))
    #expect(source.contains("= 81") && !source.contains("= 80"))
  }

  @Test func servicesExtendOthers() {
    let files = [
      "compose.yaml": "services: {web: {extends: {file: base.yaml, service: base}, image: mine}}",
      "base.yaml": "services: {base: {image: base, command: run, extends: {service: lowest}}, lowest: {user: '7'}}",
    ]
    let source = run(files).source
    #expect(source.contains("image = \"mine\"") && source.contains("args = [\"run\"]") && source.contains("user = 7"))
    let cycle = run(["compose.yaml": "services:\n  a: {extends: {service: b}}\n  b: {extends: {service: a}}"])
    #expect(cycle.notes.contains { $0.severity == .error && $0.line == 2 && $0.message.contains("extends itself") })
  }

  @Test func profilesAreChosen() {
    let text = "services:\n  web: {image: a}\n  debug: {image: b, profiles: [dev]}"
    #expect(!run(["compose.yaml": text]).source.contains("debug"))
    #expect(run(["compose.yaml": text], profiles: ["dev"]).source.contains("deployment debug {"))
  }

  @Test func whatHasNoCounterpartIsSaidWithItsLine() {
    let result = checked(
      "services:\n  web:\n    image: a\n    blkio_config: {weight: 1}\n    gpus: all\nmodels: {m: {}}")
    #expect(result.notes.map(\.line) == [4, 5, 6])
  }

  @Test func whatIsSaidOfSeveralServicesIsSaidOnce() {
    let result = checked(
      """
      services:
        a: {image: "a:${TAG}", ports: ["80:80"], container_name: x, depends_on: [b]}
        b: {image: "b:${OTHER}", ports: ["81:81"], container_name: y, restart: always, depends_on: [c]}
        c: {build: ./c, ports: ["82:82"], container_name: z}
      networks: {front: , back: }
      """)
    #expect(
      result.notes.map { "\($0.line): \($0.message)" } == [
        "2: nothing gives the variables `TAG` and `OTHER`: as in Compose, they are empty unless they are set",
        "2: pods start in no order: `a` and `b` have to retry until what they need answers",
        "2: `a`, `b` and `c` are reached inside the cluster; Compose publishes them on the host",
        "2: `container_name` has no counterpart (lines 3 and 4, too)",
        "4: `build` has no counterpart: the image `app-c` is assumed",
        "5: the networks `front` and `back` have no counterpart: all pods reach each other",
      ])
    #expect(result.summary == "3 services: 9 fields brought over, 5 parts left out.")
    #expect(checked("services: {a: {image: a}}").summary == "1 service: 1 field brought over, nothing is left out.")
    #expect(run(["compose.yaml": "services: {}"]).summary == nil)
  }

  /// Every field with a value of every kind: notes, never a crash, and a program that still checks.
  @Test(arguments: [
    "image", "build", "command", "entrypoint", "environment", "env_file", "ports", "expose", "volumes", "configs",
    "secrets", "tmpfs", "shm_size", "volumes_from", "healthcheck", "depends_on", "links", "deploy", "scale", "labels",
    "user", "working_dir", "security_opt", "stop_grace_period", "pull_policy", "hostname", "extra_hosts", "dns",
    "sysctls", "group_add", "platform", "profiles", "networks", "pre_start", "pre_stop", "cpus", "mem_limit", "extends",
  ])
  func wrongTypesAreSaid(_ field: String) {
    let values = [
      "3", "-1", "1.5", "yes", "~", "text", "''", "[]", "{}", "[1, [2], {a: b}]", "{a: {b: [c]}}", "[{}]", "[~]",
      "99999999999999999999", "'${'", "'$$'", "':::'", "'a:b:c:d'", "'-'", "{test: [CMD]}", "{replicas: -5}",
      "['99999:99999', '1-65535', 'x', '80/foo', '[::1]:80:80']",
    ]
    let services = values.enumerated().map { "  web\($0): {image: a, \(field): \($1)}\n" }
    let result = run(["compose.yaml": "services:\n\(services.joined())".replacing("image: a, image", with: "image")])
    #expect(!result.source.isEmpty)
    #expect(field == "image" || CorpusFiles.check(result.source, inputs: result.inputs) == nil)
  }

  @Test(arguments: [
    "", "a", "[]", "services: []", "services: {a: 1}", "services: {a: }", "include: compose.yaml\nservices: {}",
    "services: {a: {image: a, depends_on: {a: {condition: service_healthy}}, ports: [80]}}", "a: [", "\u{0}",
    "x: &a [*a]",
    "services: {'': {image: a}, '1': {image: b}, if: {image: c}, probe: {image: d}, A_b: {image: e}, a-b: {image: f}}",
  ])
  func whatIsNoProjectIsSaid(_ text: String) {
    let result = run(["compose.yaml": text])
    #expect(result.source.isEmpty || CorpusFiles.check(result.source, inputs: result.inputs) == nil)
  }

  @Test func bombsAreRefused() {
    var text = "x-0: &a0 [a, a, a, a, a, a, a, a, a, a]\n"
    for level in 1...8 {
      text += "x-\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", "))]\n"
    }
    let result = run(["compose.yaml": text + "services: {web: {image: a}}"])
    #expect(result.hasErrors)
  }
}
