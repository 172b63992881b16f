public import HostSupport
public import SystemPackage

/// Builds an image into a separate file, with its boot files and package list next to it.
public enum StandaloneBuild {
    /// Builds an image from packages.
    ///
    /// - Parameters:
    ///   - reference: `debian:12` or `debian:13`, with an architecture if it is not the host's.
    ///   - output: The qcow2 disk, which must not exist. Beside it go `NAME.vmlinuz`, `NAME.initrd.img` and
    ///     `NAME.packages.txt`, where NAME is the disk's without its ending; those are replaced.
    ///   - progress: Called with each step.
    /// - Throws: ``CloudImagesError``; `ToolMissing` for a tool that has to be installed; `FileFailure`.
    public static func run(
        _ reference: ImageReference,
        to output: FilePath,
        recipe: ImageRecipe = ImageRecipe(),
        progress: @escaping ProgressHandler = { _ in },
    ) async throws -> Image {
        let output = output.absolute
        // Checked before the build, not after it. An overlay may depend on the existing disk.
        guard FileStamp(of: output) == nil else {
            throw CloudImagesError(
                .cannotWrite,
                "\(output): already exists; remove it, or choose another file",
                cause: Errno.fileExists,
            )
        }
        let plan = try await BuildPlan(reference)
        let (parent, stem) = (output.removingLastComponent(), output.stem ?? "disk")
        guard Directory.exists(parent) else { throw FileFailure("write", output, .noSuchFileOrDirectory) }
        let staging = parent.appending(".\(stem).making-\(UInt32.random(in: 0 ... .max))")
        try Directory.create(staging)
        return try await withCleanup {
            var image = try await plan.run(recipe, in: staging, progress: progress)
            func settle(_ name: String, as file: FilePath) throws(FileFailure) {
                try Directory.rename(staging.appending(name), to: file)
            }
            func beside(_ name: String) -> FilePath { parent.appending("\(stem).\(name)") }
            (image.kernel, image.initialRamdisk) = (beside("vmlinuz"), beside("initrd.img"))
            for name in ["vmlinuz", "initrd.img", ImageStore.manifestName] { try settle(name, as: beside(name)) }
            // The disk comes last: if it exists, so does the rest.
            try settle("disk.qcow2", as: output)
            image.disk = output
            return image
        } cleanup: {
            try? Directory.removeTree(staging)
        }
    }
}
