import KCImport
import Testing

/// What pods need that Compose does for containers by itself.
@Suite struct ComposePodTests {
  private func checked(_ text: String, _ files: [String: String] = [:]) -> ComposeImport {
    let files = files.merging(["compose.yaml": text]) { $1 }
    let result = ComposeImport(files: ["compose.yaml"]) { files[$0].map { Array($0.utf8) } }
    #expect(CorpusFiles.check(result.source, inputs: result.inputs) == nil, "\(result.source)")
    return result
  }

  private func expect(_ result: ComposeImport, _ lines: [String]) {
    for line in lines { #expect(result.source.contains(line), "\(line)\n\(result.source)") }
  }

  @Test func graphicsCardsAreAskedFor() {
    let result = checked(
      """
      services:
        one:
          image: a:1
          deploy: {resources: {reservations: {devices: [{driver: nvidia, count: 2, capabilities: [gpu]}]}}}
        two:
          image: a:1
          gpus: all
        three:
          image: a:1
          deploy: {resources: {reservations: {devices: [{device_ids: ["0", "3", "4"], capabilities: [gpu]}]}}}
        four:
          image: a:1
          deploy: {resources: {reservations: {devices: [{driver: other, capabilities: [tpu]}]}}}
      """)
    for number in 1...3 { #expect(result.source.contains("devices = { \"nvidia.com/gpu\": \(number) }")) }
    #expect(
      result.notes.map(\.message) == [
        "`one`, `two` and `three` ask for NVIDIA's graphics cards: nodes have them with NVIDIA's device plugin",
        "`devices` of a container has no counterpart",
      ])
  }

  @Test func podsHaveWhatTheLibrarySays() {
    let result = checked(
      """
      services:
        web:
          image: a
          expose: [80]
          pid: host
          ipc: host
          hostname: h
          group_add: [20]
          sysctls: {net.core.somaxconn: 1024}
          user: "1000:1001"
          volumes: ["data:/data"]
      volumes: {data: }
      """)
    expect(
      result,
      [
        "  hostPID = true\n  hostIPC = true\n  hostname = \"h\"\n  serviceLinks = false\n",
        "security { fsGroup = 1001, groups = [20], sysctls = { \"net.core.somaxconn\": \"1024\" } }",
      ])
    #expect(!result.source.contains("raw {\n    spec"))
  }

  @Test func whatIsNotStartedAgainIsAJob() {
    let result = checked(
      """
      services:
        once: {image: a, restart: "${POLICY:-no}"}
        swarm: {image: a, deploy: {restart_policy: {condition: none}}}
        server: {image: a, restart: "no", ports: ["80:80"]}
        asked: {image: a, restart: "no"}
        asker: {image: a, environment: {U: "http://asked:1"}}
        tried: {image: a, restart: "on-failure:3"}
        worker: {image: a, restart: on-failure, depends_on: {tried: {condition: service_completed_successfully}}}
      """)
    expect(
      result,
      [
        "job once {\n  retries = 0\n", "job swarm {\n  retries = 0\n", "deployment server", "deployment asked",
        "job tried {\n  retries = 3\n", "deployment worker",
      ])
    let said = "the pods of a deployment are restarted when they have done their work, too"
    #expect(result.notes.count { $0.message == "`restart: on-failure` has no counterpart: \(said)" } == 1)
    #expect(result.notes.count { $0.message.contains("`restart: no` has no counterpart") } == 1)
  }

  @Test func foldersOfTheMachineAreCalledAsTheyAre() {
    let result = checked(
      """
      services:
        web:
          image: a
          volumes: ["/srv/web/data:/data", "/srv/db/data:/db", "/:/host", "/var/run/docker.sock:/var/run/docker.sock"]
          environment: {PGHOST: db, DBHOSTNAME: db}
        db: {image: b, ports: [5432]}
      """)
    expect(
      result,
      [
        #"volume data { host = "/srv/web/data" }"#, #"volume db-data { host = "/srv/db/data" }"#,
        #"volume host-root { host = "/" }"#, #"volume docker-sock { host = "/var/run/docker.sock" }"#,
        "env PGHOST = db.host", "env DBHOSTNAME = db.host",
      ])
  }

  @Test func noVolumeIsCalledAsTheContainer() {
    let result = checked(
      """
      services:
        web: {image: a, ports: [80], volumes: ["/srv/app:/a", "app:/b"]}
      volumes: {app: }
      """)
    expect(result, ["volume app-data {", "claim app-data-2 = 1Gi", "port http = 80 -> web.app.http"])
  }

  @Test(arguments: [
    (
      "curl -fsSL --max-time 2 -o /dev/null http://localhost:8000/a || exit 1",
      "probe.http(\"/a\", port: 8000, every: 30s"
    ),
    ("wget --no-verbose --tries=1 --spider http://127.0.0.1:8000/", "probe.http(\"/\", port: 8000, every: 30s"),
    ("wget -qO - --timeout 3 localhost:8000", "probe.http(\"/\", port: 8000, every: 30s"),
    (
      "curl -H \"X-Check: 1\" --header=Accept:text/html -f http://localhost:9001/a",
      "probe.http(\"/a\", port: 9001, headers: { X-Check = \"1\", Accept = \"text/html\" }, every: 30s"
    ),
    ("curl -H \"Authorization: a b\" -f http://localhost:9001/a", "probe.exec("),
    ("curl -f -X POST http://localhost:8000/a", "probe.exec("),
    ("curl http://localhost:1/ http://localhost:2/", "probe.exec("),
  ])
  func checksThatAskAreProbesThatAsk(_ command: String, _ probe: String) {
    let result = checked("services: {web: {image: a, ports: [9000], healthcheck: {test: '\(command)'}}}")
    expect(result, ["ready = \(probe)"])
  }

  @Test func longChecksStandOnThreeLines() {
    let command = "pg_isready --host localhost --port 5432 --username shop --dbname orders"
    let result = checked("services: {web: {image: a, healthcheck: {test: '\(command)', interval: 5s}}}")
    expect(
      result,
      [
        "    ready = probe.exec([\n      \"/bin/sh\", \"-c\", \"\(command)\"\n    ], every: 5s, timeout: 5s)\n"
      ])
  }

  @Test func scriptsInCommandsStandLineByLine() {
    let result = checked(
      """
      services:
        web:
          image: a
          command:
          - sh
          - -c
          - |
            echo "$$HOME"
            cd "$$HOME"
            exec web
      """)
    expect(result, ["      \"\"\"\n      echo \"$HOME\"\n      cd \"$HOME\"\n      exec web\n      \"\"\"\n    ]\n"])
  }

  @Test func filesKeepTheirModes() {
    let result = checked(
      """
      services:
        web:
          image: a
          volumes: ["./run.sh:/run.sh", "./a.conf:/a.conf"]
          configs: [{source: c, target: /c, mode: 0555}, {source: c, target: /d, mode: "0440"}, {source: c, target: /e}]
          secrets: [{source: s, mode: 0400}]
      configs: {c: {content: x}}
      secrets: {s: {file: ./s}}
      """, ["run.sh": "#!/bin/sh\necho\n", "a.conf": "x\n"])
    expect(result, [#"mode = "755""#, #"mode = "555""#, #"mode = "440""#, #"mode = "400""#])
    #expect(result.source.split(separator: "mode = ").count == 5)
  }

  @Test func volumesAreWhatTheirDriversMount() {
    let result = checked(
      """
      services:
        db:
          image: postgres:16
          tmpfs: ["/x:size=10m", /y]
          volumes: ["data:/var/lib/postgresql/data", "files:/files", "here:/here", "there:/there", "/etc/localtime:/etc/localtime:ro"]
          deploy: {replicas: 3}
      volumes:
        data:
        files: {driver_opts: {type: nfs, o: "addr=10.0.0.1,rw", device: ":/exports"}}
        here: {driver_opts: {type: none, o: bind, device: /srv/here}}
        there: {external: true}
      """)
    expect(
      result,
      [
        #"env PGDATA = "/var/lib/postgresql/data/pgdata""#, "size = 10Mi",
        "nfs { server = \"10.0.0.1\", path = \"/exports\" }", #"host = "/srv/here""#, #"claim = "there""#,
      ])
    let said = result.notes.map(\.message)
    for text in [
      "each of the 3 pods of `db` has claims of its own; in Compose all have the same volume",
      "the volume `there` is one that is there: the claim `there` must be in the cluster",
      "`/etc/localtime` and `/srv/here` are paths of the node that a pod runs on",
    ] { #expect(said.contains(text), "\(said)") }
    #expect(!said.contains { $0.contains("driver_opts") })
  }

  @Test func checksCountFromTheStart() {
    let result = checked(
      "services: {web: {image: a, healthcheck: {test: [CMD, ask], interval: 5s, start_period: 1m}}}")
    expect(result, [#"probe.exec(["ask"], every: 5s, timeout: 5s)"#])
  }

  @Test func fieldsWithACounterpartAreBroughtOver() {
    let result = checked(
      """
      services:
        web:
          image: a
          tty: true
          stdin_open: true
          post_start: [{command: [warm, up]}]
          security_opt: ["seccomp:unconfined"]
          dns_opt: [use-vc, "ndots:1"]
        all: {image: a, privileged: true, security_opt: [no-new-privileges]}
      """)
    expect(
      result,
      [
        "raw { stdin = true, tty = true }", #"postStart = ["warm", "up"]"#, #"security { seccomp = "Unconfined" }"#,
        #"options = [{ name = "use-vc" }, { name = "ndots", value = "1" }]"#, "security { privileged = true }",
      ])
    #expect(
      result.notes.map(\.message) == ["`no-new-privileges` has no counterpart where `privileged` is set"],
      "\(result.notes)")
  }

  @Test func servicesOfStatefulSetsNameTheirPods() {
    let result = checked(
      """
      services: {db: {image: "redis:8", ports: ["${OUT:-7000}:6379"], volumes: ["data:/data"]}}
      volumes: {data: }
      """)
    expect(result, ["  headless = true\n  port redis = 6379 -> db.app.redis\n}"])
    #expect(!result.source.contains("param OUT"))
  }

  @Test func checksEndBeforeTheNext() {
    let result = checked("services: {web: {image: a, healthcheck: {test: [CMD, ask], interval: 5s, timeout: 10s}}}")
    expect(result, ["every: 10s, timeout: 10s"])
  }

  @Test func whatIsMistypedIsAnError() {
    let text = "services: {web: {image: \"a:${V\", ports: [\"70000:80\", \"${BIND:-}:8080:80\"]}}"
    let result = ComposeImport(files: ["compose.yaml"]) { $0 == "compose.yaml" ? Array(text.utf8) : nil }
    let said = result.notes.filter { $0.severity == .error }.map(\.message)
    #expect(said == ["`${V` has no closing brace", "`70000` is no port from 1 to 65535"])
    #expect(!result.notes.contains { $0.message.contains("the address") })
  }

  @Test func commentsStayWithTheirService() {
    let result = checked(
      """
      services:
        web:
          image: a
          # what it may take
          cpus: 0.5
          # who it is
          user: "5"
          # networks:
          #   - front
        other:
          image: b
          environment:
          - LEVEL=info
          # - OTHER=1
          ports:
            - 8080 # what customers see
            - 9090 # what is measured
          volumes:
            - /data # kept
            - /cache # not kept
            # the last
          #networks:
          #  - back
      """)
    expect(result, ["    // what it may take\n    cpu = ...500m\n", "    // who it is\n"])
    let web = result.source.firstRange(of: "deployment other").map { result.source[..<$0.lowerBound] }
    #expect(web?.contains("// networks:") ?? false, "\(result.source)")
    #expect(web?.hasSuffix("}\n\n") ?? false, "\(result.source)")
    expect(
      result,
      [
        "    // networks:\n    //   - front\n  }\n",
        "    env LEVEL = \"info\"\n    // - OTHER=1\n",
        "    // what is measured\n    port metrics = 9090\n",
        "    // not kept\n    mount \"/cache\" = cache\n    // the last\n",
        "    // networks:\n    //   - back\n  }\n",
      ])
  }
}
