import Digests
public import HostSupport
import LibC
import Quantities
import SystemPackage

extension ImageStore {
    /// Builds an image from packages and puts it into the store.
    ///
    /// - Parameters:
    ///   - reference: `debian:12` or `debian:13`, with an architecture if it is not the host's.
    ///   - progress: Called with each step.
    /// - Throws: ``CloudImagesError``; `ToolMissing` for a tool that has to be installed; `FileFailure`.
    public func build(
        _ reference: ImageReference,
        recipe: ImageRecipe = ImageRecipe(),
        progress: @escaping ProgressHandler = { _ in },
    ) async throws -> Image {
        let plan = try await BuildPlan(reference)
        let staging = try makeStaging()
        do {
            let image = try await plan.run(recipe, in: staging, progress: progress)
            return try adopt(image, staging: staging)
        } catch {
            await withoutCancellation { try? Directory.removeTree(staging) }
            throw error
        }
    }

    /// The name of the package list next to an image that was built here.
    public static let manifestName: String = "packages.txt"
}

/// A build whose requirements have been checked.
struct BuildPlan {
    private let name: String
    private let architecture: ImageArchitecture
    private let release: DebianRelease

    init(_ reference: ImageReference) async throws(CloudImagesError) {
        guard case .stored(let name, let architecture) = reference.target,
            let release = DebianRelease.all.first(where: { "debian:\($0.version)" == name })
        else {
            let names = DebianRelease.all.map { "debian:\($0.version)" }.joined(separator: " and ")
            throw CloudImagesError(
                .unsupported,
                "\(reference) cannot be built, only \(names) can; download it instead: quiver image pull \(reference)"
            )
        }
        if let obstacle = Self.obstacle(to: reference) { throw obstacle }
        (self.name, self.architecture, self.release) = (name, architecture, release)
        try await checkRuns(reference)
    }

    /// Why nothing can be built on this system.
    static func obstacle(to reference: ImageReference, onLinux isLinux: Bool = isOnLinux) -> CloudImagesError? {
        guard !isLinux else { return nil }
        return CloudImagesError(
            .unsupported,
            "\(reference) cannot be built on this system: images are built on Linux, with mmdebstrap; "
                + "download the vendor's image: quiver image pull \(reference)",
        )
    }

    private static var isOnLinux: Bool {
        #if os(Linux)
            true
        #else
            false
        #endif
    }

    /// Builds in an existing directory.
    func run(_ recipe: ImageRecipe, in directory: FilePath, progress: @escaping ProgressHandler) async throws -> Image {
        let build = DebianImageBuild(
            release: release,
            architecture: architecture,
            recipe: recipe,
            directory: directory,
            progress: progress,
        )
        try await build.run()
        progress(ProgressUpdate("compute the digest"))
        let disk = directory.appending("disk.qcow2")
        let digest = try await FileDigest.sha256(of: disk)
        return Image(
            name: name,
            architecture: architecture,
            disk: disk,
            kernel: directory.appending("vmlinuz"),
            initialRamdisk: directory.appending("initrd.img"),
            kernelArguments: "root=LABEL=\(DebianCustomization.rootLabel) ro console=tty0 console="
                + DebianCustomization.console(of: architecture),
            defaultUser: "debian",
            source: "built from packages with mmdebstrap",
            digest: "sha256:\(digest)",
            created: Int64(time(nil)),
        )
    }

    /// Packages run programs while they are installed: the host must be able to run those of the image's architecture.
    private func checkRuns(_ reference: ImageReference) async throws(CloudImagesError) {
        guard architecture != .host else { return }
        guard await BuildTools.succeeds("arch-test", [architecture.rawValue]) else {
            let emulators = PackageHint(debian: "arch-test qemu-user-static binfmt-support", fedora: "qemu-user-static")
            throw CloudImagesError(
                .unsupported,
                "\(reference) cannot be built on this \(ImageArchitecture.host.rawValue) host, which cannot run "
                    + "\(architecture.rawValue) programs: \(emulators.command.map { "\($0), or " } ?? "")"
                    + "download the vendor's image: quiver image pull \(reference)",
            )
        }
    }
}
