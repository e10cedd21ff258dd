internal import KCData

/// A probe as a container declares it.
struct ProbeSpec: Sendable, Hashable {
  var kind: Kind
  var action: Action
  /// Seconds.
  var initialDelay: Double
  var period: Double
  var timeout: Double
  var successThreshold: Int
  var failureThreshold: Int
  /// Seconds a container has to end when the probe fails; nil is the pod's.
  var gracePeriod: Int64?

  enum Kind: String, Sendable, Hashable {
    case startup = "Startup"
    case readiness = "Readiness"
    case liveness = "Liveness"
  }

  enum Action: Sendable, Hashable {
    case http(HTTPAction)
    /// An empty host is the pod's address.
    case tcp(host: String, port: Value)
    case exec([String])
    /// One that is not served here.
    case unsupported(String)
  }

  init?(_ value: Value?, kind: Kind) {
    guard let value, value.object != nil else { return nil }
    self.kind = kind
    guard let action = Action(value) else { return nil }
    self.action = action
    func seconds(_ key: String, _ standard: Double, atLeast: Double) -> Double {
      min(max(value[key]?.double ?? standard, atLeast), 1e9)
    }
    initialDelay = seconds("initialDelaySeconds", 0, atLeast: 0)
    period = seconds("periodSeconds", 10, atLeast: 1)
    timeout = seconds("timeoutSeconds", 1, atLeast: 1)
    successThreshold = Int(clamping: max(value["successThreshold"]?.int ?? 1, 1))
    failureThreshold = Int(clamping: max(value["failureThreshold"]?.int ?? 3, 1))
    gracePeriod = value["terminationGracePeriodSeconds"]?.int
  }
}

/// An HTTP GET of a probe or hook.
struct HTTPAction: Sendable, Hashable {
  /// Empty is the pod's address.
  var host: String
  /// A number, or the name of a port of the container.
  var port: Value
  var path: String
  /// `HTTP` or `HTTPS`.
  var scheme: String
  var headers: [HTTPHeader]

  init(_ value: Value) {
    host = value["host"]?.string ?? ""
    port = value["port"] ?? .null
    let path = value["path"]?.string ?? ""
    self.path = path.hasPrefix("/") ? path : "/\(path)"
    scheme = value["scheme"]?.string ?? "HTTP"
    headers = (value["httpHeaders"]?.array ?? []).map {
      HTTPHeader(name: $0["name"]?.string ?? "", value: $0["value"]?.string ?? "")
    }
  }
}

extension ProbeSpec.Action {
  init?(_ value: Value) {
    if let http = value["httpGet"] {
      self = .http(HTTPAction(http))
    } else if let tcp = value["tcpSocket"] {
      self = .tcp(host: tcp["host"]?.string ?? "", port: tcp["port"] ?? .null)
    } else if let exec = value["exec"] {
      self = .exec(exec["command"]?.array?.compactMap(\.string) ?? [])
    } else if value["grpc"] != nil {
      self = .unsupported("gRPC probes are not supported by this node")
    } else {
      return nil
    }
  }
}
