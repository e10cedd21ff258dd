public import KCSyntax

/// All kinds of diagnostics, by code: what `kc explain` shows, and what the pages of the documentation are made from.
public enum DiagnosticCatalogue {
  /// In the order of their codes.
  public static let all: [DiagnosticInfo] =
    (SyntaxCatalogue.all + names + types + layers + functions + modules + affinity + values + limits + moves + checking
    + tests + pods + amounts + references + exposure + gateways + scaling + otherNames + policies)
    .sorted {
      $0.code < $1.code
    }

  /// What is known of a code, in upper or lower case; nil for none.
  public static func find(_ code: String) -> DiagnosticInfo? {
    let wanted = code.uppercased()
    return all.first { $0.code == wanted }
  }
}
