import CZeroMQ

/// The libzmq that this process was linked with.
public enum Library {
  /// A release of libzmq, as it names itself at run time.
  public struct Version: Comparable, CustomStringConvertible, Hashable, Sendable {
    public let major: Int
    public let minor: Int
    public let patch: Int

    public init(major: Int, minor: Int, patch: Int) {
      self.major = major
      self.minor = minor
      self.patch = patch
    }

    public var description: String { "\(major).\(minor).\(patch)" }

    public static func < (left: Version, right: Version) -> Bool {
      (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
    }
  }

  /// The oldest release this layer is written for.
  public static let oldestSupported = Version(major: 4, minor: 3, patch: 4)

  /// The release found at run time, which may differ from the header compiled against.
  public static var version: Version {
    var (major, minor, patch): (Int32, Int32, Int32) = (0, 0, 0)
    zmq_version(&major, &minor, &patch)
    return Version(major: Int(major), minor: Int(minor), patch: Int(patch))
  }

  /// Throws ``ZeroMQError`` when the library is older than ``oldestSupported`` or was built
  /// without CURVE. Called once, at start, so that the reason is said then and not at the first
  /// connection.
  public static func requireSupported() throws(ZeroMQError) {
    try require(version, hasCurve: Curve.isAvailable)
  }

  static func require(_ version: Version, hasCurve: Bool) throws(ZeroMQError) {
    if version < oldestSupported {
      throw ZeroMQError(.checkLibrary, .libraryTooOld(found: version))
    }
    if !hasCurve {
      throw ZeroMQError(.checkLibrary, .curveMissing)
    }
  }
}
