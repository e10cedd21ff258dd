import KCData
import KCKube
import Testing

@testable import KCServer

/// How objects come, change and go.
@Suite struct LifecycleTests {
  private static let maps = "/api/v1/namespaces/default/configmaps"
  private static let merge = "application/merge-patch+json"

  private func served(_ body: (ServerFixture) async throws -> Void) async throws {
    let fixture = try ServerFixture()
    defer { fixture.remove() }
    try await fixture.server.bootstrap()
    try await body(fixture)
  }

  @Test func objectsWithFinalizersWait() async throws {
    try await served { fixture in
      let map: Value = ["metadata": ["name": "m", "finalizers": ["example.com/f"]]]
      _ = await fixture.call("POST", Self.maps, map)
      let marked = await fixture.call("DELETE", Self.maps + "/m")
      #expect(marked.body.isBeingDeleted)
      let again = await fixture.call("POST", Self.maps, map)
      #expect(again.status == 409)
      #expect(again.body["message"]?.string?.hasPrefix("object is being deleted") == true)
      let more: Value = ["metadata": ["finalizers": ["example.com/f", "example.com/g"]]]
      #expect(await fixture.call("PATCH", Self.maps + "/m", more, contentType: Self.merge).status == 422)
      let none: Value = ["metadata": ["finalizers": .null]]
      #expect(await fixture.call("PATCH", Self.maps + "/m", none, contentType: Self.merge).status == 200)
      #expect(await fixture.call("GET", Self.maps + "/m").status == 404)
    }
  }

  @Test func dependentsAreLeftToTheGarbageCollector() async throws {
    try await served { fixture in
      _ = await fixture.call("POST", Self.maps, ["metadata": ["name": "m"]])
      let marked = await fixture.call("DELETE", Self.maps + "/m", query: [("propagationPolicy", "Foreground")])
      #expect(marked.body.finalizers == ["foregroundDeletion"])
      let wrong = await fixture.call("DELETE", Self.maps + "/m", query: [("propagationPolicy", "Sideways")])
      #expect(wrong.status == 422)
    }
  }

  @Test func namespacesEndWhenTheyAreFinalized() async throws {
    try await served { fixture in
      let made = await fixture.call("POST", "/api/v1/namespaces", ["metadata": ["name": "n"]]).body
      #expect(made.at("spec", "finalizers") == ["kubernetes"])
      let marked = await fixture.call("DELETE", "/api/v1/namespaces/n").body
      #expect(marked.at("status", "phase") == "Terminating")
      let late = await fixture.call("POST", "/api/v1/namespaces/n/configmaps", ["metadata": ["name": "m"]])
      #expect(late.status == 403)
      var final = marked
      final.set([], at: "spec", "finalizers")
      #expect(await fixture.call("PUT", "/api/v1/namespaces/n/finalize", final).status == 200)
      #expect(await fixture.call("GET", "/api/v1/namespaces/n").status == 404)
      #expect(await fixture.call("DELETE", "/api/v1/namespaces/default").status == 403)
    }
  }

  @Test func pagesShowOneMoment() async throws {
    try await served { fixture in
      for name in ["a", "b", "c", "d"] {
        _ = await fixture.call("POST", Self.maps, ["metadata": ["name": .string(name)]])
      }
      let first = await fixture.call("GET", Self.maps, query: [("limit", "2")]).body
      #expect(first.at("metadata", "remainingItemCount") == 2)
      let token = try #require(first.at("metadata", "continue")?.string)
      _ = await fixture.call("POST", Self.maps, ["metadata": ["name": "bb"]])
      _ = await fixture.call("DELETE", Self.maps + "/d")
      let rest = await fixture.call("GET", Self.maps, query: [("limit", "2"), ("continue", token)]).body
      #expect((rest["items"]?.array ?? []).compactMap(\.name) == ["c", "d"])
      #expect(rest.resourceVersion == first.resourceVersion)
      let items = first["items"]?.array ?? []
      // What the list says for all, its items leave out.
      #expect(items.allSatisfy { $0.kind == nil && $0.apiVersion == nil })
    }
  }

  @Test func budgetsGuardRunningPods() async throws {
    try await served { fixture in
      _ = await fixture.call("POST", ServerTests.pods, ServerFixture.pod("a"))
      _ = await fixture.call(
        "PATCH", ServerTests.pods + "/a/status", ["status": ["phase": "Running"]], contentType: Self.merge)
      let budgets = "/apis/policy/v1/namespaces/default/poddisruptionbudgets"
      _ = await fixture.call(
        "POST", budgets,
        ["metadata": ["name": "b"], "spec": ["minAvailable": 1, "selector": ["matchLabels": ["app": "x"]]]])
      let eviction: Value = ["apiVersion": "policy/v1", "kind": "Eviction", "metadata": ["name": "a"]]
      #expect(await fixture.call("POST", ServerTests.pods + "/a/eviction", eviction).status == 429)
      let allowed: Value = ["status": ["observedGeneration": 1, "disruptionsAllowed": 1]]
      _ = await fixture.call("PATCH", budgets + "/b/status", allowed, contentType: Self.merge)
      #expect(await fixture.call("POST", ServerTests.pods + "/a/eviction", eviction).status == 201)
      #expect(await fixture.call("GET", budgets + "/b").body.at("status", "disruptionsAllowed") == 0)
    }
  }

  @Test func podsRunAsServiceAccountsThatAreThere() async throws {
    try await served { fixture in
      func pod(_ name: String, _ account: String?) -> Value {
        var pod: Value = ["metadata": ["name": .string(name)], "spec": ["containers": [["name": "c", "image": "i"]]]]
        if let account { pod.set(.string(account), at: "spec", "serviceAccountName") }
        return pod
      }
      let refused = await fixture.call("POST", ServerTests.pods, pod("a", "web"))
      #expect(refused.status == 403)
      #expect(refused.body["message"]?.string?.hasSuffix("default/web: serviceaccount \"web\" not found") == true)
      let plain = await fixture.call("POST", ServerTests.pods, pod("a", nil))
      #expect(plain.body.at("spec", "serviceAccountName") == "default")
      let accounts = "/api/v1/namespaces/default/serviceaccounts"
      _ = await fixture.call("POST", accounts, ["metadata": ["name": "web"]])
      let taken = await fixture.call("POST", ServerTests.pods, pod("b", "web"))
      #expect(taken.status == 201)
      #expect(taken.body.at("spec", "serviceAccount") == "web")
    }
  }

  @Test func quietWatchersGetBookmarks() async throws {
    let server = try APIServer(store: MemoryStore(), settings: .init(now: { Timestamp(seconds: 1_700_000_000) }))
    try await server.bootstrap()
    let response = await server.handle(
      APIRequest(
        method: "GET", path: "/api/v1/secrets",
        query: [("watch", "true"), ("allowWatchBookmarks", "true"), ("resourceVersion", "1")], user: .engine))
    for index in 0..<ObjectStore.bookmarkInterval {
      let map: Value = ["metadata": ["name": .string("m\(index)")]]
      _ = await server.handle(APIRequest(method: "POST", path: Self.maps, body: .value(map), user: .engine))
    }
    server.endWatches()
    guard case .events(let events) = response.body else {
      Issue.record("a watch was expected")
      return
    }
    var seen: [String] = []
    for try await event in events { seen.append(event["type"]?.string ?? "") }
    #expect(seen == ["BOOKMARK"])
  }
}

/// Two groups serve the same events.
@Suite struct EventVersionTests {
  @Test func eventsAreTheSameInBothGroups() async throws {
    let fixture = try ServerFixture()
    defer { fixture.remove() }
    try await fixture.server.bootstrap()
    let (core, later) = ("/api/v1/namespaces/default/events", "/apis/events.k8s.io/v1/namespaces/default/events")
    let event: Value = [
      "metadata": ["name": "e", "namespace": "default"], "reason": "R", "message": "m", "count": 2,
      "involvedObject": ["kind": "Pod", "name": "p", "namespace": "default"],
    ]
    #expect(await fixture.call("POST", core, event).status == 201)
    let read = await fixture.call("GET", later + "/e").body
    #expect(read.apiVersion == "events.k8s.io/v1")
    #expect(read["note"] == "m")
    #expect(read.at("regarding", "name") == "p")
    #expect(read["involvedObject"] == nil)
    let other: Value = [
      "metadata": ["name": "f", "namespace": "default"], "eventTime": "2024-01-01T00:00:00.000000Z",
      "reportingController": "example.com/c", "reportingInstance": "i", "action": "A", "reason": "R", "type": "Normal",
      "note": "n", "regarding": ["kind": "Pod", "name": "q", "namespace": "default"],
    ]
    #expect(await fixture.call("POST", later, other).status == 201)
    let old = await fixture.call("GET", core + "/f").body
    #expect(old["message"] == "n")
    #expect(old["reportingComponent"] == "example.com/c")
    let selected = await fixture.call("GET", later, query: [("fieldSelector", "regarding.name=p")]).body
    #expect((selected["items"]?.array ?? []).compactMap(\.name) == ["e"])
    #expect(await fixture.call("DELETE", later + "/e").status == 200)
    #expect(await fixture.call("GET", core + "/e").status == 404)
  }
}
