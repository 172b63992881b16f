import CloudImages
import HostSupport
import Machines
import SystemPackage
import TestRuns

/// A permanent machine, created from the baked image that `quiver test` uses for a project.
struct ProjectMachine {
    let project: String
    let hardware: NewMachineOptions
    let launch: LaunchOptions

    /// Creates the machine's files and returns its description; options override the project's settings.
    func describe(in directory: MachineDirectory) async throws -> MachineDescription {
        let path = FilePath(project).absolute
        var configuration = try ProjectConfiguration(project: path)
        configuration.cpus = hardware.cpus ?? configuration.cpus
        configuration.memory = hardware.memory?.size ?? configuration.memory
        guard let name = hardware.image ?? configuration.image else {
            throw CommandFailure(
                .usage,
                "\(project): no image given; use --image debian:12, or set it in pyproject.toml",
            )
        }
        var run = TestRun(project: path, configuration: configuration)
        run.launch = launch
        run.accelerator = hardware.accel?.choice ?? .automatic
        let image = try ImageStore().image(ImageReference(name), trustsBacking: hardware.trust.trustsBacking)
        let baked = try await run.bake(image, clock: StageClock(observer: StagePrinter()))
        var description = run.description(for: image)
        description.networks = [UserNetwork(forwards: hardware.forward.map(\.forward))]
        description.extraArguments = hardware.extraArguments
        return try baked.prepare(description, in: directory, cache: .writeBack)
    }
}
