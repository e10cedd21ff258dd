import KCImport
import Testing

/// No password is written into a program, and none is lost on the way.
@Suite struct ComposeSecretTests {
  private func checked(_ text: String, _ files: [String: String] = [:]) -> ComposeImport {
    let files = files.merging(["compose.yaml": text]) { $1 }
    let result = ComposeImport(files: ["compose.yaml"]) { files[$0].map { Array($0.utf8) } }
    #expect(CorpusFiles.check(result.source, inputs: result.inputs) == nil, "\(result.source)")
    for secret in ["hunter2", "topsecret"] {
      #expect(!result.source.contains(secret) && !result.notes.contains { $0.message.contains(secret) })
    }
    return result
  }

  private func expect(_ result: ComposeImport, _ lines: [String]) {
    for line in lines { #expect(result.source.contains(line), "\(line)\n\(result.source)") }
  }

  @Test func whatComposeTakesFromItsEnvironmentMayHoldAPassword() {
    let result = checked(
      """
      services:
        app: {image: "app:1", environment: [DSN, DSN2, PLAIN, "URL=${DSN}?x=1"]}
        db: {image: "postgres:16", environment: {POSTGRES_PASSWORD: "${DB_PASSWORD}"}}
      """,
      [
        ".env": """
        DB_PASSWORD=hunter2
        DSN=postgres://app:${DB_PASSWORD}@db/app
        DSN2=postgres://app:hunter2@db/app
        PLAIN=x
        """
      ])
    expect(
      result,
      [
        #"DSN = input.env("DSN")"#, #"DSN2 = input.env("DSN2")"#, #"param PLAIN: String = "x""#,
        #"URL = "\(input.env("DSN"))?x=1""#, "env DSN = app-env.data.DSN",
      ])
    #expect(!result.source.contains("param DSN"))
  }

  @Test func settingsWithPasswordsAreNotCopied() {
    let result = checked(
      """
      services:
        app:
          image: app:1
          environment:
            ConnectionStrings__Default: Server=db;User Id=sa;Password=hunter2;Encrypt=False
            CONN: "Server=db;Password=${PW};Port=${PORT:-1}"
            JAVA_OPTS: -Xmx1g -Ddb.password=hunter2
            MYSQL_DSN: app:hunter2@tcp(mysql:3306)/db
            KEY: "-----BEGIN RSA PRIVATE KEY-----\\nhunter2"
            GH: ghp_hunter2hunter2hunter2hunter2
            NONCE_SALT: hunter2
            OPTIONS: --no-token=true --max_tokens=5 --password=
      """, [".env": "PW=topsecret"])
    expect(
      result,
      [
        #"ConnectionStrings__Default = input.env("ConnectionStrings__Default")"#,
        #"CONN = "Server=db;Password=\(input.env("PW"));Port=\(PORT)""#, #"JAVA_OPTS = input.env("JAVA_OPTS")"#,
        #"MYSQL_DSN = input.env("MYSQL_DSN")"#, #"KEY = input.env("KEY")"#, #"GH = input.env("GH")"#,
        #"NONCE_SALT = input.env("NONCE_SALT")"#, #"env OPTIONS = "--no-token=true --max_tokens=5 --password=""#,
      ])
  }

  @Test func shortOptionsWithPasswordsAreSaid() {
    let result = ComposeImport(files: ["compose.yaml"]) {
      $0 == "compose.yaml"
        ? Array(
          """
          services:
            db: {image: "mysql:8", healthcheck: {test: mysqladmin ping -uroot -psecret1}}
            cache: {image: "redis:7", healthcheck: {test: [CMD, redis-cli, -a, secret2, ping]}}
            other: {image: "a:1", command: "mkdir -pv /x"}
          """.utf8) : nil
    }
    #expect(
      result.notes.contains {
        $0.message == "passwords seem to stand in commands of `db` and `cache`, and so in the program"
      })
  }

  @Test func commandsReadSecretsFromTheEnvironment() {
    let result = checked(
      """
      services:
        cache:
          image: redis
          command: redis-server --requirepass ${REDIS_PASSWORD} --port 6379
          healthcheck: {test: ["CMD", "redis-cli", "-a", "${REDIS_PASSWORD}", "--user", "it's", "ping"]}
        web: {image: web, environment: {CACHE: "redis://:${REDIS_PASSWORD}@cache:6379/0"}}
        db:
          image: db
          environment: {DB_PASSWORD: "${PW}", KEPT: "$$(DB_PASSWORD)"}
          command: ["--password=${PW}", "$$(KEPT)", "${NAME:-x}"]
          healthcheck: {test: "ping -p ${PW} -q \\"${PW}\\" '${PW}' $$HOME"}
        other: {image: a, command: "--requirepass ${CODE} --auth-token ${OTHER}"}
        hooks: {image: a, pre_stop: [{command: [stop, "${PW}"]}], pre_start: [{command: [go, "${PW}"]}]}
      """, [".env": "REDIS_PASSWORD=topsecret\nPW=hunter2\nCODE=hunter2\nOTHER=topsecret"])
    expect(
      result,
      [
        #"args = ["redis-server", "--requirepass", "$(REDIS_PASSWORD)", "--port", "6379"]"#,
        #"env REDIS_PASSWORD = cache-env.data.REDIS_PASSWORD"#,
        ##"#"redis-cli -a "$REDIS_PASSWORD" --user 'it'\''s' ping"#"##,
        #"args = ["--password=$(DB_PASSWORD)", "$$(KEPT)", NAME]"#,
        ##"#"ping -p "$DB_PASSWORD" -q "${DB_PASSWORD}" ''"$DB_PASSWORD"'' $HOME"#"##,
        #"args = ["--requirepass", "$(CODE)", "--auth-token", "$(OTHER)"]"#,
        ##"preStop = ["/bin/sh", "-c", #"stop "$PW""#]"##,
        "env PW = shared-env.data.PW",
      ])
    #expect(!result.source.contains("param PW") && !result.source.contains("param REDIS"))
  }

  @Test func secretsWhereAllReadThemAreTold() {
    let result = checked(
      "services: {web: {image: a, labels: {x: \"${API_TOKEN}\"}}}", [".env": "API_TOKEN=hunter2"])
    expect(result, [#"param API_TOKEN: String = """#])
    #expect(result.notes.contains { $0.message.contains("`API_TOKEN` looks like a secret and stands where") })
  }

  @Test func differentSecretsHaveDifferentNames() {
    let result = checked(
      """
      services:
        a: {image: a, env_file: a.env, secrets: [db_password], environment: {URL: "postgres://a:${DB_PASSWORD}@x/y"}}
        b: {image: b, env_file: [b.env, ./sub/c.env]}
        c: {image: c, environment: {TOKEN: hunter2}}
        d: {image: d, environment: {TOKEN: topsecret}}
      secrets: {db_password: {file: ./p.txt}}
      """,
      [
        "a.env": "KEY_TOKEN=1a\nSAME_KEY=x y\nTOKEN=hunter2\n", "b.env": "KEY_TOKEN=2b\nSAME_KEY=x y\n",
        "sub/c.env": "# c\nOWN_KEY='a b'\n",
        "p.txt": "hunter2",
      ])
    expect(
      result,
      [
        #"KEY_TOKEN = input.env("KEY_TOKEN")"#, #"KEY_TOKEN = input.env("B_KEY_TOKEN")"#,
        #"SAME_KEY = input.env("SAME_KEY")"#,
        #"db_password = input.env("SECRET_DB_PASSWORD")"#, #"a:\(input.env("DB_PASSWORD"))@x"#,
        #"TOKEN = input.env("TOKEN")"#, #"TOKEN = input.env("D_TOKEN")"#,
      ])
    let helps = result.notes.filter { $0.message.contains(".env` look") }.map(\.help)
    #expect(
      helps == [
        "set them where `kc` runs", "set them where `kc` runs, `KEY_TOKEN` as `B_KEY_TOKEN`",
        "set it where `kc` runs: `set -a; . sub/c.env; set +a`",
      ], "\(helps)")
  }

  /// What is secret in a file of variables is read where `kc` runs; the rest is said.
  @Test func filesOfVariablesAreConfigsAndSecrets() {
    let result = checked(
      """
      services:
        web: {image: a, env_file: [web.env, plain.env, secrets.env]}
        job: {image: a, env_file: web.env}
        db: {image: "db:1", expose: [5432]}
        mail: {image: mail}
      """,
      [
        "web.env":
          "LEVEL=info\nDB_PASSWORD=hunter2\nDB_HOST=db\nURL=http://db:5432/${LEVEL}\nDSN=pg://a:topsecret@db/x\n"
          + "API_TOKEN=4711081547\nMAX_TOKENS=4096\n",
        "plain.env": "PORT=8080\nEMPTY_TOKEN=\nSMTP_HOST=mail\n", "secrets.env": "LEVEL=hunter2\n",
      ])
    expect(
      result,
      [
        "config web-env {\n  data {\n    LEVEL = \"info\"\n    DB_HOST = db.host\n",
        #"    URL = "http://\(db.host):\(db.port.postgres.number)/\(LEVEL)""#,
        "secret web-env-secret {\n  data {\n    DB_PASSWORD = input.env(\"DB_PASSWORD\")\n    DSN = input.env(\"DSN\")\n",
        "config plain-env {\n  data {\n    PORT = \"8080\"\n    SMTP_HOST = mail.host\n",
        #"EMPTY_TOKEN = input.env("EMPTY_TOKEN")"#, #"API_TOKEN = input.env("API_TOKEN")"#, #"MAX_TOKENS = "4096""#,
        "envFrom = [web-env, web-env-secret, plain-env, plain-env-secret, secrets-env]",
        "envFrom = [web-env, web-env-secret]",
        "service mail {",
      ])
    #expect(!result.source.contains("hunter2") && !result.source.contains("topsecret"))
  }

  @Test func configsWithSecretsInThemAreSecrets() {
    let result = checked(
      """
      services:
        web: {image: web, configs: [app.ini, url, {source: token, target: /etc/token, mode: 0400}, plain]}
      configs:
        app.ini:
          content: |
            [db]
            password = ${DB_PASSWORD}
            host = ${DB_HOST:-db}
        url: {content: "postgres://app:hunter2@db/app"}
        token: {environment: API_TOKEN}
        plain: {content: "level = ${LEVEL:-info}"}
      """, [".env": "DB_PASSWORD=hunter2\nAPI_TOKEN=topsecret"])
    expect(
      result,
      [
        #"      password = \(input.env("DB_PASSWORD"))"#, #"      host = \(DB_HOST)"#,
        #"url = "postgres://app:\(input.env("URL_PASSWORD"))@db/app""#, #"token = input.env("API_TOKEN")"#,
        "volume app-ini-file { secret = app-ini }", "volume token-file { secret = token, mode = \"400\" }",
        "volume plain-file { config = plain }", #"plain = "level = \(LEVEL)""#,
      ])
    #expect(!result.source.contains("param DB_PASSWORD") && !result.source.contains("param API_TOKEN"))
    let isTold = result.notes.contains { $0.message.contains("have secrets in them: they are secrets here") }
    #expect(isTold)
  }

  /// A file of variables that is mounted is as secret as one that is read.
  @Test func mountedFilesOfVariablesWithSecretsAreSecrets() {
    let result = checked(
      """
      services:
        web: {image: web, volumes: ["./.env:/src/.env:ro", "./plain.env:/src/plain.env:ro"]}
        job: {image: job, volumes: ["./.env:/srv/.env:ro"]}
      """,
      [
        ".env": """
        # the site
        HOST=localhost
        SESSION_SECRET='hunter2' # change it
        export DB_PASSWORD=topsecret
        JWT_KEY="hunter2"
        ADMIN_PASSWORD="a \\"topsecret"
        TOKEN_TTL=60
        DSN=postgres://app:topsecret@db/app
        EMPTY_TOKEN=
        """, "plain.env": "LEVEL=info\n",
      ])
    expect(
      result,
      [
        "      # the site\n      HOST=localhost\n",
        #"      SESSION_SECRET='\(input.env("SESSION_SECRET"))' # change it"#,
        #"      export DB_PASSWORD=\(input.env("DB_PASSWORD"))"#, #"      JWT_KEY="\(input.env("JWT_KEY"))""#,
        #"      ADMIN_PASSWORD="\(input.env("WEB_ADMIN_PASSWORD"))""#,
        "      TOKEN_TTL=60\n", #"      DSN=postgres://app:\(input.env("WEB_DSN"))@db/app"#, "      EMPTY_TOKEN=",
        "config web-plain-env {\n  data {\n    \"plain.env\" =",
      ])
    #expect(result.source.split(separator: "\nsecret ").count == 2, "\(result.source)")
  }

  /// Each included file has a `.env` of its own.
  @Test func includedFilesHaveSecretsOfTheirOwn() {
    let part =
      "services: {NAME: {image: a, environment: [DB_PASSWORD], secrets: [NAME]}}\nsecrets: {NAME: {environment: DB_PASSWORD}}"
    let result = checked(
      "include: [one/c.yaml, two/c.yaml]\nservices: {c: {image: c, environment: {DB_PASSWORD: \"${DB_PASSWORD}\"}}}",
      [
        "one/c.yaml": part.replacing("NAME", with: "a"), "one/.env": "DB_PASSWORD=hunter2",
        "two/c.yaml": part.replacing("NAME", with: "b"), "two/.env": "DB_PASSWORD=topsecret",
      ])
    expect(
      result,
      [
        #"DB_PASSWORD = input.env("ONE_DB_PASSWORD")"#, #"DB_PASSWORD = input.env("TWO_DB_PASSWORD")"#,
        #"a = input.env("ONE_DB_PASSWORD")"#, #"b = input.env("TWO_DB_PASSWORD")"#,
        #"DB_PASSWORD = input.env("DB_PASSWORD")"#,
      ])
  }

  @Test func passwordsInCommandsAreTold() {
    let result = ComposeImport(files: ["compose.yaml"]) { _ in
      Array(
        "services: {a: {image: a, command: run --requirepass hunter2}, b: {image: b, command: [--token=/run/t]}}".utf8)
    }
    let said = result.notes.map(\.message)
    #expect(said == ["a password seems to stand in a command of `a`, and so in the program"], "\(said)")
  }
}
