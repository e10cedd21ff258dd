// The job in jsonnet: the parameters of services, and what the overlay says for all.
// Their types, which jsonnet does not have, are asserted: in kc and KCL they are part of the component.
local checked(s) =
  assert std.isString(s.name) : 'name: a string is expected';
  assert std.isString(s.team) && std.isString(s.image) && std.isString(s.tag) : s.name + ': strings are expected';
  assert std.member(['backend', 'data', 'frontend'], s.tier) : s.name + ': tier';
  assert std.isNumber(s.replicas) && s.replicas >= 1 && s.replicas <= 100 : s.name + ': replicas: 1 to 100 are expected';
  assert std.isNumber(s.port) && s.port > 0 && s.port < 65536 : s.name + ': port: 1 to 65535 are expected';
  assert std.isString(s.path) : s.name + ': path: a string is expected';
  assert std.isNumber(s.cpu) && std.isNumber(s.memory) : s.name + ': cpu, memory: numbers are expected';
  assert std.isArray(s.zones) : s.name + ': zones: an array is expected';
  assert std.isObject(s.env) && std.isObject(s.data) : s.name + ': env, data: objects are expected';
  s;

local component(s0, overlay) =
  local s = checked(s0);
  local select = { 'app.kubernetes.io/name': s.name };
  local labels = select { 'app.kubernetes.io/managed-by': 'bench', 'app.kubernetes.io/part-of': s.team, tier: s.tier };
  local thing(version, kind, name) = {
    apiVersion: version,
    kind: kind,
    metadata: { name: name, namespace: 'shop', labels: labels },
  };
  local probe = { httpGet: { path: s.path, port: 'http' } };
  [
    thing('v1', 'ConfigMap', s.name + '-config') { data: s.data },
    thing('apps/v1', 'Deployment', s.name) { spec: {
      replicas: std.get(overlay, 'replicas', s.replicas),
      revisionHistoryLimit: 3,
      selector: { matchLabels: select },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: 0 } },
      template: {
        metadata: {
          labels: labels,
          annotations: { 'prometheus.io/port': std.toString(s.port), 'prometheus.io/scrape': 'true' },
        },
        spec: {
          serviceAccountName: 'default',
          terminationGracePeriodSeconds: 30,
          affinity: {
            nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [
              { matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: s.zones }] },
            ] } },
            podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{
              weight: 100,
              podAffinityTerm: { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: select } },
            }] },
          },
          containers: [{
            name: s.name,
            image: s.image + ':' + std.get(overlay, 'tag', s.tag),
            imagePullPolicy: 'IfNotPresent',
            ports: [{ name: 'http', containerPort: s.port, protocol: 'TCP' }],
            env: [{ name: key, value: s.env[key] } for key in std.objectFields(s.env)] + [
              { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
            ],
            envFrom: [{ configMapRef: { name: s.name + '-config' } }],
            resources: {
              requests: { cpu: s.cpu + 'm', memory: s.memory + 'Mi' },
              limits: { cpu: (s.cpu * 4) + 'm', memory: (s.memory * 2) + 'Mi' },
            },
            livenessProbe: probe { initialDelaySeconds: 10, periodSeconds: 10 },
            readinessProbe: probe { initialDelaySeconds: 2, periodSeconds: 5 },
            securityContext: { runAsNonRoot: true, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false },
          }],
        },
      },
    } },
    thing('v1', 'Service', s.name) { spec: {
      type: 'ClusterIP',
      selector: select,
      ports: [{ name: 'http', port: 80, targetPort: s.port, protocol: 'TCP' }],
    } },
  ];

function(services, overlay) std.flattenArrays([component(s, overlay) for s in services])
