import KCImport
import Testing

/// Storage, limits and how pods are scaled and placed, as blocks of the standard library.
@Suite struct StorageBlocksTests {
  /// What a manifest becomes, without the import at the top; it comes out as it went in.
  private func source(_ text: String) -> String {
    let result = imported(text)
    #expect(result.forms.allSatisfy { $0 == .library })
    return String((result.files.first?.text ?? "").drop { $0 != "\n" }.dropFirst(2))
  }

  @Test func volumesAndTheirClaims() {
    #expect(
      source(
        """
        apiVersion: v1
        kind: PersistentVolume
        metadata: {name: archive}
        spec:
          capacity: {storage: 100Gi}
          accessModes: [ReadWriteMany]
          persistentVolumeReclaimPolicy: Retain
          storageClassName: slow
          mountOptions: [hard, nfsvers=4.1]
          nfs: {server: files.shop.internal, path: /archive}
        ---
        apiVersion: v1
        kind: PersistentVolume
        metadata: {name: disk}
        spec:
          capacity: {storage: 20Gi}
          accessModes: [ReadWriteOnce]
          volumeMode: Filesystem
          persistentVolumeReclaimPolicy: Delete
          local: {path: /mnt/disks/fast}
          nodeAffinity:
            required:
              nodeSelectorTerms:
              - matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [node-1]}]
        ---
        apiVersion: v1
        kind: PersistentVolume
        metadata: {name: made}
        spec:
          capacity: {storage: 8Gi}
          accessModes: [ReadWriteOnce]
          csi: {driver: disks.example.com, volumeHandle: vol-1, fsType: ext4, volumeAttributes: {tier: gold}}
        ---
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: {name: taken, namespace: shop}
        spec:
          accessModes: [ReadWriteMany]
          volumeName: archive
          storageClassName: slow
          resources: {requests: {storage: 100Gi}}
        ---
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: {name: copy, namespace: shop}
        spec:
          accessModes: [ReadWriteOnce]
          selector: {matchLabels: {tier: gold}}
          dataSource: {kind: PersistentVolumeClaim, name: taken}
          resources: {requests: {storage: 100Gi}}
        ---
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: {name: restored, namespace: shop}
        spec:
          accessModes: [ReadWriteOnce]
          dataSource: {apiGroup: snapshot.storage.k8s.io, kind: VolumeSnapshot, name: before}
          resources: {requests: {storage: 100Gi}}
        """) == """
          persistentvolume archive {
            size = 100Gi
            class = "slow"
            modes = ["ReadWriteMany"]
            mountOptions = ["hard", "nfsvers=4.1"]
            nfs { server = "files.shop.internal", path = "/archive" }
          }

          persistentvolume disk {
            size = 20Gi
            reclaim = "Delete"
            local = "/mnt/disks/fast"
            nodes { "kubernetes.io/hostname" = ["node-1"] }
          }

          persistentvolume made {
            size = 8Gi
            csi { driver = "disks.example.com", handle = "vol-1", fileSystem = "ext4", attributes = { tier = "gold" } }
          }

          claim taken {
            namespace = "shop"
            size = 100Gi
            class = "slow"
            modes = ["ReadWriteMany"]
            volume = archive
          }

          claim copy {
            namespace = "shop"
            size = 100Gi
            match = { tier = "gold" }
            clone = taken
          }

          claim restored {
            namespace = "shop"
            size = 100Gi
            snapshot = "before"
          }

          """)
  }

  @Test func whatANamespaceMayTake() {
    #expect(
      source(
        """
        apiVersion: v1
        kind: ResourceQuota
        metadata: {name: most}
        spec:
          hard: {requests.cpu: "4", limits.memory: 16Gi, pods: "20", count/jobs.batch: 5}
          scopes: [NotTerminating]
        ---
        apiVersion: v1
        kind: LimitRange
        metadata: {name: each}
        spec:
          limits:
          - type: Container
            max: {cpu: "2", memory: 2Gi}
            default: {memory: 256Mi}
            defaultRequest: {memory: 128Mi}
          - type: PersistentVolumeClaim
            min: {storage: 1Gi}
        """) == """
          resourcequota most {
            hard { "requests.cpu" = 4, "limits.memory" = 16Gi, pods = 20, "count/jobs.batch" = 5 }
            scopes = ["NotTerminating"]
          }

          limitrange each {
            limit Container {
              max { cpu = 2, memory = 2Gi }
              default { memory = 256Mi }
              defaultRequest { memory = 128Mi }
            }
            limit PersistentVolumeClaim {
              min { storage = 1Gi }
            }
          }

          """)
  }

  @Test func howPodsAreScaledAndPlaced() {
    #expect(
      source(
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              enableServiceLinks: false
              topologySpreadConstraints:
              - {maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: web}}}
              - {maxSkew: 2, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {part-of: shop}}}
              securityContext:
                fsGroup: 2000
                supplementalGroups: [1000]
                fsGroupChangePolicy: OnRootMismatch
                sysctls: [{name: net.core.somaxconn, value: "1024"}]
              affinity:
                podAntiAffinity:
                  preferredDuringSchedulingIgnoredDuringExecution:
                  - weight: 100
                    podAffinityTerm: {labelSelector: {matchLabels: {app: web}}, topologyKey: kubernetes.io/hostname}
                  - weight: 5
                    podAffinityTerm: {labelSelector: {matchLabels: {part-of: shop}}, topologyKey: kubernetes.io/hostname}
              containers:
              - name: app
                image: shop/web:v1
                terminationMessagePolicy: FallbackToLogsOnError
                resources: {limits: {example.com/gpu: 1}}
                livenessProbe: {httpGet: {path: /live, port: 8080, host: localhost}}
                securityContext: {seLinuxOptions: {level: "s0:c1"}}
        ---
        apiVersion: autoscaling/v2
        kind: HorizontalPodAutoscaler
        metadata: {name: web}
        spec:
          scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
          minReplicas: 2
          maxReplicas: 10
          metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}}]
          behavior:
            scaleUp:
              selectPolicy: Max
              stabilizationWindowSeconds: 0
              policies: [{type: Pods, value: 4, periodSeconds: 15}, {type: Percent, value: 100, periodSeconds: 15}]
            scaleDown: {stabilizationWindowSeconds: 300}
        """) == """
          deployment web {
            match = { app = "web" }
            serviceLinks = false
            security {
              fsGroup = 2000
              groups = [1000]
              fsGroupChange = "OnRootMismatch"
              sysctls = { "net.core.somaxconn": "1024" }
            }

            container app {
              image = "shop/web:v1"
              devices = { "example.com/gpu": 1 }
              live = probe.http("/live", port: 8080, host: "localhost")
              lastWords = "FallbackToLogsOnError"
              security {
                seLinux { level = "s0:c1" }
              }
            }

            affinity {
              prefer apart from self by hostname
              prefer apart from { part-of = "shop" } by hostname weight 5
              spread by zone
              spread { part-of = "shop" } by hostname maxSkew 2 or best-effort
            }
          }

          autoscaler web {
            scale = web
            replicas = 2...10
            cpu = 70%
            up { window = 0s, steps = [ScaleStep(by: 4, per: 15s), ScaleStep(by: 100%, per: 15s)] }
            down { window = 5min }
          }

          """)
  }
}
