internal import KCData

/// Probes, and what is done after the start and before the stop of a container.
enum ProbeRules {
  static func check(
    _ probe: Value, _ kind: String, _ path: FieldPath, _ context: PodRules.Context, _ report: inout ValidationReport
  ) {
    handler(probe, path, context, &report)
    for field in ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"] {
      report.nonNegative(probe[field], path[field])
    }
    let grace = probe.set("terminationGracePeriodSeconds")?.int
    let here = path["terminationGracePeriodSeconds"]
    if let grace, grace <= 0 { report.invalid(here, "must be greater than 0", value: .int(grace)) }
    if kind == "readinessProbe" {
      if let grace { report.invalid(here, "must not be set for readiness probes", value: .int(grace)) }
    } else if probe["successThreshold"] != 1 {
      report.invalid(path["successThreshold"], "must be 1", value: probe["successThreshold"])
    }
  }

  static func lifecycle(
    _ lifecycle: Value?, _ path: FieldPath, _ context: PodRules.Context, _ report: inout ValidationReport
  ) {
    for hook in ["postStart", "preStop"] {
      if let action = lifecycle?.set(hook) { handler(action, path[hook], context, &report) }
    }
  }

  private static func handler(
    _ handler: Value, _ path: FieldPath, _ context: PodRules.Context, _ report: inout ValidationReport
  ) {
    var found = 0
    for kind in ["exec", "httpGet", "tcpSocket", "grpc", "sleep"] {
      guard let action = handler.set(kind) else { continue }
      found += 1
      if found > 1 {
        report.forbidden(path[kind], "may not specify more than 1 handler type")
        continue
      }
      switch kind {
      case "exec": if action.list("command").isEmpty { report.required(path["exec"]["command"]) }
      case "httpGet": httpGet(action, path["httpGet"], &report)
      case "tcpSocket": report.portNumberOrName(action["port"], path["tcpSocket"]["port"])
      case "grpc": report.portNumber(action["port"]?.int ?? 0, path["grpc"]["port"])
      default:
        let seconds = action["seconds"]?.int ?? 0
        if seconds < 0 || seconds > context.gracePeriod {
          report.invalid(
            path["sleep"], "must not be negative or longer than the grace period of \(context.gracePeriod) seconds",
            value: .int(seconds))
        }
      }
    }
    if found == 0 { report.required(path, "must specify a handler type") }
  }

  private static func httpGet(_ action: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    report.notEmpty(action.text("path"), path["path"])
    report.portNumberOrName(action["port"], path["port"])
    report.oneOf(action.text("scheme"), ["HTTP", "HTTPS"], path["scheme"])
    for header in action.list("httpHeaders") where !Names.isHeader(header.text("name")) {
      report.invalid(path["httpHeaders"], "must consist of letters, digits and '-'", value: header["name"])
    }
  }
}
