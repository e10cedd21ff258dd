import Crypto
import FoundationEssentials
import SwiftASN1
import X509

/// A certificate for a client, or for a server that shows it, and the authority that signed it; all PEM.
struct ClientCertificate {
  let authority: String
  let certificate: String
  let key: String

  /// - Parameter ended: that it was good once, and is no longer.
  init(name: String, ended: Bool = false) throws {
    let authorityKey = Certificate.PrivateKey(P256.Signing.PrivateKey())
    let clientKey = P256.Signing.PrivateKey()
    let start = Date(timeIntervalSinceNow: ended ? -7200 : -60)
    let end = Date(timeIntervalSinceNow: ended ? -3600 : 3600)
    let issuer = try DistinguishedName { CommonName("clients") }
    let authority = try Certificate(
      version: .v3, serialNumber: .init(), publicKey: authorityKey.publicKey, notValidBefore: start,
      notValidAfter: end, issuer: issuer, subject: issuer,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
        Critical(KeyUsage(keyCertSign: true))
      }, issuerPrivateKey: authorityKey)
    let client = try Certificate(
      version: .v3, serialNumber: .init(), publicKey: .init(clientKey.publicKey), notValidBefore: start,
      notValidAfter: end, issuer: issuer, subject: try DistinguishedName { CommonName(name) },
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.notCertificateAuthority)
        Critical(KeyUsage(digitalSignature: true))
        try ExtendedKeyUsage([.clientAuth, .serverAuth])
      }, issuerPrivateKey: authorityKey)
    self.authority = try authority.serializeAsPEM().pemString
    certificate = try client.serializeAsPEM().pemString
    key = clientKey.pemRepresentation
  }
}
