import CZeroMQ

/// One option of a libzmq socket, with the name an error shows.
struct SocketOption {
  let number: Int32
  let name: String

  static let linger = SocketOption(number: ZMQ_LINGER, name: "LINGER")
  static let immediate = SocketOption(number: ZMQ_IMMEDIATE, name: "IMMEDIATE")
  static let routerMandatory = SocketOption(number: ZMQ_ROUTER_MANDATORY, name: "ROUTER_MANDATORY")
  static let routerHandover = SocketOption(number: ZMQ_ROUTER_HANDOVER, name: "ROUTER_HANDOVER")
  static let maximumMessage = SocketOption(number: ZMQ_MAXMSGSIZE, name: "MAXMSGSIZE")
  static let sendHighWaterMark = SocketOption(number: ZMQ_SNDHWM, name: "SNDHWM")
  static let receiveHighWaterMark = SocketOption(number: ZMQ_RCVHWM, name: "RCVHWM")
  static let heartbeatInterval = SocketOption(number: ZMQ_HEARTBEAT_IVL, name: "HEARTBEAT_IVL")
  static let heartbeatTimeout = SocketOption(
    number: ZMQ_HEARTBEAT_TIMEOUT, name: "HEARTBEAT_TIMEOUT")
  static let heartbeatTimeToLive = SocketOption(number: ZMQ_HEARTBEAT_TTL, name: "HEARTBEAT_TTL")
  static let keepalive = SocketOption(number: ZMQ_TCP_KEEPALIVE, name: "TCP_KEEPALIVE")
  static let keepaliveIdle = SocketOption(
    number: ZMQ_TCP_KEEPALIVE_IDLE, name: "TCP_KEEPALIVE_IDLE")
  static let keepaliveInterval = SocketOption(
    number: ZMQ_TCP_KEEPALIVE_INTVL, name: "TCP_KEEPALIVE_INTVL")
  static let keepaliveCount = SocketOption(number: ZMQ_TCP_KEEPALIVE_CNT, name: "TCP_KEEPALIVE_CNT")
  static let maximumRetransmit = SocketOption(number: ZMQ_TCP_MAXRT, name: "TCP_MAXRT")
  static let connectTimeout = SocketOption(number: ZMQ_CONNECT_TIMEOUT, name: "CONNECT_TIMEOUT")
  static let handshakeInterval = SocketOption(number: ZMQ_HANDSHAKE_IVL, name: "HANDSHAKE_IVL")
  static let reconnectInterval = SocketOption(number: ZMQ_RECONNECT_IVL, name: "RECONNECT_IVL")
  static let reconnectIntervalMaximum = SocketOption(
    number: ZMQ_RECONNECT_IVL_MAX, name: "RECONNECT_IVL_MAX")
  static let ipv6 = SocketOption(number: ZMQ_IPV6, name: "IPV6")
  static let backlog = SocketOption(number: ZMQ_BACKLOG, name: "BACKLOG")
  static let curveServer = SocketOption(number: ZMQ_CURVE_SERVER, name: "CURVE_SERVER")
  static let curvePublicKey = SocketOption(number: ZMQ_CURVE_PUBLICKEY, name: "CURVE_PUBLICKEY")
  static let curveSecretKey = SocketOption(number: ZMQ_CURVE_SECRETKEY, name: "CURVE_SECRETKEY")
  static let curveServerKey = SocketOption(number: ZMQ_CURVE_SERVERKEY, name: "CURVE_SERVERKEY")
  static let zapDomain = SocketOption(number: ZMQ_ZAP_DOMAIN, name: "ZAP_DOMAIN")
  static let zapEnforceDomain = SocketOption(
    number: CZEROMQ_ZAP_ENFORCE_DOMAIN, name: "ZAP_ENFORCE_DOMAIN")
  static let fileDescriptor = SocketOption(number: ZMQ_FD, name: "FD")
  static let events = SocketOption(number: ZMQ_EVENTS, name: "EVENTS")
  static let lastEndpoint = SocketOption(number: ZMQ_LAST_ENDPOINT, name: "LAST_ENDPOINT")
}

extension SocketHandle {
  func set(_ option: SocketOption, _ value: Int) throws(ZeroMQError) {
    guard var value = Int32(exactly: value) else {
      throw ZeroMQError(.setOption(option.name), .system(code: EINVAL))
    }
    let size = MemoryLayout<Int32>.size
    try check(zmq_setsockopt(open, option.number, &value, size), option)
  }

  func set(_ option: SocketOption, _ value: Bool) throws(ZeroMQError) {
    try set(option, value ? 1 : 0)
  }

  func setWide(_ option: SocketOption, _ value: Int64) throws(ZeroMQError) {
    var value = value
    let size = MemoryLayout<Int64>.size
    try check(zmq_setsockopt(open, option.number, &value, size), option)
  }

  func set(_ option: SocketOption, bytes: [UInt8]) throws(ZeroMQError) {
    try check(zmq_setsockopt(open, option.number, bytes, bytes.count), option)
  }

  func read(_ option: SocketOption) throws(ZeroMQError) -> Int32 {
    var value: Int32 = 0
    var size = MemoryLayout<Int32>.size
    guard zmq_getsockopt(open, option.number, &value, &size) == 0 else {
      throw .last(.readOption(option.name))
    }
    return value
  }

  func readWide(_ option: SocketOption) throws(ZeroMQError) -> Int64 {
    var value: Int64 = 0
    var size = MemoryLayout<Int64>.size
    guard zmq_getsockopt(open, option.number, &value, &size) == 0 else {
      throw .last(.readOption(option.name))
    }
    return value
  }

  /// A text option; libzmq ends it with a zero byte, which is not part of the result.
  func readText(_ option: SocketOption) throws(ZeroMQError) -> String {
    var bytes = [UInt8](repeating: 0, count: 1024)
    var size = bytes.count
    guard zmq_getsockopt(open, option.number, &bytes, &size) == 0 else {
      throw .last(.readOption(option.name))
    }
    return String(decoding: bytes.prefix(size).prefix { $0 != 0 }, as: UTF8.self)
  }

  private func check(_ result: Int32, _ option: SocketOption) throws(ZeroMQError) {
    if result == 0 { return }
    switch zmq_errno() {
    case ETERM: throw ZeroMQError(.setOption(option.name), .terminated)
    case let code: throw ZeroMQError(.setOption(option.name), .system(code: code))
    }
  }
}
