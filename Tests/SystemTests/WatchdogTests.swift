import Testing

extension SystemTests {
  @Suite("A daemon that stands still", .enabled(if: watchdog.obstacle == nil, watchdog.comment))
  struct WatchdogTests {
    @Test("is started anew by a real systemd with the unit that is shipped")
    func restart() throws {
      try watchdog.expect("was started anew by systemd", within: 120)
    }
  }
}

private let watchdog = SystemdScript("watchdog")
