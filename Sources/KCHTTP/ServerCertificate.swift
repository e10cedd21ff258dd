internal import FoundationEssentials
internal import KCData
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import SwiftASN1
internal import Synchronization
internal import X509

/// The certificate that a server shows, looked at after it was not believed: the handshake does not tell why.
struct ServerCertificate {
  private let certificate: Certificate

  /// Asks for it by a handshake that goes no further.
  ///
  /// - Returns: nil where the server shows none that can be read.
  static func shown(by host: String, port: Int, name: String) async -> ServerCertificate? {
    let shown = Shown()
    do {
      var configuration = TLSConfiguration.makeClientConfiguration()
      configuration.certificateVerification = .noHostnameVerification
      let context = try NIOSSLContext(configuration: configuration)
      // An address is not sent as a name.
      let isAddress = (try? SocketAddress(ipAddress: name, port: 0)) != nil
      let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connectTimeout(.seconds(5))
        .channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(
              NIOSSLClientHandler(
                context: context, serverHostname: isAddress ? nil : name,
                customVerificationCallback: { chain, verdict in
                  shown.bytes.withLock { $0 = try? chain.first?.toDERBytes() }
                  verdict.succeed(.failed)
                }))
          }
        }.connect(host: host, port: port).get()
      let deadline = channel.eventLoop.scheduleTask(in: .seconds(5)) { channel.close(promise: nil) }
      try? await channel.closeFuture.get()
      deadline.cancel()
    } catch {
      return nil
    }
    guard let bytes = shown.bytes.withLock({ $0 }), let certificate = try? Certificate(derEncoded: bytes) else {
      return nil
    }
    return ServerCertificate(certificate: certificate)
  }

  private final class Shown: Sendable {
    let bytes = Mutex<[UInt8]?>(nil)
  }

  /// Why it proves nothing.
  ///
  /// - Parameters:
  ///   - name: who the server is to be.
  ///   - hasAuthority: whether the connection says whose signature counts; else that is up to the system.
  func fault(name: String, hasAuthority: Bool) -> String {
    let now = Date()
    let (start, end) = (certificate.notValidBefore, certificate.notValidAfter)
    func text(_ date: Date) -> String { Timestamp(seconds: Int64(date.timeIntervalSince1970)).rfc3339 }
    if end < now { return "its certificate ended at \(text(end))" }
    if start > now {
      return "its certificate begins at \(text(start)), which the clock here has not reached"
    }
    let names = names
    if !names.contains(where: { Self.matches($0, name) }) {
      return names.isEmpty
        ? "its certificate is for no name, and it is to be \(name)"
        : "its certificate is for \(names.joined(separator: ", ")), not for \(name)"
    }
    let signer =
      certificate.issuer == certificate.subject ? "signed by itself" : "signed by \"\(certificate.issuer)\""
    return hasAuthority
      ? "its certificate is \(signer), not by the certificate-authority that the kubeconfig names"
      : "its certificate is \(signer), which is not trusted here: name it as certificate-authority in the kubeconfig"
  }

  private var names: [String] {
    guard let names = try? certificate.extensions.subjectAlternativeNames else { return [] }
    return names.compactMap { name in
      switch name {
      case .dnsName(let name): name
      case .ipAddress(let address):
        (try? SocketAddress(packedIPAddress: ByteBuffer(bytes: address.bytes), port: 0))?.ipAddress
      default: nil
      }
    }
  }

  /// `*.example.com` is for one label before the first dot.
  private static func matches(_ pattern: String, _ name: String) -> Bool {
    let (pattern, name) = (pattern.lowercased(), name.lowercased())
    if pattern == name { return true }
    guard pattern.hasPrefix("*."), let dot = name.firstIndex(of: ".") else { return false }
    return name[dot...] == pattern.dropFirst()
  }
}
