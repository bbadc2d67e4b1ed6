/// What the loop wakes up for.
enum LoopTag: Hashable, Sendable {
  case signals
  case networkLinks
  case storeFiles
  case authorizedKeys
  case control
  case controlMonitor
  case answers
  case peer
  case peerMonitor
  case admission
  case metricsListener
  /// By its file descriptor.
  case metricsConnection(Int32)
}
