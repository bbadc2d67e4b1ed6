/// What a device may do in its projects.
public enum DeviceRole: String, CaseIterable, Hashable, Sendable {
  /// Brings what its own replicas wrote, and takes everything.
  case capture
  /// Takes everything and brings nothing.
  case readOnly = "read-only"
  /// Also brings what replicas of other devices wrote.
  case relay
}
