import KCCodec
import KCData
import KCKube
import KCTestSupport
import Testing

@Suite struct DefaultingOracleTests {
  /// What a create answers: defaults, what admission adds, what the server decides; but for addresses and ports,
  /// which the server chooses.
  @Test func defaulting() throws {
    guard let records = Oracle.records("api/defaulting.jsonl.gz") else { return }
    var agreement = Agreement()
    var accepted = Agreement()
    var perKind: [String: Agreement] = [:]
    for record in records {
      guard let expected = record["out"], let type = ResourceTypes.builtin.find((expected.apiVersion, expected.kind))
      else { continue }
      let object = try CreatePipeline.result(record, type)
      let causes = Validation.create(object, type: type)
      accepted.note(
        causes.isEmpty, "\(record["id"]?.string ?? ""): \(causes.first.map { "\($0.field): \($0.message)" } ?? "")")
      let difference = Difference.first(of: CreatePipeline.comparable(object), and: CreatePipeline.comparable(expected))
      let line = "\(record["id"]?.string ?? ""): \(difference ?? "")"
      agreement.note(difference == nil, line)
      perKind["\(type.kind).\(type.apiVersion)", default: Agreement()].note(difference == nil, line)
    }
    agreement.report("defaulting", shown: Oracle.isFull ? 400 : 20)
    for (kind, part) in perKind.sorted(by: { $0.key < $1.key }) where part.agreed < part.total {
      print("  \(kind): \(part.agreed) of \(part.total)")
    }
    accepted.report("valid objects accepted", shown: Oracle.isFull ? 400 : 20)
    #expect(agreement.reaches(0.999))
    #expect(accepted.reaches(0.999))
  }
}

/// A create as the recorded server does it.
enum CreatePipeline {
  static let context = Admission.Context(
    priorityClass: { name in
      switch name {
      case "oracle-high": ["value": 1000, "preemptionPolicy": "PreemptLowerPriority"]
      case "oracle-low": ["value": -5, "preemptionPolicy": "Never"]
      default: nil
      }
    },
    runtimeClass: { name in
      name != "oracle-rc"
        ? nil
        : [
          "handler": "runc", "overhead": ["podFixed": ["cpu": "50m", "memory": "16Mi"]],
          "scheduling": [
            "nodeSelector": ["oracle/rc": "yes"],
            "tolerations": [["key": "rc", "operator": "Exists"]],
          ],
        ]
    })

  static func input(_ record: Value) throws -> Value {
    if let text = record["yaml"]?.string { return try YAML.parseAll(text).first ?? .null }
    return record["in"] ?? .null
  }

  static func result(_ record: Value, _ type: ResourceType) throws -> Value {
    var object = try input(record)
    if type.namespaced, let path = record["path"]?.string {
      let parts = path.split(separator: "/")
      if let at = parts.firstIndex(of: "namespaces") {
        object.set(.string(String(parts[at + 1])), at: "metadata", "namespace")
      }
    }
    object.set("8b5a1f0e-3c7d-4e2a-9d6b-1f2e3d4c5b6a", at: "metadata", "uid")
    Defaulting.apply(to: &object, type: type)
    try Admission.create(&object, type: type, context: context)
    Strategy.prepareForCreate(&object, type: type, now: Timestamp(seconds: 0))
    return object
  }

  /// Without what differs from one recording to the next, with placeholders for addresses and ports.
  static func comparable(_ object: Value) -> Value {
    var object = object
    for field in ["managedFields", "uid", "creationTimestamp", "resourceVersion"] {
      object.set(nil, at: "metadata", field)
    }
    return placed(object)
  }

  /// With placeholders for addresses and ports that the server chooses.
  static func placed(_ object: Value) -> Value {
    var object = object
    if object.kind == "Service", let spec = object["spec"], spec["type"] != "ExternalName" {
      if (spec["clusterIP"]?.string ?? "").isEmpty {
        object.set("<clusterIP>", at: "spec", "clusterIP")
        object.set(["<clusterIP>"], at: "spec", "clusterIPs")
      }
      let isOpen = spec["type"] == "NodePort" || spec["type"] == "LoadBalancer"
      if isOpen, spec["allocateLoadBalancerNodePorts"] != false {
        object.set(
          .array(
            (spec["ports"]?.array ?? []).map { port in
              var port = port
              if port["nodePort"] == nil { port["nodePort"] = "<nodePort>" }
              return port
            }), at: "spec", "ports")
      }
      if spec["type"] == "LoadBalancer", spec["externalTrafficPolicy"] == "Local", spec["healthCheckNodePort"] == nil {
        object.set("<nodePort>", at: "spec", "healthCheckNodePort")
      }
    }
    return object
  }
}

/// The first place where two values differ.
enum Difference {
  static func first(of actual: Value, and expected: Value, at path: String = "") -> String? {
    if actual == expected || ["<time>", "<uid>", "<clusterIP>", "<nodePort>"].contains(expected) { return nil }
    switch (actual, expected) {
    case (.object(let left), .object(let right)):
      for (key, value) in right {
        guard let other = left[key] else { return "\(path).\(key) is missing: \(JSON.text(value))" }
        if let difference = first(of: other, and: value, at: "\(path).\(key)") { return difference }
      }
      for (key, value) in left where right[key] == nil { return "\(path).\(key) is too much: \(JSON.text(value))" }
      return nil
    case (.array(let left), .array(let right)) where left.count == right.count:
      for (index, pair) in zip(left, right).enumerated() {
        if let difference = first(of: pair.0, and: pair.1, at: "\(path)[\(index)]") { return difference }
      }
      return nil
    default: return "\(path) is \(JSON.text(actual)), not \(JSON.text(expected))"
    }
  }
}
