extension FaultLab {
  /// A fault and all that its repair has to know.
  struct Inflicted {
    var fault: Fault
    var place: Int
    /// How long it lasts before it is repaired.
    var milliseconds: Int
  }

  /// Chooses how long a fault lasts: long enough to be noticed where that is the point.
  func choose(_ fault: Fault, at place: Int, _ chance: inout SeededGenerator) -> Inflicted {
    let silence = silenceLimitSeconds * 1000
    let range: ClosedRange<Int> =
      switch fault {
      case .killed, .powerCut: 0...1500
      case .frozen, .deaf, .mute: silence + 500...silence + 3000
      case .cablePulled: 500...silence + 2000
      // Nobody repairs it: the sides have to notice by themselves that rows written since then do not
      // arrive.
      case .routerForgot: 1500...2500
      case .slowLink: silence...silence + 3000
      case .diskFull, .diskReadOnly: 1500...4000
      case .clockHours, .clockYears, .restored, .cloned: 1500...4000
      case .destroyed: 0...500
      }
    return Inflicted(
      fault: fault, place: place, milliseconds: Int.random(in: range, using: &chance))
  }

  func begin(_ inflicted: Inflicted, _ chance: inout SeededGenerator) throws {
    let place = inflicted.place
    let machine = lab.machines[place]
    let around = machine.surroundings
    var cable = Cable()
    switch inflicted.fault {
    case .killed: try machine.kill()
    case .frozen: machine.freeze()
    case .cablePulled: try around.network?.setCarrier(false)
    case .deaf:
      cable.losesInbound = true
      wire.setCable(cable, of: place)
    case .mute:
      cable.losesOutbound = true
      wire.setCable(cable, of: place)
    case .routerForgot: wire.forgetConnections(of: place)
    case .slowLink: wire.setCable(.slow, of: place)
    case .diskFull: try around.disk?.fill()
    case .diskReadOnly:
      // Whoever waits for fsync(2) just then may be told that all is well, and it is not: with Linux 6.18
      // SQLite by itself loses a commit so in one of ten such errors, and none where nobody waits.
      try machine.whileFrozen {
        try writers[place].whileFrozen { try around.disk?.breakDown() }
      }
    case .powerCut:
      try around.disk?.cutPower()
      try crash(place)
    case .clockHours:
      try around.clock?.move(seconds: Int.random(in: -12...12, using: &chance) * 3600 + 1800)
    case .clockYears:
      let years = Bool.random(using: &chance) ? 17 : -17
      try around.clock?.move(seconds: years * 365 * 86_400)
    case .restored: try backUp(place, replacing: Bool.random(using: &chance))
    case .cloned: try clone(place)
    case .destroyed: try destroyWhenSafe(place)
    }
  }

  func repair(_ inflicted: Inflicted) throws {
    let place = inflicted.place
    let machine = lab.machines[place]
    let around = machine.surroundings
    switch inflicted.fault {
    case .killed: try machine.start()
    case .frozen: machine.thaw()
    case .cablePulled: try around.network?.setCarrier(true)
    case .deaf, .mute, .slowLink: wire.setCable(Cable(), of: place)
    case .routerForgot: break
    case .diskFull: try around.disk?.makeRoom()
    case .diskReadOnly:
      try crash(place)
      try boot(place)
    case .powerCut: try boot(place)
    case .clockHours, .clockYears: try around.clock?.move(seconds: 0)
    case .restored: try restore(place)
    case .cloned: break
    case .destroyed: try replace(place)
    }
  }
}
