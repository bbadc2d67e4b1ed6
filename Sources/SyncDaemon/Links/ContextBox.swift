import ZeroMQ

/// The one ZeroMQ context of the process, shared by whoever opens sockets.
final class ContextBox: Sendable {
  let value: Context

  init() throws(ZeroMQError) { value = try Context() }
}
