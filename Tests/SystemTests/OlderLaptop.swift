import DeveloperRig
import SyncProtocol
import SyncWire
import ZeroMQ

/// Stands between a laptop and the online side, for whom each of them takes it, and changes one thing: the
/// versions of the protocol that the laptop says to speak.
final class OlderLaptop {
  let endpoint: String
  let serverKey: CurvePublicKey
  private let context: Context
  private let router: Socket
  private let admission: ZAPHandler
  private enum Tag { case router, admission }

  init() throws {
    let keys = try CurveKeyPair.generate()
    serverKey = keys.publicKey
    context = try Context()
    admission = try ZAPHandler(context)
    let router = try context.socket(.router, security: .curveServer(keys.secretKey))
    try router.bind("tcp://127.0.0.1:*")
    endpoint = try router.lastEndpoint()
    self.router = consume router
  }

  /// Waits for the laptop's hello, passes it on by `peer`, and what is answered back.
  func passHello(by peer: HostilePeer, as versions: ClosedRange<UInt8>) throws {
    let deadline = Deadline(seconds: 30)
    var poller = Poller<Tag>()
    poller.add(router.pollItem(.router))
    poller.add(admission.pollItem(.admission))
    while !deadline.hasPassed {
      while let request = try admission.nextRequest() {
        try admission.reply(.accepted(userID: "laptop"), to: request)
      }
      while let message = try router.receive() {
        guard case .hello(var hello) = try MessageCodec.decode(message.parts[1]) else { continue }
        hello.protocols = versions
        try peer.say(.hello(hello))
        let answer = try peer.receive { if case .welcome = $0 { true } else { false } }
        guard try router.send([message.parts[0], MessageCodec.encode(answer)]) == .sent else {
          throw RigError("the laptop takes no answer")
        }
        return
      }
      _ = try poller.wait(timeoutMilliseconds: deadline.remainingMilliseconds)
    }
    throw RigError("the laptop said no hello")
  }
}
