import LabWorker
import OnlineWorker
import SyncCore
import SyncProtocol

/// Laptops that the organisation shuts out for a while.
extension World {
  /// The words that they are told.
  private static let words = "shut out for a while"

  func shutOut() {
    let laptops = machines.filter { !$0.isHub && $0.state != .lost && !$0.isShutOut }
    guard let machine = laptops.randomElement(using: &random), let key = machine.device?.key else {
      return
    }
    count(.shutOut)
    trace.note(at: time, "shut out", [Int64(machine.number)], key)
    setStanding(.revoked(words: Self.words), ofKey: key)
    for hub in machines where hub.isHub { tell(hub, .revoked(key: key, words: Self.words)) }
    schedule.add(.letIn(machine: machine.number), at: time + draw(500...40_000))
  }

  func letIn(_ machine: Machine) {
    guard machine.isShutOut, let key = machine.device?.key else { return }
    trace.note(at: time, "let in", [Int64(machine.number)], key)
    setStanding(.admitted, ofKey: key)
    for hub in machines where hub.isHub { tell(hub, .rightsChanged(key: key)) }
  }

  /// What an online side that slept did not hear.
  func tellRevocations(to hub: Machine) {
    for machine in machines where machine.isShutOut {
      guard let key = machine.device?.key else { continue }
      tell(hub, .revoked(key: key, words: Self.words))
    }
  }

  /// A copied disk brings its key along.
  private func setStanding(_ standing: Device.Standing, ofKey key: String) {
    for machine in machines {
      guard case .lab(let configuration, var device) = machine.role, device.key == key else {
        continue
      }
      device.standing = standing
      machine.role = .lab(configuration, device)
    }
  }
}

extension Machine {
  var isShutOut: Bool { device.map { $0.standing != .admitted } ?? false }
}
