import KCImport
import Testing

/// Ports and names that services are reached by.
@Suite struct ComposePortTests {
  private func checked(_ text: String, name: String = "shop") -> ComposeImport {
    let options = ComposeImport.Options(profiles: [], projectName: name)
    let result = ComposeImport(files: ["compose.yaml"], options: options) {
      $0 == "compose.yaml" ? Array(text.utf8) : nil
    }
    #expect(CorpusFiles.check(result.source, inputs: result.inputs) == nil)
    return result
  }

  @Test func portsOfServicesThatSayNoneAreKnownByOthers() {
    let result = checked(
      """
      services:
        app:
          image: a:1
          platform: ${PLATFORM:-}
          environment: {BROKERS: "kafka:9092", OTHER: "http://bare/"}
          depends_on: {kafka: {condition: service_healthy}}
        kafka: {image: "k:1", healthcheck: {test: "true"}}
        bare: {image: "b:1"}
      """)
    for line in [
      "env BROKERS = \"\\(kafka.host):\\(kafka.port.kafka.number)\"", "until nc -z \\(kafka.host)",
      "service kafka {\n  select = kafka\n  headless = true\n  port kafka = 9092 -> kafka.app.kafka\n}",
    ] { #expect(result.source.contains(line), "\(line)\n\(result.source)") }
    #expect(!result.notes.contains { $0.message.contains("platform") })
  }

  @Test func rangesHaveABound() {
    func result(_ ports: String) -> ComposeImport {
      let text = "services: {app: {image: \"a:1\", ports: [\(ports)]}}"
      return ComposeImport(files: ["compose.yaml"], options: .init(profiles: [], projectName: "shop")) {
        $0 == "compose.yaml" ? Array(text.utf8) : nil
      }
    }
    let fine = result("\"50000-50100:50000-50100/udp\"")
    #expect(fine.notes.allSatisfy { $0.severity != .error } && fine.source.contains("50100"))
    let two = result("\"50000-50199:50000-50199\", \"60000-60199:60000-60199\"")
    #expect(two.notes.contains { $0.message == "these are 400 ports: more than 256 are not imported" })
  }

  @Test func placesToMountAtThatNothingGivesNameTheVariable() {
    let text = "services: {app: {image: \"a:1\", volumes: [\"data:${DIR}\"]}}\nvolumes: {data: }"
    let result = ComposeImport(files: ["compose.yaml"], options: .init(profiles: [], projectName: "shop")) {
      $0 == "compose.yaml" ? Array(text.utf8) : nil
    }
    #expect(result.notes.contains { $0.message == "nothing gives the path to mount at: the variable `DIR` is empty" })
  }

  @Test func portsThatOthersNameAreReached() {
    let result = checked(
      """
      services:
        app:
          image: a:1
          environment:
            AMQP: amqp://rabbit:5672/
            CACHE: redis://cache/0
            DB_HOST: db
            DB_PORT: 5433
            SEARCH_HOST: search
            API: http://api:${API_PORT:-9001}/x
            KEPT: http://kept:8000
          depends_on: [queue, pages]
        rabbit: {image: "rabbitmq:3-management", ports: ["15672:15672"]}
        cache: {image: "redis/redis-stack:7", ports: ["8001:8001"]}
        db: {image: "db:1", ports: ["8080:8080"]}
        search: {image: "elasticsearch:8.1.0", ports: ["9300"]}
        api: {image: "api:1", ports: ["9000"]}
        kept: {image: "k:1", ports: ["80:8000"]}
        queue: {image: "nats:2", ports: ["8222"]}
        pages: {image: "nginx:1", ports: ["8080:8080"]}
        lone: {image: "rabbitmq:3-management", ports: ["15672"]}
      """)
    for line in [
      "env AMQP = \"amqp://\\(rabbit.host):\\(rabbit.port.amqp.number)/\"", "port amqp = 5672 -> rabbit.app.amqp",
      "port redis = 6379 -> cache.app.redis", "port port-5433 = 5433 -> db.app.port-5433",
      "port port-9200 = 9200 -> search.app.port-9200", "port port-9001 = 9001 -> api.app.port-9001",
      "port port-4222 = 4222 -> queue.app.port-4222",
    ] { #expect(result.source.contains(line), "\(line)\n\(result.source)") }
    #expect(!result.source.contains("pages.app.http =") && !result.source.contains(" 5672 -> lone"))
    #expect(!result.source.contains("port http = 80 -> pages"))
  }

  @Test func publishedPortsThatAreTheContainersOwnUnlessTheyAreSetAreNoSecondOnes() {
    let result = checked(
      """
      services:
        proxy:
          image: shop/proxy:v1
          ports:
            - "${HTTP:-80}:80"
            - {target: 443, published: "${HTTPS:-443}"}
            - "${ADMIN:-8443}:9000"
      """)
    #expect(
      result.source.contains(
        """
        service proxy {
          select = proxy
          port http = 80 -> proxy.app.http
          port https = 443 -> proxy.app.https
          port port-9000 = 9000 -> proxy.app.port-9000
          port out-port-9000 = ADMIN -> proxy.app.port-9000
        }
        """))
  }

  @Test func aPortOfAVariableIsExposedOnce() {
    let result = checked(
      """
      services:
        proxy: {image: proxy, expose: ["${PORT:-8080}", "9000"], ports: ["${OUT:-8080}:${PORT:-8080}"]}
        other: {image: other, expose: ["8081", "${OTHER:-8081}"]}
      """)
    #expect(result.source.components(ofBlock: "container app").first == ["port main = PORT", "port port-9000 = 9000"])
    #expect(result.source.components(ofBlock: "container app").last == ["port port-8081 = 8081"])
  }

  @Test func whatShellsReadIsNoMistakenParameter() {
    let result = checked(
      """
      services:
        db:
          image: "db:${TAG:-1}"
          environment: {DB: "${DB:-shop}"}
          healthcheck: {test: "ready -d $${DB} -u $${USER}"}
          command: ["run", "$$DB", "$$OTHER"]
      """)
    #expect(result.source.contains(##"#"ready -d ${DB} -u ${USER}"#"##))
    #expect(result.source.contains(##"args = ["run", #"$DB"#, "$OTHER"]"##))
  }

  @Test func noPortIsCalledAsAllPortsOfAContainerAre() {
    let result = checked(
      """
      services:
        web:
          image: shop/web:v1
          ports: ["${WEB_PORT:-8090}"]
      """)
    #expect(result.source.contains("port main = WEB_PORT -> web.app.main"))
  }

  @Test func aliasesOfSeveralServicesLeadToTheFirst() {
    let result = checked(
      """
      services:
        read: {image: "shop/store:v1", expose: [3100], networks: {main: {aliases: [store]}}}
        write: {image: "shop/store:v1", expose: [3100], networks: {main: {aliases: [store]}}}
      networks: {main: }
      """)
    #expect(result.source.contains("service store {\n  select = read\n"))
    #expect(result.notes.contains { $0.message.hasPrefix("`store` is an alias of `read` and of `write`") })
  }

  @Test func foldersAreWhereComposeRuns() {
    let result = checked(
      """
      services:
        web:
          image: shop/web:v1
          volumes: ["${PWD}/../other:/data", "/srv/./a/../b:/srv"]
      """)
    #expect(!result.source.contains("PWD"))
    #expect(result.source.contains("host = \"/srv/b\""))
    #expect(result.notes.contains { $0.message.contains("`./../other` is a folder of the machine") })
  }

  @Test func namesOfProjectsThatAreNoNamesAreQuoted() {
    let result = checked("services: {web: {image: 'shop/web:v1'}}", name: "1-shop")
    #expect(result.projectFile == "project \"1-shop\" {}\n")
  }

  @Test func longCommandsOfProbesStandOnSeveralLines() {
    let result = checked(
      """
      services:
        db:
          image: postgres:16
          healthcheck:
            test: [CMD-SHELL, 'pg_isready --dbname=shop --username=shop && psql --command "select 1 from orders limit 1"']
            interval: 5s
      """)
    #expect(
      result.source.contains(
        """
            ready = probe.exec([
              "/bin/sh"
              "-c"
              #"pg_isready --dbname=shop --username=shop && psql --command "select 1 from orders limit 1""#
            ], every: 5s, timeout: 5s)
        """))
  }

  @Test func whatChecksAskIsAPort() {
    let result = checked(
      """
      services:
        web:
          image: web:1
          healthcheck: {test: "curl -f http://localhost:8080/login/ || exit 1", interval: 5s}
        worker: {image: "web:1", command: work, depends_on: {web: {condition: service_healthy}}}
      """)
    for line in [
      "port http = 8080", "ready = probe.http(\"/login/\", port: http, every: 5s",
      "service web {\n  select = web\n  headless = true\n  port http = 8080 -> web.app.http\n}",
      "until nc -z \\(web.host) \\(web.port.http.number)",
    ] { #expect(result.source.contains(line), "\(line)\n\(result.source)") }
  }

  @Test func variablesMayGiveMoreThanThePort() {
    let result = checked(
      """
      services:
        db: {image: "mysql:8", ports: ["${SQL_PORT:-127.0.0.1:13306}:3306"]}
        site: {image: "site:1", ports: ["${SITE:-8081:80}", "${BIND:-0.0.0.0}:${PORT:-8443}:443"]}
      """)
    #expect(!result.notes.contains { $0.severity == .error }, "\(result.notes.map(\.message))")
    #expect(result.source.contains("port out-13306 = 13306 -> db.app.mysql"), "\(result.source)")
    #expect(result.source.contains("port out-8081 = 8081 -> site.app.http"), "\(result.source)")
    #expect(result.source.contains("param PORT: Int = 8443"), "\(result.source)")
  }
}

extension String {
  /// The ports in each block that begins so.
  fileprivate func components(ofBlock head: String) -> [[String]] {
    split(separator: head).dropFirst().map { block in
      block.prefix { $0 != "}" }.split(separator: "\n").map { $0.drop { $0 == " " } }
        .filter { $0.hasPrefix("port ") }.map(String.init)
    }
  }
}
