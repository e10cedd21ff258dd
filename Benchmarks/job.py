#!/usr/bin/env python3
"""Writes one job in kc, jsonnet and KCL: N microservices, each a config map, a deployment (variables, probes, resources,
affinity) and a service out of one component with typed parameters, and an overlay `prod` that changes the replicas and
the tag of all.

Usage: Benchmarks/job.py N FOLDER    writes FOLDER/{kc,kc-error,jsonnet,kcl} and FOLDER/expected-{base,prod}.json

`kc-error` has one mistake: the service in the middle has the replicas "three". The same N gives the same bytes.
"""
import json, pathlib, random, sys

NAMESPACE = "shop"
PROD = {"replicas": 5, "tag": "v2.0.0"}


def services(count):
    """The parameters of each service. The order of the draws is part of the job."""
    draw = random.Random(20240601)
    teams = ["cart", "catalog", "checkout", "identity", "ledger", "search", "shipping", "support"]
    for index in range(count):
        name = f"svc-{index:05d}"
        team = draw.choice(teams)
        cpu, memory = draw.choice([50, 100, 200, 250]), draw.choice([64, 128, 256])
        yield {
            "name": name, "team": team, "tier": draw.choice(["backend", "data", "frontend"]),
            "image": f"registry.example.com/{team}/{name}", "tag": f"1.{draw.randrange(20)}.{draw.randrange(50)}",
            "replicas": draw.randrange(1, 5), "port": 8000 + draw.randrange(1000),
            "path": draw.choice(["/healthz", "/health", "/live"]), "cpu": cpu, "memory": memory,
            "zones": sorted(draw.sample(["zone-a", "zone-b", "zone-c"], 2)),
            "env": {
                "CACHE_TTL": f"{draw.randrange(30, 600)}s",
                "DB_HOST": f"db-{draw.randrange(9)}.{NAMESPACE}.svc.cluster.local",
                "LOG_LEVEL": draw.choice(["debug", "info", "warn"]),
                "UPSTREAM": f"http://svc-{draw.randrange(count):05d}.{NAMESPACE}.svc.cluster.local",
            },
            "data": {
                "app.properties": f"server.name={name}\nserver.threads={draw.randrange(1, 64)}\n",
                "feature.flags": f"beta={draw.choice(['on', 'off'])}",
                "rate.limit": str(draw.randrange(10, 1000)), "timeout": f"{draw.randrange(100, 5000)}ms",
            },
        }


def objects(one, overlay):
    """What every language must give for a service."""
    name = one["name"]
    select = {"app.kubernetes.io/name": name}
    labels = {"app.kubernetes.io/managed-by": "bench", "app.kubernetes.io/part-of": one["team"], "tier": one["tier"]} | select
    probe = {"httpGet": {"path": one["path"], "port": "http"}}

    def thing(version, kind, called, **rest):
        metadata = {"name": called, "namespace": NAMESPACE, "labels": labels}
        return {"apiVersion": version, "kind": kind, "metadata": metadata} | rest

    container = {
        "name": name, "image": f"{one['image']}:{overlay.get('tag', one['tag'])}", "imagePullPolicy": "IfNotPresent",
        "ports": [{"name": "http", "containerPort": one["port"], "protocol": "TCP"}],
        "env": [{"name": key, "value": value} for key, value in one["env"].items()]
        + [{"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}],
        "envFrom": [{"configMapRef": {"name": f"{name}-config"}}],
        "resources": {
            "requests": {"cpu": f"{one['cpu']}m", "memory": f"{one['memory']}Mi"},
            "limits": {"cpu": f"{one['cpu'] * 4}m", "memory": f"{one['memory'] * 2}Mi"}},
        "livenessProbe": probe | {"initialDelaySeconds": 10, "periodSeconds": 10},
        "readinessProbe": probe | {"initialDelaySeconds": 2, "periodSeconds": 5},
        "securityContext": {"runAsNonRoot": True, "readOnlyRootFilesystem": True, "allowPrivilegeEscalation": False},
    }
    apart = {"weight": 100, "podAffinityTerm": {
        "topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": select}}}
    zones = {"key": "topology.kubernetes.io/zone", "operator": "In", "values": one["zones"]}
    pod = {
        "serviceAccountName": "default", "terminationGracePeriodSeconds": 30, "containers": [container],
        "affinity": {
            "podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [apart]},
            "nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {
                "nodeSelectorTerms": [{"matchExpressions": [zones]}]}}}}
    notes = {"prometheus.io/port": str(one["port"]), "prometheus.io/scrape": "true"}
    return [
        thing("v1", "ConfigMap", f"{name}-config", data=one["data"]),
        thing("apps/v1", "Deployment", name, spec={
            "replicas": overlay.get("replicas", one["replicas"]), "revisionHistoryLimit": 3,
            "selector": {"matchLabels": select},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 0}},
            "template": {"metadata": {"labels": labels, "annotations": notes}, "spec": pod}}),
        thing("v1", "Service", name, spec={
            "type": "ClusterIP", "selector": select,
            "ports": [{"name": "http", "port": 80, "targetPort": one["port"], "protocol": "TCP"}]}),
    ]


KC = (pathlib.Path(__file__).parent / "job.kc").read_text
JSONNET = (pathlib.Path(__file__).parent / "job.libsonnet").read_text
KCL = (pathlib.Path(__file__).parent / "job.k").read_text


def kc(one, mistake=False):
    """An instance of the component in kc."""
    text = json.dumps
    pairs = lambda map: "{ " + ", ".join(f"{text(key)}: {text(value)}" for key, value in map.items()) + " }"
    replicas = text("three") if mistake else one["replicas"]
    return (
        f"micro {one['name']}(\n"
        f"  app: {text(one['name'])}, team: {text(one['team'])}, tier: {text(one['tier'])}, image: {text(one['image'])}, tag: {text(one['tag'])},\n"
        f"  replicas: {replicas}, number: {one['port']}, path: {text(one['path'])},\n"
        f"  cpu: {one['cpu']}m...{one['cpu'] * 4}m, limit: \"{one['cpu'] * 4}m\", memory: {one['memory']}Mi...{one['memory'] * 2}Mi,\n"
        f"  zones: {text(one['zones'])}, env: {pairs(one['env'])},\n  data: {pairs(one['data'])}\n)\n")


def record(one, key, separator, comma):
    """A service as a record of jsonnet or KCL."""
    def value(item):
        if isinstance(item, dict):
            return "{" + comma.join(f"{key(name)}{separator}{value(inner)}" for name, inner in item.items()) + "}"
        return json.dumps(item)
    return value(one)


def write(folder, count):
    folder = pathlib.Path(folder)
    all = list(services(count))
    for name, wrong in (("kc", -1), ("kc-error", count // 2)):
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "project.kc").write_text(
            f'project bench {{\n  namespace = "{NAMESPACE}"\n  exact = true\n  createNamespaces = false\n}}\n')
        source = KC() + "\n" + "\n".join(kc(one, place == wrong) for place, one in enumerate(all))
        (folder / name / "main.kc").write_text(
            source + f"\nenv prod {{\n  count = {PROD['replicas']}\n  release = {json.dumps(PROD['tag'])}\n}}\n")
    (folder / "jsonnet").mkdir(exist_ok=True)
    (folder / "jsonnet/component.libsonnet").write_text(JSONNET())
    (folder / "jsonnet/services.libsonnet").write_text(
        "[\n" + ",\n".join(record(one, json.dumps, ": ", ", ") for one in all) + "\n]\n")
    for env, overlay in (("base", {}), ("prod", PROD)):
        (folder / f"jsonnet/{env}.jsonnet").write_text(
            f"(import 'component.libsonnet')(import 'services.libsonnet', {json.dumps(overlay)})\n")
        expected = [object for one in all for object in objects(one, overlay)]
        (folder / f"expected-{env}.json").write_text(json.dumps(expected))
    (folder / "kcl").mkdir(exist_ok=True)
    (folder / "kcl/main.k").write_text(
        KCL() + "\nservices: [Service] = [\n"
        + "\n".join("    Service " + record(one, json.dumps, " = ", ", ") for one in all)
        + "\n]\nitems = [object for one in services for object in render(one)]\n")


if __name__ == "__main__":
    if len(sys.argv) != 3 or not sys.argv[1].isdigit() or int(sys.argv[1]) < 1:
        sys.exit(__doc__)
    write(sys.argv[2], int(sys.argv[1]))
