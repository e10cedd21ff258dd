public import KCNode
public import enum KCNode.RuntimeError
internal import SwiftProtobuf

extension CRIRuntime {
  public func images() async throws(RuntimeError) -> [ContainerImage] {
    let answer = try await call("listing images") { connection, options in
      try await connection.images.listImages(Runtime_V1_ListImagesRequest(), options: options)
    }
    return answer.images.map { ContainerImage($0) }
  }

  public func image(_ name: String) async throws(RuntimeError) -> ContainerImage? {
    let request = Runtime_V1_ImageStatusRequest.with { $0.image.image = name }
    let answer = try await call("looking for the image") { connection, options in
      try await connection.images.imageStatus(request, options: options)
    }
    return answer.hasImage ? ContainerImage(answer.image) : nil
  }

  public func pullImage(_ name: String, credentials: RegistryCredentials?) async throws(RuntimeError) -> String {
    let request = Runtime_V1_PullImageRequest.with {
      $0.image.image = name
      if let credentials {
        $0.auth.username = credentials.username
        $0.auth.password = credentials.password
        $0.auth.serverAddress = credentials.server
      }
    }
    return try await call("pulling \(name)", seconds: 3600) { connection, options in
      try await connection.images.pullImage(request, options: options).imageRef
    }
  }

  public func removeImage(_ name: String) async throws(RuntimeError) {
    try await quiet("removing the image", seconds: 60) { connection, options in
      _ = try await connection.images.removeImage(.with { $0.image.image = name }, options: options)
    }
  }
}
