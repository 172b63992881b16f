import CloudImages
package import Forks
import GuestAccess
import HostSupport
import Machines
import PatienceForTests
import Provisioning
package import SystemPackage

/// A booted Debian guest for each QEMU, frozen once and kept between runs of the tests, as `quiver test` keeps its own.
///
/// Whatever needs a real guest forks it, in a tenth of a second; what is about booting boots its own.
package enum DebianGuest {
    package static let name = "fork-tests"

    /// The template, whose forks have Quiver's helper, the guest agent and an ssh port.
    ///
    /// - Parameter qemu: Which QEMU; nil is the one in the path.
    package static func template(_ qemu: FilePath? = nil) async throws -> Template {
        try await templates.of(qemu)
    }

    private static let templates = Templates()

    /// What has been made or found in this process, by QEMU.
    private actor Templates {
        private var tasks: [FilePath?: Task<Template, any Error>] = [:]

        func of(_ qemu: FilePath?) async throws -> Template {
            let task = tasks[qemu] ?? Task { try await DebianGuest.make(LaunchOptions(qemu: qemu)) }
            tasks[qemu] = task
            return try await task.value
        }
    }

    private static func make(_ options: LaunchOptions) async throws -> Template {
        let store = TemplateStore()
        let image = try ImageStore().image(try ImageReference("debian:12"))
        var description = MachineDescription(processorCount: 1)
        description.channels = [.helper, .pytest]
        description.hotPlugSlots = 1
        var content = TemplateIngredients()
        content.set("image", "\(image.disk) \(FileFingerprint(of: image.disk)?.text ?? "")")
        content.set("helper", HelperInstallation.source)
        var prepared = description
        prepared.drives = [Drive(id: "disk0", file: "disk"), .seed("seed")]
        prepared.networks = [UserNetwork(forwards: [.ssh])]
        prepared.channels = [.helper, .pytest, .guestAgent]
        let ingredients = try await store.ingredients(content, for: prepared, options: options)
        if case .found(let template) = await store.find(name, ingredients) { return template }
        let target = store.directory(of: name, ingredients)
        try Directory.create(target.removingLastComponent())
        // Another run of the tests may be making it.
        let lock = try await FileLock.acquire(FilePath("\(target).lock"), within: Patience.seconds(900))
        defer { extendLifetime(lock) }
        if case .found(let template) = await store.find(name, ingredients) { return template }
        // What is there is damaged.
        try Directory.removeTree(target)
        return try await boot(image, description, content, options, target)
    }

    private static func boot(
        _ image: Image,
        _ description: MachineDescription,
        _ content: TemplateIngredients,
        _ options: LaunchOptions,
        _ target: FilePath,
    ) async throws -> Template {
        let provisioning = Provisioning(image: image, hostname: "forked")
        return try await withMachine(
            named: "freezer",
            options: options,
            describe: { directory in
                var prepared = try await provisioning.prepare(description, in: directory)
                prepared.memoryBacking = .sharedFile(directory.path.appending("memory"))
                return prepared
            },
        ) { machine in
            let helper = try machine.helper()
            defer { helper.close() }
            _ = try await helper.hello(within: Patience.seconds(900))
            _ = try await helper.wait(for: GuestMilestone.cloudInitEnded, within: Patience.seconds(900))
            _ = try await helper.wait(for: GuestMilestone.sshListens, within: Patience.seconds(300))
            try await helper.quiesce(within: Patience.seconds(900))
            return try await machine.freeze(
                to: target,
                name: name,
                ingredients: content,
                helper: helper,
                keepsDigests: true,
                within: Patience.seconds(60),
            )
        }
    }
}
