/// Guessing what was meant, as diagnostics do.
public enum Spelling {
  /// The candidate that differs from `name` by few edits; nil where none is near.
  public static func nearest(to name: String, among candidates: some Collection<String>) -> String? {
    Program.nearest(to: name, among: candidates)
  }
}
