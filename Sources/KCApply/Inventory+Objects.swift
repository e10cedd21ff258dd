public import KCData
internal import KCKube

extension Inventory {
  /// The record among objects that were read some other way; nil where it is not there.
  public static func find(in objects: [Value], project: String, namespace: String) -> Inventory? {
    objects.first { object in
      object.kind == "ConfigMap" && object.apiVersion == "v1" && object.name == recordName(project)
        && object.namespace == namespace
    }.map { Inventory(record: $0, project: project, namespace: namespace) }
  }
}
