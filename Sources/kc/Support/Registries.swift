import ArgumentParser
import Glibc
import KCClient
import KCCodec
import KCData
import KCHTTP
import KCKube
import KCLang
import KCPackage

/// How registries are reached.
struct RegistryOptions: ParsableArguments {
  @Flag(help: "Speak plain HTTP with the registry. This machine itself is spoken to so without it.")
  var insecure = false

  func client() throws(PackageError) -> RegistryClient { try Registries.client(isInsecure: insecure) }
}

/// Clients of registries, as this machine is set up.
enum Registries {
  static func client(isInsecure: Bool = false) throws(PackageError) -> RegistryClient {
    var options = RegistryClient.Options()
    options.isInsecure = isInsecure
    options.pause = { usleep(UInt32($0) * 1000) }
    let logins = DockerLogins()
    options.credential = { (host: String) throws(PackageError) in try logins.credential(for: host) }
    return RegistryClient(RegistryConnections(), options: options)
  }

  static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }
}

/// Connections to registries, each through the proxy that leads to it.
final class RegistryConnections: RegistryTransport {
  private var clients: [String: RegistryHTTP] = [:]

  func send(_ request: RegistryRequest) throws(PackageError) -> RegistryResponse {
    let proxy = Proxy.url(for: request.url, configured: nil, variable: Registries.variable)
    let client: RegistryHTTP
    if let known = clients[proxy ?? ""] {
      client = known
    } else {
      var authority: String?
      if let path = Registries.variable("KC_REGISTRY_CA") {
        authority = Files.readText(path)
        if authority == nil { throw PackageError(.refused, "KC_REGISTRY_CA names \(path), which cannot be read") }
      }
      client = try RegistryHTTP(authority: authority, proxy: proxy)
      clients[proxy ?? ""] = client
    }
    return try client.send(request)
  }
}

/// A registry that is set up only when something is asked of it: most programs have all their packages.
final class LazyRegistry: PackageRegistry {
  private var client: RegistryClient?

  private func made() throws(PackageError) -> RegistryClient {
    if let client { return client }
    let made = try Registries.client()
    client = made
    return made
  }

  func manifest(_ reference: PackageReference) throws(PackageError) -> (bytes: [UInt8], digest: String) {
    try made().manifest(reference)
  }

  func blob(_ blob: PackageManifest.Blob, of reference: PackageReference) throws(PackageError) -> [UInt8] {
    try made().blob(blob, of: reference)
  }

  func tags(_ reference: PackageReference) throws(PackageError) -> [String] { try made().tags(reference) }
}

/// What `docker login` wrote down: names, passwords, and the helpers that keep them.
struct DockerLogins {
  private var path: String {
    let folder = Registries.variable("DOCKER_CONFIG") ?? "\(Registries.variable("HOME") ?? "/root")/.docker"
    return "\(folder)/config.json"
  }

  /// Who one is to a host; nil where nothing says.
  func credential(for host: String) throws(PackageError) -> RegistryCredential? {
    guard let bytes = Files.read(path) else { return nil }
    guard let value = try? JSON.parse(bytes) else {
      throw PackageError(.refused, "\(path) is no JSON, so that kc cannot log in to \(host)")
    }
    // Docker writes its own registry under an address of old.
    let names = host == "docker.io" ? ["https://index.docker.io/v1/", "docker.io"] : [host, "https://\(host)"]
    for name in names {
      let helper = value.at("credHelpers", name)?.string
      if let found = try helper.map({ (text) throws(PackageError) in try ask(text, name) }) { return found }
    }
    for name in names {
      guard let entry = value.at("auths", name) else { continue }
      if let token = entry["identitytoken"]?.string, !token.isEmpty { return .identityToken(token) }
      if let found = Self.password(entry) { return found }
    }
    guard let store = value["credsStore"]?.string, !store.isEmpty, value.at("auths", names[0]) != nil else {
      return nil
    }
    return try ask(store, names[0])
  }

  private static func password(_ entry: Value) -> RegistryCredential? {
    if let user = entry["username"]?.string, let password = entry["password"]?.string {
      return .password(user: user, password: password)
    }
    guard let auth = entry["auth"]?.string, let bytes = Base64.decode(auth) else { return nil }
    let parts = String(decoding: bytes, as: UTF8.self).split(
      separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty else { return nil }
    return .password(user: String(parts[0]), password: String(parts[1]))
  }

  /// Asks the program `docker-credential-NAME`.
  private func ask(_ helper: String, _ host: String) throws(PackageError) -> RegistryCredential? {
    let isName =
      !helper.isEmpty
      && helper.utf8.allSatisfy { byte in
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
          || [45, 46, 95].contains(byte)
      }
    guard isName else { throw PackageError(.refused, "\(path) names a credential helper that is no name") }
    let command = "docker-credential-\(helper)"
    switch ChildProcess.output(of: command, ["get"], adding: [:], input: host) {
    case .failure(let why):
      // A helper that knows nothing of the host ends with 1, too: then it may go without.
      if why.text.contains("exit code 1") { return nil }
      throw PackageError(.refused, "\(command), which \(path) names, \(why.text)")
    case .success(let output):
      guard let value = try? JSON.parse(output), let user = value["Username"]?.string,
        let secret = value["Secret"]?.string
      else { throw PackageError(.refused, "\(command), which \(path) names, gave no credentials") }
      return user == "<token>" ? .identityToken(secret) : .password(user: user, password: secret)
    }
  }
}
