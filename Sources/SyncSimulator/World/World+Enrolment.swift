import LabWorker
import OnlineWorker
import SyncCore
import SyncProtocol

/// Laptops that nobody knows yet.
extension World {
  private static let waiting = Device.Standing.pending(words: "somebody has to let it in")

  /// Makes a laptop of the beginning a stranger: with nothing in its hands, or with an invitation that is
  /// good, or is not.
  func makeStranger(_ machine: Machine) {
    guard let key = machine.device?.key, let hub = machines.first(where: \.isHub) else { return }
    setStanding(Self.waiting, ofKey: key)
    if chance(150) {
      barred.insert(key)
      count(.neverLetIn)
    }
    guard let way = Invited.allCases.randomElement(using: &random) else { return }
    // What is over may be good again by a clock that jumped back.
    if barred.contains(key), way == .good || way == .expired { return }
    invite(machine, way, at: hub)
  }

  /// The invitation that somebody holds.
  private enum Invited: CaseIterable {
    case not, good, unknown, used, expired
  }

  private func invite(_ machine: Machine, _ way: Invited, at hub: Machine) {
    guard way != .not else { return }
    let secret = random.uniqueID().bytes
    machine.invitation = secret
    machine.presentInvitation()
    guard way != .unknown else { return }
    let now = now(hub)
    let expiresAt = now.wallMilliseconds + (way == .expired ? 0 : 86_400_000)
    do {
      try hub.disk.base.invite(secret: secret, expiresAt: expiresAt, at: now)
      invitations[secret] = Invitation(expiresAt: expiresAt)
      guard way == .used else { return }
      let other = "key of somebody else than \(machine.name)"
      guard try hub.disk.base.redeem(secret: secret, by: other, calling: "", at: now) == nil else {
        return
      }
      invitations[secret]?.usedBy = other
    } catch {
      report("somebody can be invited", "\(error)")
    }
  }

  /// An invitation as whoever made it remembers it.
  struct Invitation {
    var expiresAt: Int64
    /// The first that presented it in time.
    var usedBy: String?
    /// It was presented, and what came of that was never said.
    var isDoubtful = false
  }

  /// Somebody gets an invitation because the former was not good.
  func inviteAnew(_ machine: Machine) {
    guard machine.isShutOut, !isBarred(machine), let hub = machines.first(where: \.isHub) else {
      return
    }
    trace.note(at: time, "invite", [Int64(machine.number)], machine.name)
    invite(machine, .good, at: hub)
  }

  /// The device that says hello, after what it presents; `nil` where the hello can not be looked at.
  func greet(_ hello: Hello, from laptop: Machine, at hub: Machine) -> Device? {
    guard let device = laptop.device, case .pending = device.standing else { return laptop.device }
    guard let secret = hello.invitation else {
      if noted.insert(device.key).inserted {
        count(.pending)
        schedule.add(.letIn(machine: laptop.number), at: time + draw(500...40_000))
      }
      return device
    }
    do {
      let now = now(hub)
      let refusal = try hub.disk.redeem(
        secret: secret, by: device.key, calling: laptop.name, at: now)
      show { $0.redeemed(secret, by: device.key, refusal: refusal, at: now, in: self) }
      guard let refusal else {
        if invitations[secret]?.usedBy == nil { invitations[secret]?.usedBy = device.key }
        count(.invited)
        trace.note(at: time, "invited", [Int64(laptop.number)], device.key)
        show { try $0.lettingIn(laptop, in: self) }
        setStanding(.admitted, ofKey: device.key)
        return laptop.device
      }
      count(refused: secret, at: now)
      if noted.insert("\(device.key) \(secret)").inserted {
        schedule.add(.invited(machine: laptop.number), at: time + draw(500...40_000))
      }
      var refused = device
      refused.standing = .refused(words: refusal)
      return refused
    } catch {
      trace.note(at: time, "store failed", [Int64(hub.number)], "\(error)")
      invitations[secret]?.isDoubtful = true
      _ = survived(hub)
      return nil
    }
  }

  private func count(refused secret: [UInt8], at now: Instant) {
    guard let known = invitations[secret] else { return count(.unknownInvitation) }
    count(known.usedBy == nil ? .expiredInvitation : .usedInvitation)
  }

  /// Where strangers are, a machine that made a key of its own is one.
  func standing(ofKeyMadeBy machine: Machine) -> Device.Standing {
    guard hazards.strangersPerThousand > 0 else { return .admitted }
    noteReach(of: machine)
    return Self.waiting
  }
}

extension Machine {
  func presentInvitation() {
    var enrolment = Enrolment()
    enrolment.invitation = invitation
    lab?.present(enrolment)
  }
}
