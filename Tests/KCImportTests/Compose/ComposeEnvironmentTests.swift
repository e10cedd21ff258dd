import KCImport
import Testing

/// What variables of services hold: secrets, and other services.
@Suite struct ComposeEnvironmentTests {
  private func checked(_ text: String) -> ComposeImport {
    let result = ComposeImport(files: ["compose.yaml"]) { $0 == "compose.yaml" ? Array(text.utf8) : nil }
    #expect(CorpusFiles.check(result.source, inputs: result.inputs) == nil, "\(result.source)")
    return result
  }

  @Test func secretsAreNeverCopied() {
    let result = checked(
      """
      services:
        db:
          image: postgres
          environment:
            POSTGRES_PASSWORD: hunter2
            URL: postgres://app:hunter2@db/app
            TOKEN: ${API_TOKEN:-hunter2}
      """)
    #expect(!result.source.contains("hunter2"))
    #expect(!result.notes.contains { $0.message.contains("hunter2") })
    #expect(result.source.contains("env POSTGRES_PASSWORD = db-env.data.POSTGRES_PASSWORD"))
    #expect(result.inputs == ["API_TOKEN", "POSTGRES_PASSWORD", "URL"])
  }

  @Test func passwordsInAddressesAreReadAlone() {
    let result = checked(
      """
      services:
        api: {image: api, environment: {DATABASE_URL: "postgres://app:${PW}@db:5432/shop"}}
        mixed: {image: api, environment: {URL: "postgres://app:hunter2@db/${DB_TOKEN}"}}
        db: {image: "postgres:16", environment: {POSTGRES_PASSWORD: "${PW}"}}
      """)
    let url = #"DATABASE_URL = "postgres://app:\(input.env("PW"))@\(db.host):\(db.port.postgres.number)/shop""#
    #expect(result.source.contains(url) && !result.source.contains("hunter2"))
    #expect(result.inputs == ["PW", "URL"])
    // It is no parameter: `--set PW=…` would set nothing.
    #expect(!result.notes.contains { $0.message.contains("nothing gives") || $0.help?.contains("--set") ?? false })
  }

  @Test func whatSeveralServicesHaveIsOneSecret() {
    let result = checked(
      """
      services:
        api: {image: api, environment: {DB_PASSWORD: "${PW}", TOKEN: one}}
        worker: {image: api, environment: {PGPASSWORD: "${PW}", API_KEY: own}}
        other: {image: api, environment: {TOKEN: two}}
      """)
    for line in [
      #"secret shared-env {\#n  data {\#n    PW = input.env("PW")\#n  }"#, "env DB_PASSWORD = shared-env.data.PW",
      "env PGPASSWORD = shared-env.data.PW", "env API_KEY = worker-env.data.API_KEY",
      #"TOKEN = input.env("OTHER_TOKEN")"#,
    ] { #expect(result.source.contains(line), "\(line)\n\(result.source)") }
  }

  @Test func otherServicesAreReferences() {
    let result = checked(
      """
      services:
        web:
          image: web
          ports: ["80:80"]
          environment:
            REDIS_HOST: cache
            CACHES: cache:6379,second:6379
            API: http://app/v1
            BROKER: "amqp://${USER:-me}@cache:6379"
            ODD_PORT: cache:7000
            BESIDE: http://cache:7000
            IMAGE: cache:8
            KIND: cache
            SELF: http://web:80
            DOMAIN: cache.example.com:6379
            NONE: http://lonely/
            TEXT: "cache: first"
        cache: {image: "redis:8"}
        second: {image: "redis:8"}
        app: {image: a, expose: [3000]}
        lonely: {image: a}
      """)
    for line in [
      "REDIS_HOST = cache.host",
      #"CACHES = "\(cache.host):\(cache.port.redis.number),\(second.host):\(second.port.redis.number)""#,
      #"API = "http://\(service.app.host)/v1""#, #"BROKER = "amqp://\(USER)@\(cache.host):\(cache.port.redis.number)""#,
      #"ODD_PORT = "\(cache.host):\(cache.port.port-7000.number)""#,
      #"BESIDE = "http://\(cache.host):\(cache.port.port-7000.number)""#, #"IMAGE = "cache:8""#, #"KIND = "cache""#,
      #"SELF = "http://web:80""#, #"DOMAIN = "cache.example.com:6379""#, #"NONE = "http://\(lonely.host)/""#,
      #"TEXT = "cache: first""#,
    ] { #expect(result.source.contains("env \(line)\n"), "\(line)\n\(result.source)") }
  }
}
