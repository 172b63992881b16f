import GuestAccess
import Testing

@Suite struct BootTimesTests {
    static let milestones = [
        GuestMilestone(name: "helper", uptime: .seconds(6)),
        GuestMilestone(name: "cloud-init init-local start", uptime: .seconds(5)),
        GuestMilestone(name: "cloud-init init-local finished", uptime: .seconds(7)),
        GuestMilestone(name: "cloud-init init start", uptime: .seconds(8)),
        GuestMilestone(name: "ssh", uptime: .seconds(11)),
        GuestMilestone(name: "cloud-init", uptime: .seconds(14)),
    ]

    static let manager = """
        FirmwareTimestampMonotonic=3000000
        LoaderTimestampMonotonic=1000000
        InitRDTimestampMonotonic=2000000
        UserspaceTimestampMonotonic=4000000
        FinishTimestampMonotonic=15000000

        """

    static let units = """
        Id=ssh.service
        InactiveExitTimestampMonotonic=10000000
        ActiveEnterTimestampMonotonic=10500000
        InactiveEnterTimestampMonotonic=0

        Id=systemd-networkd-wait-online.service
        InactiveExitTimestampMonotonic=7000000
        ActiveEnterTimestampMonotonic=9500000
        InactiveEnterTimestampMonotonic=0

        Id=once.service
        InactiveExitTimestampMonotonic=7000000
        ActiveEnterTimestampMonotonic=0
        InactiveEnterTimestampMonotonic=8000000

        Id=never.service
        InactiveExitTimestampMonotonic=0
        ActiveEnterTimestampMonotonic=0
        InactiveEnterTimestampMonotonic=0

        Id=man-db.service
        InactiveExitTimestampMonotonic=9000000
        ActiveEnterTimestampMonotonic=0
        InactiveEnterTimestampMonotonic=9020000

        """

    @Test func `stages are told from the firmware's start`() {
        let times = BootTimes(milestones: Self.milestones, manager: Self.manager, units: Self.units)
        let expected: [(String, Int, Int)] = [
            ("firmware", 0, 2), ("boot loader", 2, 3), ("kernel", 3, 5), ("initial RAM disk", 5, 7), ("systemd", 7, 18),
            ("cloud-init init-local", 8, 10),
        ]
        #expect(times.stages == expected.map { .init(name: $0.0, start: .seconds($0.1), end: .seconds($0.2)) })
        #expect(times.sshReady == .seconds(14))
        #expect(times.cloudInitEnded == .seconds(17))
    }

    @Test func `where the firmware does not tell its time, the host does`() {
        let manager = "InitRDTimestampMonotonic=1000000\nUserspaceTimestampMonotonic=4000000\n"
        let times = BootTimes(milestones: Self.milestones, manager: manager, units: "", firmwareTime: .seconds(2))
        let expected: [(String, Int, Int)] = [
            ("firmware", 0, 2), ("kernel", 2, 3), ("initial RAM disk", 3, 6), ("systemd", 6, 16),
            ("cloud-init init-local", 7, 9),
        ]
        #expect(times.stages == expected.map { .init(name: $0.0, start: .seconds($0.1), end: .seconds($0.2)) })
        #expect(times.sshReady == .seconds(13))
        let told = BootTimes(milestones: [], manager: Self.manager, units: "", firmwareTime: .seconds(60))
        #expect(told.stages.first == .init(name: "firmware", start: .zero, end: .seconds(2)))
    }

    @Test func `services are listed by length, and avoidable waits with a hint`() {
        let times = BootTimes(milestones: Self.milestones, manager: Self.manager, units: Self.units)
        #expect(
            times.services.map(\.name) == [
                "systemd-networkd-wait-online.service", "once.service", "ssh.service", "man-db.service",
            ]
        )
        #expect(times.avoidableWaits.map(\.span.name) == ["systemd-networkd-wait-online.service"])
        #expect(times.avoidableWaits.first?.hint.contains("[systemctl, mask, --now, systemd-networkd-wait") == true)
    }

    @Test func `without firmware and RAM disk, times are the kernel's`() {
        let times = BootTimes(
            milestones: Self.milestones,
            manager: "FirmwareTimestampMonotonic=0\nUserspaceTimestampMonotonic=4000000\n",
            units: "",
        )
        #expect(times.stages.first == .init(name: "kernel", start: .zero, end: .seconds(4)))
        #expect(times.sshReady == .seconds(11))
    }

    @Test(arguments: ["", "\n\n\n", "=\n=", "Id=\nInactiveExitTimestampMonotonic=9999999999999999999", "x"])
    func `whatever systemctl prints, there are times`(text: String) {
        #expect(BootTimes(milestones: [], manager: text, units: text).services == [])
    }
}
