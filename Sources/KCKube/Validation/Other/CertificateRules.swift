internal import KCData

/// Requests for certificates.
enum CertificateRules {
  /// What a certificate may be used for.
  private static let usages = [
    "any", "cert sign", "client auth", "code signing", "content commitment", "crl sign", "data encipherment",
    "decipher only", "digital signature", "email protection", "encipher only", "ipsec end system", "ipsec tunnel",
    "ipsec user", "key agreement", "key encipherment", "microsoft sgc", "netscape sgc", "ocsp signing", "s/mime",
    "server auth", "signing", "timestamping",
  ]
  private static let leastSeconds: Int64 = 600

  static func request(_ object: Value, _ report: inout ValidationReport) {
    let (spec, path) = (object["spec"] ?? [:], FieldPath("spec"))
    if !isRequest(spec.text("request")) {
      report.invalid(path["request"], "must be a certificate request in PEM: a block of the type CERTIFICATE REQUEST")
    }
    let usages = spec.texts("usages")
    if usages.isEmpty { report.required(path["usages"], "usages must be provided") }
    var seen: Set<String> = []
    for (index, usage) in usages.enumerated() {
      report.oneOf(usage, Self.usages, path["usages"][index])
      if !seen.insert(usage).inserted { report.duplicate(path["usages"][index], usage) }
    }
    signer(spec.text("signerName"), path["signerName"], &report)
    if let seconds = spec["expirationSeconds"]?.int, seconds < leastSeconds {
      report.invalid(path["expirationSeconds"], "must be at least \(leastSeconds) seconds", value: .int(seconds))
    }
  }

  /// Who is to sign: `example.com/signer`.
  private static func signer(_ name: String, _ path: FieldPath, _ report: inout ValidationReport) {
    if name.isEmpty { return report.required(path) }
    if name == "kubernetes.io/legacy-unknown" {
      return report.invalid(path, "is not allowed in this version of the API", value: .string(name))
    }
    let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2 else {
      return report.invalid(path, "must be a domain and a name, as in example.com/signer", value: .string(name))
    }
    report.subdomain(parts[0], path)
    if !parts[0].contains(".") {
      report.invalid(path, "must have a domain of at least two parts", value: .string(parts[0]))
    }
    report.subdomain(parts[1], path)
  }

  /// Whether a field of bytes holds a request in PEM.
  private static func isRequest(_ field: String) -> Bool {
    guard let bytes = Base64.decode(field) else { return false }
    let text = String(decoding: bytes, as: UTF8.self)
    guard let start = text.firstRange(of: "-----BEGIN CERTIFICATE REQUEST-----"),
      let end = text.firstRange(of: "-----END CERTIFICATE REQUEST-----"), start.upperBound <= end.lowerBound
    else { return false }
    // What is signed is a sequence in DER.
    let body = text[start.upperBound..<end.lowerBound].filter { !$0.isWhitespace }
    return Base64.decode(body)?.first == 0x30
  }
}
