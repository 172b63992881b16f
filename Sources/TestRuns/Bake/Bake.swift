import CloudImages
import CloudInit
import GuestAccess
import HostSupport
import Machines
import Provisioning
import Quantities
import SystemPackage

/// Provisions an image once for a project and caches the result.
struct Bake {
    let image: Image
    let configuration: ProjectConfiguration
    /// The configuration of the machine, apart from its disk and seed.
    let description: MachineDescription
    let project: FilePath
    let home: QuiverHome
    let launch: LaunchOptions
    let limits: TestRunLimits
    let clock: StageClock
    /// Whether to keep the machine of a failed bake, for inspection.
    let keepsFailed: Bool

    private static let hostname = "quiver"

    private var directory: BakeDirectory { BakeDirectory(home: home) }

    /// The user's ssh key is one of the things that the image depends on.
    private func key() async throws -> BakeKey {
        BakeKey(
            image: image,
            configuration: configuration,
            project: project,
            seed: [userData, HelperInstallation.vendorData, try await ClientKey.obtain(in: home).publicKey],
        )
    }

    /// The baked image: from the cache if nothing that it depends on has changed, otherwise baked now.
    ///
    /// If two runs need the same one at the same time, it is baked once: the second waits for the first.
    func obtain() async throws -> BakedImage {
        try await clock.time(.bake, note: { $0.note }) { try await find() }.image
    }

    private func find() async throws -> (image: BakedImage, note: String?) {
        let key = try await key()
        let baked = BakedImage(directory: directory.baked(key.digest), image: image)
        if baked.isComplete { return (baked, "cached") }
        try Directory.create(directory.path)
        // What cannot be removed now is removed by the next bake.
        try? directory.removeAbandoned()
        let lock = try await FileLock.acquire(directory.lock(key.digest), within: limits.bake)
        defer { extendLifetime(lock) }
        if baked.isComplete { return (baked, "baked by another run in the meantime") }
        try await make(baked, key: key)
        return (baked, nil)
    }

    var userData: String {
        if let own = configuration.userDataText { return own }
        let packages = configuration.packages.map { "\n  - \"\($0)\"" }.joined()
        return "#cloud-config\n" + (packages.isEmpty ? "{}\n" : "packages:\(packages)\n")
    }

    private func make(_ baked: BakedImage, key: BakeKey) async throws {
        let staging = directory.staging(key.digest)
        try Directory.removeTree(staging)
        try Directory.create(staging)
        do {
            try await provision(into: staging)
            try WholeFile.write((key.text + "\n").utf8, to: staging.appending("made-of.txt"))
            try Directory.replace(baked.directory, with: staging)
        } catch {
            try? Directory.removeTree(staging)
            throw error
        }
    }

    /// Provisions a machine and moves the baked image's files out of its directory.
    ///
    /// A guest that powers itself off when cloud-init has finished is booted again for the rest.
    private func provision(into staging: FilePath) async throws {
        let provisioning = Provisioning(image: image, hostname: Self.hostname, userData: userData)
        let change = PowerChange(userData: userData)
        guard change?.mode != .halt else {
            throw TestRunError(
                .badConfiguration,
                "power_state in the user-data halts the guest, which leaves the machine on; use mode: poweroff",
            )
        }
        var reached = try await run(expecting: change, into: staging) { directory in
            try await provisioning.prepare(description, in: directory, home: home)
        }
        if reached == .poweredOff {
            clock.note(.bake, "the guest powered itself off; booting it again for its tools and the project's setup")
            reached = try await run(expecting: nil, into: staging) { directory in
                try Self.move(from: staging, to: directory.path)
                return BakedImage(directory: directory.path, image: image).describe(description, disk: directory.disk)
            }
        }
        guard reached == .ready else {
            throw TestRunError(.bakeFailed, "the guest powers itself off at every boot; see the project's user-data")
        }
    }

    private func run(
        expecting change: PowerChange?,
        into staging: FilePath,
        describe: (MachineDirectory) async throws -> MachineDescription,
    ) async throws -> BakeMachine.Reached {
        let scope = BakeScope(home: home, launch: launch, project: project, keepsFailed: keepsFailed)
        return try await scope.withMachine { directory in
            var description = try await describe(directory)
            // The disk is discarded if the bake fails, and flushed by the guest's shutdown if it succeeds.
            description.drives[0].cache = .unsafe
            return description
        } _: { machine in
            let bake = BakeMachine(
                machine: machine,
                configuration: configuration,
                project: project,
                userData: userData,
                home: home,
                limits: limits,
                onNote: { clock.note(.bake, $0) },
            )
            let reached = try await bake.provision(expecting: change)
            if reached == .ready { try await bake.shutDown() }
            try Self.move(from: machine.directory.path, to: staging)
            return reached
        }
    }

    private static func move(from source: FilePath, to target: FilePath) throws {
        for name in BakedImage.files { try Directory.rename(source.appending(name), to: target.appending(name)) }
    }
}
