internal import KCData

/// Annotations of pods and pod templates that the API server gives a meaning.
enum PodAnnotationRules {
  private static let seccompKey = "seccomp.security.alpha.kubernetes.io/pod"
  private static let seccompPrefix = "container.seccomp.security.alpha.kubernetes.io/"
  private static let appArmorPrefix = "container.apparmor.security.beta.kubernetes.io/"

  /// Annotations that the API server gives a meaning.
  static func check(
    _ annotations: Value?, _ path: FieldPath, _ spec: Value?, _ report: inout ValidationReport
  ) {
    let names = ["containers", "initContainers", "ephemeralContainers"].flatMap { spec?.list($0) ?? [] }
      .map { $0.text("name") }
    for (key, value) in annotations?.object ?? [:] {
      let text = value.string ?? ""
      let isProfile = text.isEmpty || text == "runtime/default" || text == "unconfined" || text.hasPrefix("localhost/")
      if key.hasPrefix(appArmorPrefix) {
        let name = String(key.dropFirst(appArmorPrefix.count))
        if !names.contains(name) { report.invalid(path.key(key), "there is no such container", value: .string(name)) }
        if !isProfile { report.invalid(path.key(key), "not an AppArmor profile", value: value) }
      } else if key == seccompKey || key.hasPrefix(seccompPrefix) {
        let isKnown =
          ["runtime/default", "docker/default", "unconfined"].contains(text) || text.hasPrefix("localhost/")
        if !isKnown { report.invalid(path[key], "not a seccomp profile", value: value) }
      } else if key == "kubernetes.io/config.mirror" {
        if spec?.text("nodeName").isEmpty ?? true {
          report.invalid(path.key(key), "must set spec.nodeName if mirror pod annotation is set", value: value)
        }
      } else if key == "controller.kubernetes.io/pod-deletion-cost" {
        let digits = text.first == "-" ? text.dropFirst() : text[...]
        if Int32(text) == nil || text.hasPrefix("+") || digits.first == "0" && digits.utf8.count > 1 {
          report.invalid(path.key(key), "must be a 32-bit integer", value: value)
        }
      }
    }
  }

  /// Annotations whose meaning a pod cannot change.
  static func updates(_ object: Value, old: Value, _ report: inout ValidationReport) {
    let (new, before) = (object.annotations, old.annotations)
    for key in Set(new.keys).union(before.keys).sorted() where new[key] != before[key] {
      if key.hasPrefix(appArmorPrefix) || key == "kubernetes.io/config.mirror" {
        report.forbidden(FieldPath("metadata", "annotations").key(key), "cannot be changed")
      }
    }
  }

  /// Profiles in annotations must be those in fields.
  static func profiles(
    _ annotations: [String: String], _ spec: Value, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    if annotations.isEmpty { return }
    let ofPod = spec["securityContext"]
    let seccomp = "seccompProfile"
    if let text = annotations[seccompKey] {
      compare(text, ofPod?.set(seccomp), path["securityContext"][seccomp], &report)
    }
    let isWindows = spec.at("os", "name") == "windows"
    for field in ["initContainers", "containers"] {
      for (index, container) in spec.list(field).enumerated() {
        let name = container.text("name")
        let own = container["securityContext"]
        let here = path[field][index]["securityContext"]
        if let text = annotations[seccompPrefix + name] { compare(text, own?.set(seccomp), here[seccomp], &report) }
        if !isWindows, let text = annotations[appArmorPrefix + name] {
          let profile = own?.set("appArmorProfile") ?? ofPod?.set("appArmorProfile")
          compare(text, profile, here["appArmorProfile"], &report)
        }
      }
    }
  }

  private static func compare(
    _ text: String, _ profile: Value?, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    guard let profile else { return }
    let isSame =
      switch profile.text("type") {
      case "Unconfined": text == "unconfined"
      case "RuntimeDefault": text == "runtime/default" || text == "docker/default"
      case "Localhost": text.hasPrefix("localhost/")
      default: true
      }
    if !isSame {
      report.forbidden(path["type"], "differs from the annotation")
    } else if profile["type"] == "Localhost", text != "localhost/\(profile.text("localhostProfile"))" {
      report.forbidden(path["localhostProfile"], "differs from the annotation")
    }
  }
}
