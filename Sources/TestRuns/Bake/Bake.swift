import CloudImages
import GuestAccess
import HostSupport
import Machines
import Quantities
import SystemPackage

/// Provisions an image once for a project and keeps the result.
struct Bake {
    let image: Image
    let configuration: ProjectConfiguration
    /// What the machine that bakes is made of, apart from its disk and seed.
    let description: MachineDescription
    let project: FilePath
    let home: QuiverHome
    let launch: LaunchOptions
    let limits: TestRunLimits
    let clock: StageClock

    private static let hostname = "quiver"

    private var folder: FilePath { home.cache.appending("bakes") }

    /// Whoever makes the image can enter it: the key that opens it belongs to what it depends on.
    private func key() async throws -> BakeKey {
        BakeKey(
            image: image,
            configuration: configuration,
            project: project,
            seed: [userData, HelperInstallation.vendorData, try await ClientKey.obtain(in: home).publicKey],
        )
    }

    /// The baked image: from the cache where nothing that it depends on has changed, otherwise made now.
    ///
    /// Two runs that need the same one at once make it once: the second waits for the first.
    func obtain() async throws -> BakedImage {
        let key = try await key()
        let digest = key.digest
        let baked = BakedImage(folder: folder.appending(digest), image: image)
        if baked.isComplete {
            return try await clock.time(.bake, note: { _ in "cached" }) { baked }
        }
        try Folder.create(folder)
        let lock = try await FileLock.acquire(folder.appending("\(digest).lock"), within: limits.bake)
        defer { extendLifetime(lock) }
        if baked.isComplete {
            return try await clock.time(.bake, note: { _ in "made by another run meanwhile" }) { baked }
        }
        try await clock.time(.bake) { try await make(baked, key: key) }
        return baked
    }

    private var userData: String {
        let packages = configuration.packages.map { "\n  - \"\($0)\"" }.joined()
        return "#cloud-config\n" + (packages.isEmpty ? "{}\n" : "packages:\(packages)\n")
    }

    private func make(_ baked: BakedImage, key: BakeKey) async throws {
        let provisioning = Provisioning(image: image, hostname: Self.hostname, userData: userData)
        try await withMachine(
            named: "bake",
            home: home,
            options: launch,
            describe: { folder in
                var prepared = try await provisioning.prepare(description, in: folder, home: home)
                // The disk is thrown away when the bake fails, and synced by the guest's shutdown when it does not.
                prepared.drives[0].cache = .unsafe
                return prepared
            },
        ) { machine in
            try await MachineWatch(machine).during {
                try await provision(machine)
            }
            let end = try await machine.powerDown(within: limits.powerDown)
            guard end.rung == .powerButton || end.rung == .guestAgent else {
                throw TestRunError(.bakeFailed, "the guest did not shut itself down after provisioning: \(end)")
            }
            try keep(machine.folder, as: baked, key: key)
        }
    }

    private func provision(_ machine: Machine) async throws {
        let helper = try machine.helper()
        defer { helper.close() }
        let status = try await GuestReadiness(helper: helper, machine: machine, limits: limits).waitForCloudInit()
        guard status.state != .error else {
            throw TestRunError(.bakeFailed, "cloud-init failed: \(GuestReadiness.explain(status))")
        }
        let tools = GuestTools(helper: helper, limits: limits)
        try await tools.ensure(needsPytest: configuration.usesStandardPytest)
        guard !configuration.setup.isEmpty else { return }
        let ssh = try machine.ssh(home: home)
        try await ssh.waitUntilReachable(within: limits.ssh, isProvisioned: true)
        let sync = ProjectSync(project: project, configuration: configuration, ssh: ssh)
        try await sync.upload()
        for line in configuration.setup { try await tools.run(setup: line, in: sync.destination) }
    }

    /// Moves what makes the baked image out of the machine's folder, which goes with the machine.
    private func keep(_ machine: MachineFolder, as baked: BakedImage, key: BakeKey) throws {
        let staging = folder.appending(".making-\(UInt64.random(in: 0 ... .max))")
        try Folder.create(staging)
        for name in BakedImage.files { try Folder.rename(machine.path.appending(name), to: staging.appending(name)) }
        try WholeFile.write((key.text + "\n").utf8, to: staging.appending("made-of.txt"))
        try Folder.replace(baked.folder, with: staging)
    }
}
