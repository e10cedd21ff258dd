import KCData
import Testing

@testable import KCProxy

@Suite struct DNSTests {
  private static let zone = DNSZone(
    domain: "cluster.local",
    services: [
      RuleSetTests.service("web", ip: "10.96.0.7"),
      RuleSetTests.service("db", ip: "None", ports: [["name": "sql", "port": 5432]]),
      RuleSetTests.service("out", ip: "", extra: ["type": "ExternalName", "externalName": "Example.COM"]),
    ],
    endpointSlices: [
      RuleSetTests.slice(
        "db",
        (1...3).map { index in
          var endpoint = RuleSetTests.endpoint("10.244.1.\(index)", ready: index != 3)
          if index == 1 { endpoint["hostname"] = "db-0" }
          return endpoint
        }, port: 5432, portName: "sql")
    ])

  private static let a: UInt16 = 1
  private static let aaaa: UInt16 = 28

  private static func query(_ name: String, _ type: UInt16, id: UInt16 = 6, edns: UInt16? = nil) -> [UInt8] {
    var writer = DNSWriter()
    for word in [id, 0x0100, 1, 0, 0, edns == nil ? 0 : 1] { writer.word(word) }
    writer.name(name)
    writer.word(type)
    writer.word(1)
    if let edns {
      writer.append([0, 0, 41])
      writer.word(edns)
      writer.append([0, 0, 0, 0, 0, 0])
    }
    return writer.bytes
  }

  /// An answer, read back.
  private struct Answer {
    var code: UInt16
    var isCut: Bool
    var records: [(type: UInt16, data: [UInt8])] = []
    var authorities: UInt16
    var additionals: UInt16

    init?(_ reply: DNSResponder.Reply) {
      guard case .answer(let bytes) = reply else { return nil }
      var reader = DNSReader(bytes)
      guard reader.word() != nil, let flags = reader.word(), let questions = reader.word(),
        let answers = reader.word(), let authorities = reader.word(), let additionals = reader.word()
      else { return nil }
      code = flags & 15
      isCut = flags & 0x0200 != 0
      self.authorities = authorities
      self.additionals = additionals
      for _ in 0..<questions { guard reader.name() != nil, reader.skip(4) else { return nil } }
      for _ in 0..<answers {
        guard reader.name() != nil, let type = reader.word(), reader.skip(6), let length = reader.word() else {
          return nil
        }
        var data: [UInt8] = []
        let end = bytes.count - reader.left
        data = Array(bytes[end..<end + Int(length)])
        guard reader.skip(Int(length)) else { return nil }
        records.append((type, data))
      }
    }

    var addresses: [String] { records.filter { $0.type == 1 }.map { $0.data.map(String.init).joined(separator: ".") } }
    var names: [String] {
      records.map { record in
        var reader = DNSReader(record.type == 33 ? Array(record.data.dropFirst(6)) : record.data)
        return (reader.name() ?? []).map { String(decoding: $0, as: UTF8.self) }.joined(separator: ".")
      }
    }
  }

  private func ask(_ name: String, _ type: UInt16 = a, edns: UInt16? = nil) -> Answer? {
    Answer(DNSResponder(zone: Self.zone).reply(to: Self.query(name, type, edns: edns)))
  }

  @Test func aServiceHasItsAddress() throws {
    let answer = try #require(ask("WEB.ns.svc.Cluster.local"))
    #expect(answer.code == 0)
    #expect(answer.addresses == ["10.96.0.7"])
  }

  @Test func aHeadlessServiceHasTheAddressesOfItsReadyPods() throws {
    #expect(Set(try #require(ask("db.ns.svc.cluster.local")).addresses) == ["10.244.1.1", "10.244.1.2"])
    #expect(try #require(ask("db-0.db.ns.svc.cluster.local")).addresses == ["10.244.1.1"])
    #expect(try #require(ask("10-244-1-2.db.ns.svc.cluster.local")).addresses == ["10.244.1.2"])
  }

  @Test func portsHaveServiceRecords() throws {
    let web = try #require(ask("_http._tcp.web.ns.svc.cluster.local", 33))
    #expect(web.names == ["web.ns.svc.cluster.local"])
    #expect(web.records.first?.data.prefix(6) == [0, 0, 0, 100, 0, 80])
    let db = try #require(ask("_sql._tcp.db.ns.svc.cluster.local", 33))
    #expect(Set(db.names) == ["db-0.db.ns.svc.cluster.local", "10-244-1-2.db.ns.svc.cluster.local"])
  }

  @Test func addressesHaveNames() throws {
    #expect(try #require(ask("7.0.96.10.in-addr.arpa", 12)).names == ["web.ns.svc.cluster.local"])
    #expect(try #require(ask("1.1.244.10.in-addr.arpa", 12)).names == ["db-0.db.ns.svc.cluster.local"])
  }

  @Test func whatIsMissingIsDeniedWithAnAuthority() throws {
    let missing = try #require(ask("nope.ns.svc.cluster.local"))
    #expect(missing.code == 3)
    #expect(missing.authorities == 1)
    let other = try #require(ask("web.ns.svc.cluster.local", Self.aaaa))
    #expect(other.code == 0)
    #expect(other.records.isEmpty)
    #expect(other.authorities == 1)
    // A name that only has names below it exists, without records.
    #expect(try #require(ask("ns.svc.cluster.local")).code == 0)
  }

  @Test func otherNames() throws {
    #expect(try #require(ask("out.ns.svc.cluster.local")).names == ["example.com"])
    #expect(try #require(ask("10-1-2-3.ns.pod.cluster.local")).addresses == ["10.1.2.3"])
    let responder = DNSResponder(zone: Self.zone)
    for name in ["example.com", "cluster.local.example.com", "xcluster.local", "9.9.9.9.in-addr.arpa"] {
      #expect(responder.reply(to: Self.query(name, Self.a)) == .forward)
    }
  }

  @Test func longAnswersAreCutToTheDatagram() throws {
    let endpoints = (0..<200).map { RuleSetTests.endpoint("10.244.\($0 / 100).\($0 % 100)") }
    let zone = DNSZone(
      domain: "cluster.local", services: [RuleSetTests.service("db", ip: "None")],
      endpointSlices: [RuleSetTests.slice("db", endpoints)])
    let responder = DNSResponder(zone: zone)
    for (size, limit) in [(nil, 512), (UInt16(1232), 1232), (UInt16(65535), 1232)] {
      let reply = responder.reply(to: Self.query("db.ns.svc.cluster.local", Self.a, edns: size))
      guard case .answer(let bytes) = reply else {
        Issue.record("no answer")
        continue
      }
      #expect(bytes.count <= limit)
      let answer = try #require(Answer(reply))
      #expect(answer.isCut)
      #expect(answer.additionals == (size == nil ? 0 : 1))
    }
    let stream = responder.reply(to: Self.query("db.ns.svc.cluster.local", Self.a), isDatagram: false)
    #expect(try #require(Answer(stream)).addresses.count == 200)
  }

  @Test func clientsBeginWithDifferentAddresses() throws {
    let responder = DNSResponder(zone: Self.zone)
    let firsts = (0..<2).compactMap { id in
      Answer(responder.reply(to: Self.query("db.ns.svc.cluster.local", Self.a, id: UInt16(id))))?.addresses.first
    }
    #expect(Set(firsts).count == 2)
  }

  @Test func noiseIsIgnoredAndMistakesAreSaid() throws {
    let responder = DNSResponder(zone: Self.zone)
    #expect(responder.reply(to: []) == .ignore)
    #expect(responder.reply(to: [1, 2, 3]) == .ignore)
    var answer = Self.query("web.ns.svc.cluster.local", Self.a)
    answer[2] |= 0x80
    #expect(responder.reply(to: answer) == .ignore)
    var update = Self.query("web.ns.svc.cluster.local", Self.a)
    update[2] |= 0x28
    #expect(try #require(Answer(responder.reply(to: update))).code == 4)
    // A name that points to itself.
    let loop: [UInt8] = [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 12, 0, 1, 0, 1]
    #expect(try #require(Answer(responder.reply(to: loop))).code == 1)
  }

  /// Whatever comes, an answer is one that can be read, and never longer than it may be.
  @Test func mutatedQueriesNeverBreakIt() {
    var state: UInt64 = 0x9e37_79b9_7f4a_7c15
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let responder = DNSResponder(zone: Self.zone)
    let names = ["web.ns.svc.cluster.local", "_sql._tcp.db.ns.svc.cluster.local", "7.0.96.10.in-addr.arpa", "x.y"]
    for _ in 0..<20_000 {
      var bytes = Self.query(names[random(names.count)], [1, 28, 33, 255][random(4)], edns: random(2) == 0 ? nil : 900)
      for _ in 0..<random(6) { bytes[random(bytes.count)] = UInt8(random(256)) }
      if random(4) == 0 { bytes.removeLast(random(bytes.count)) }
      let reply = responder.reply(to: bytes)
      guard case .answer(let out) = reply else { continue }
      #expect(out.count <= 1500)
      if Answer(reply) == nil { Issue.record("unreadable answer to \(bytes)") }
    }
  }
}
