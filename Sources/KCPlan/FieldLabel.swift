public import KCData

/// How a field is called in a plan: shorter than its path, and as the source would say it.
public enum FieldLabel {
  /// `spec.template.spec.containers[app].image` is `app.image`; `spec.replicas` is `replicas`.
  public static func label(_ path: FieldPath) -> String {
    var elements = path.elements[...]
    let prefixes: [[FieldPath.Element]] = [
      [.field("spec"), .field("template"), .field("spec")], [.field("spec"), .field("template")], [.field("spec")],
    ]
    for prefix in prefixes where elements.starts(with: prefix) && elements.count > prefix.count {
      elements = elements.dropFirst(prefix.count)
      break
    }
    if elements.count > 2, case .key(let name) = elements[elements.startIndex + 1],
      [.field("containers"), .field("initContainers")].contains(elements[elements.startIndex])
    {
      return "\(name)." + FieldPath(Array(elements.dropFirst(2))).description
    }
    return FieldPath(Array(elements)).description
  }
}
