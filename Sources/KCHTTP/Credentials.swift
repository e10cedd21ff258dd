internal import Crypto
internal import FoundationEssentials
public import KCServer
internal import SwiftASN1
internal import X509

/// Why certificates or keys could not be made or read.
public struct CredentialError: Error, Sendable, CustomStringConvertible {
  public var description: String
}

/// A certificate authority of one server, the server's certificate, and the token that lets the owner in; all as text.
public struct ServerCredentials: Sendable {
  /// PEM.
  public var authority: String
  public var certificate: String
  public var key: String
  /// The bearer token of the administrator.
  public var token: String
  /// Base 64: the key that secrets are encrypted with in the store.
  public var storeKey: String

  public init(authority: String, certificate: String, key: String, token: String, storeKey: String) {
    self.authority = authority
    self.certificate = certificate
    self.key = key
    self.token = token
    self.storeKey = storeKey
  }

  /// Makes new ones, good for ten years: the authority's key is not kept, so nothing else can be signed by it.
  ///
  /// - Parameter addresses: IPv4 addresses that the server is reached at.
  public static func make(addresses: [[UInt8]]) throws(CredentialError) -> ServerCredentials {
    do {
      let authorityKey = Certificate.PrivateKey(P256.Signing.PrivateKey())
      let serverKey = P256.Signing.PrivateKey()
      let start = Date(timeIntervalSinceNow: -3600)
      let end = Date(timeIntervalSinceNow: 10 * 365 * 86400)
      let issuer = try DistinguishedName { CommonName("kc engine authority") }
      let authority = try Certificate(
        version: .v3, serialNumber: .init(), publicKey: authorityKey.publicKey, notValidBefore: start,
        notValidAfter: end, issuer: issuer, subject: issuer,
        extensions: try Certificate.Extensions {
          Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
          Critical(KeyUsage(keyCertSign: true))
        }, issuerPrivateKey: authorityKey)
      var names: [GeneralName] = [
        "localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc",
        "kubernetes.default.svc.cluster.local",
      ].map { .dnsName($0) }
      names += addresses.map { .ipAddress(ASN1OctetString(contentBytes: $0[...])) }
      let server = try Certificate(
        version: .v3, serialNumber: .init(), publicKey: .init(serverKey.publicKey), notValidBefore: start,
        notValidAfter: end, issuer: issuer, subject: try DistinguishedName { CommonName("kc engine") },
        extensions: try Certificate.Extensions {
          Critical(BasicConstraints.notCertificateAuthority)
          Critical(KeyUsage(digitalSignature: true))
          try ExtendedKeyUsage([.serverAuth])
          SubjectAlternativeNames(names)
        }, issuerPrivateKey: authorityKey)
      return ServerCredentials(
        authority: try authority.serializeAsPEM().pemString, certificate: try server.serializeAsPEM().pemString,
        key: serverKey.pemRepresentation, token: random(24), storeKey: random(32))
    } catch {
      throw CredentialError(description: "no certificate could be made: \(error)")
    }
  }

  /// Random bytes as base 64.
  private static func random(_ count: Int) -> String {
    SymmetricKey(size: .init(bitCount: count * 8)).withUnsafeBytes { Data($0).base64EncodedString() }
      .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }
}

/// Encrypts with AES-GCM.
public struct SealingCipher: StoreCipher {
  private let key: SymmetricKey

  /// - Parameter secret: any text; the key is derived from it.
  public init(secret: String) {
    key = SymmetricKey(data: SHA256.hash(data: Data(secret.utf8)))
  }

  public func seal(_ bytes: [UInt8]) throws -> [UInt8] {
    guard let sealed = try AES.GCM.seal(bytes, using: key).combined else {
      throw CredentialError(description: "sealing failed")
    }
    return Array(sealed)
  }

  public func open(_ bytes: [UInt8]) throws -> [UInt8] {
    Array(try AES.GCM.open(AES.GCM.SealedBox(combined: bytes), using: key))
  }
}
