internal import KCData

/// Security contexts of containers and pods.
enum SecurityContextRules {
  static func container(
    _ container: Value, _ path: FieldPath, _ context: PodRules.Context, _ report: inout ValidationReport
  ) {
    guard let security = container.set("securityContext") else { return }
    ids(security, ["runAsUser", "runAsGroup"], path, &report)
    profiles(security, path, &report)
    if let mount = security.set("procMount")?.string {
      report.requiredOneOf(mount, ["Default", "Unmasked"], path["procMount"])
      if mount == "Unmasked", context.hostUsers {
        report.invalid(path["procMount"], "hostUsers must be false for Unmasked", value: .string(mount))
      }
    }
    if security["allowPrivilegeEscalation"] == false {
      if security.flag("privileged") {
        report.invalid(path, "a privileged container cannot have allowPrivilegeEscalation false")
      }
      if security["capabilities"]?.texts("add").contains("CAP_SYS_ADMIN") ?? false {
        report.invalid(path, "CAP_SYS_ADMIN needs allowPrivilegeEscalation")
      }
    }
    windows(security["windowsOptions"], path["windowsOptions"], &report)
  }

  static func ids(_ security: Value, _ fields: [String], _ path: FieldPath, _ report: inout ValidationReport) {
    for field in fields {
      if let id = security.set(field)?.int { report.inRange(id, 0...2_147_483_647, path[field]) }
    }
  }

  /// Seccomp and AppArmor.
  static func profiles(_ security: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    if let profile = security.set("seccompProfile") {
      self.profile(profile, path["seccompProfile"], isSeccomp: true, &report)
    }
    if let profile = security.set("appArmorProfile") {
      self.profile(profile, path["appArmorProfile"], isSeccomp: false, &report)
    }
  }

  private static func profile(
    _ profile: Value, _ path: FieldPath, isSeccomp: Bool, _ report: inout ValidationReport
  ) {
    let type = profile.text("type")
    let local = profile.set("localhostProfile")?.string
    report.requiredOneOf(type, ["Localhost", "RuntimeDefault", "Unconfined"], path["type"])
    let here = path["localhostProfile"]
    if type == "Localhost" {
      guard let local else {
        report.required(here, "must be set when the type is Localhost")
        return
      }
      if isSeccomp {
        PathRules.descending(local, here, &report)
        return
      }
      if local.isEmpty {
        report.required(here, "must be set when the type is Localhost")
      } else if local.first?.isWhitespace ?? false || local.last?.isWhitespace ?? false {
        report.invalid(here, "must not have white space around it", value: .string(local))
      }
      if local.utf8.count > 4095 { report.tooLong(here, 4095) }
    } else if local != nil {
      report.invalid(here, "can only be set when the type is Localhost", value: profile)
    }
  }

  static func windows(_ options: Value?, _ path: FieldPath, _ report: inout ValidationReport) {
    guard let options, options != .null else { return }
    if let name = options.set("gmsaCredentialSpecName")?.string {
      report.subdomain(name, path["gmsaCredentialSpecName"])
    }
    if let text = options.set("gmsaCredentialSpec")?.string {
      if text.isEmpty { report.invalid(path["gmsaCredentialSpec"], "cannot be empty", value: "") }
      if text.utf8.count > 65536 { report.invalid(path["gmsaCredentialSpec"], "must be at most 64 KiB") }
    }
    if let user = options.set("runAsUserName")?.string { windowsUser(user, path["runAsUserName"], &report) }
  }

  private static func windowsUser(_ user: String, _ path: FieldPath, _ report: inout ValidationReport) {
    func refuse(_ why: String) { report.invalid(path, why, value: .string(user)) }
    if user.isEmpty { return refuse("cannot be an empty string") }
    if user.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) {
      return refuse("cannot contain control characters")
    }
    let parts = user.split(separator: "\\", omittingEmptySubsequences: false)
    if parts.count > 2 { return refuse("can have at most one backslash") }
    let name = parts.last ?? ""
    if parts.count == 2 {
      let domain = parts[0]
      let isShort =
        (1...15).contains(domain.utf8.count) && !domain.hasPrefix(".")
        && !domain.contains { "\\/:*?\"<>|".contains($0) }
      let isName = domain.utf8.count < 256 && Names.isSubdomain(domain.lowercased())
      if !isShort, !isName {
        return refuse("its domain is not a NetBIOS or DNS name")
      }
    }
    if name.isEmpty { return refuse("its user name cannot be empty") }
    if name.utf8.count > 104 { return refuse("its user name can be at most 104 characters") }
    if name.allSatisfy({ $0 == "." || $0 == " " }) { return refuse("its user name cannot be only dots and spaces") }
    if name.contains(where: { "\"/\\:;|=,+*?<>@[]".contains($0) }) {
      return refuse("its user name has characters that are not allowed")
    }
  }
}
