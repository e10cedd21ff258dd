public import KCClient
internal import KCData
internal import KCKube
public import KCPlan

/// Secrets of an old revision: history keeps none of their values, so the present ones are kept.
public enum Restoring {
  /// The secrets of a revision: the values that they had then are not gone back to.
  public static func secrets(in objects: [DesiredObject]) -> [DesiredObject] {
    objects.filter { $0.object.kind == "Secret" }
  }

  /// The objects of a revision with the secret values that are on the target now.
  ///
  /// - Returns: the objects, and the titles of secrets that are gone, whose values nobody has any more.
  public static func complete(_ objects: [DesiredObject], from client: APIClient) async throws(ClientError)
    -> (objects: [DesiredObject], lost: [String])
  {
    var out: [DesiredObject] = []
    var lost: [String] = []
    for item in objects {
      guard item.object.kind == "Secret", let type = client.types.find(apiVersion: "v1", kind: "Secret") else {
        out.append(item)
        continue
      }
      let live = try await client.find(type, namespace: item.object.namespace, name: item.object.name ?? "")
      var item = item
      let isHollow = item.object["data"] != nil || item.object["stringData"] != nil
      if live == nil, isHollow { lost.append(item.title) }
      item.object["stringData"] = nil
      item.object["data"] = isHollow ? live?["data"] : nil
      out.append(item)
    }
    return (out, lost)
  }
}
