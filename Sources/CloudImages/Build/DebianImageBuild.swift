import HostSupport
import SystemPackage

/// Builds a Debian cloud image from packages: mmdebstrap for the root, mke2fs and mtools for the disk.
///
/// Neither loop devices nor mounts are needed. The disk has a GPT with an EFI partition, so that it can boot
/// by itself, and kernel and initial ramdisk are next to it for a direct boot. The same packages give the same bytes.
struct DebianImageBuild {
    let release: DebianRelease
    let architecture: ImageArchitecture
    let recipe: ImageRecipe
    /// The directory in which everything is built; the caller removes it.
    let directory: FilePath
    let progress: ProgressHandler

    /// The packages to install besides the essential ones.
    private var packages: [String] {
        [
            "linux-image-cloud-\(architecture.rawValue)", "grub-efi-\(architecture.rawValue)",
            "ca-certificates", "cloud-guest-utils", "cloud-init", "cron", "dbus", "e2fsprogs", "init", "iproute2",
            "iputils-ping", "kmod", "less", "libpam-systemd", "netbase", "openssh-server", "procps", "python3",
            "python3-pytest", "qemu-guest-agent", "rsync", "sudo", "systemd-resolved", "systemd-timesyncd",
            "udev", "vim-tiny",
        ]
    }

    private var archive: FilePath { directory.appending("root.tar") }
    private var tools: BuildTools { BuildTools(directory: directory) }

    /// Makes the image; `disk.qcow2`, `vmlinuz`, `initrd.img` and `packages.txt` are in the directory afterwards.
    func run() async throws {
        let sources = try await PackageSources.choose(for: release, recipe: recipe)
        let privilege = try await RootPrivilege.available()
        progress(ProgressUpdate("fetch and unpack packages"))
        let identity = try await makeArchive(from: sources)
        progress(ProgressUpdate("make the file system"))
        let disk = DebianDisk(
            architecture: architecture,
            size: recipe.size,
            directory: directory,
            identity: identity,
            privilege: privilege,
        )
        try await disk.make(from: archive)
        progress(ProgressUpdate("convert to qcow2"))
        let result = directory.appending("disk.qcow2")
        try await tools.run(
            "qemu-img",
            ["convert", "-O", "qcow2", disk.file.string, result.string],
            hint: PackageHint.qemuImg.command,
        )
        for leftover in [disk.file, archive] { try Directory.removeTree(leftover) }
    }

    /// Installs everything with mmdebstrap, and writes the manifest.
    private func makeArchive(from sources: PackageSources) async throws -> BuildIdentity {
        let list = directory.appending("sources.list")
        try WholeFile.write((sources.lines.joined(separator: "\n") + "\n").utf8, to: list)
        try await bootstrap(
            [
                "--variant=minbase", "--architectures=\(architecture.rawValue)",
                "--include=\(packages.joined(separator: ","))",
                "--customize-hook=" + DebianCustomization(architecture: architecture).script,
                "--customize-hook=copy-out /var/lib/dpkg/status \(directory)",
                release.codename, archive.string, list.string,
            ]
        )
        return BuildIdentity(release: release, packages: try writeManifest())
    }

    /// Runs mmdebstrap, which chooses its mode by the user's privileges; as root, with its own mounts if possible.
    ///
    /// If it is interrupted as root, it leaves `/proc` and `/sys` mounted in its directory, where a cleanup would reach
    /// the host's. Its own mounts are gone with its last process.
    private func bootstrap(_ arguments: [String]) async throws {
        let hint = PackageHint(debian: "mmdebstrap").command
        try await tools.run("mmdebstrap", ["--version"], hint: hint)
        var command = ["mmdebstrap"] + arguments
        if HostUser.isRoot, await BuildTools.succeeds("unshare", ["--mount", "true"]) {
            command = ["unshare", "--mount"] + command
        }
        try await tools.run(
            command.removeFirst(),
            command,
            environment: BuildIdentity(release: release, packages: "").environment,
            grace: .seconds(60),
            hint: hint,
        )
    }

    /// Turns dpkg's status file into one line per package: name, version, architecture.
    private func writeManifest() throws -> String {
        let status = try WholeFile.readText(directory.appending("status"))
        let lines = status.split(separator: "\n\n").map { paragraph in
            let fields = paragraph.split(separator: "\n")
            return ["Package: ", "Version: ", "Architecture: "].map { field in
                fields.first { $0.hasPrefix(field) }.map { String($0.dropFirst(field.count)) } ?? "?"
            }.joined(separator: " ")
        }
        let text = lines.sorted().joined(separator: "\n") + "\n"
        // With the same permissions as the disk that qemu-img writes.
        let mode: FilePermissions = [.ownerReadWrite, .groupRead, .otherRead]
        try WholeFile.write(text.utf8, to: directory.appending(ImageStore.manifestName), mode: mode)
        try Directory.removeTree(directory.appending("status"))
        return text
    }
}
