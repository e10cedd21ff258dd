internal import KCData

/// Keys that the compiler itself looks for.
struct WellKnownKeys: Sendable {
  let ownSelf, name, env, to, affinity, none, `true`, `false`, null, underscore, workload, project, count, entryKey,
    value, protect, restartOnConfig, apiVersion, kind, metadata, namespace, spec, selector, template, jobTemplate,
    labels, status, live, map, isEmpty, low, high, seconds, isBinary, isWhole: Int32

  init(_ keys: inout TreeKeys) {
    func key(_ text: String, _ keys: inout TreeKeys) -> Int32 { Int32(keys.intern(text)) }
    ownSelf = key("self", &keys)
    name = key("name", &keys)
    env = key("env", &keys)
    to = key("to", &keys)
    affinity = key("affinity", &keys)
    none = key("none", &keys)
    `true` = key("true", &keys)
    `false` = key("false", &keys)
    null = key("null", &keys)
    underscore = key("_", &keys)
    workload = key("workload", &keys)
    project = key("project", &keys)
    count = key("count", &keys)
    entryKey = key("key", &keys)
    value = key("value", &keys)
    protect = key("protect", &keys)
    restartOnConfig = key("restartOnConfig", &keys)
    apiVersion = key("apiVersion", &keys)
    kind = key("kind", &keys)
    metadata = key("metadata", &keys)
    namespace = key("namespace", &keys)
    spec = key("spec", &keys)
    selector = key("selector", &keys)
    template = key("template", &keys)
    jobTemplate = key("jobTemplate", &keys)
    labels = key("labels", &keys)
    status = key("status", &keys)
    live = key("live", &keys)
    map = key("map", &keys)
    isEmpty = key("isEmpty", &keys)
    low = key("low", &keys)
    high = key("high", &keys)
    seconds = key("seconds", &keys)
    isBinary = key("isBinary", &keys)
    isWhole = key("isWhole", &keys)
  }
}
