import HostSupport
import Quantities
import SystemPackage

/// Makes a cloud image of Debian from packages: mmdebstrap for the root, mke2fs and mtools for the disk.
///
/// Neither loop devices nor mounts are needed. The disk has a GPT with an EFI partition, so that it boots by itself,
/// and kernel and initial ramdisk lie beside it for a direct boot.
struct DebianImageBuild {
    let release: DebianRelease
    let architecture: ImageArchitecture
    let size: ByteCount
    /// The folder in which everything is made; it stays with whoever made it.
    let folder: FilePath
    let progress: ProgressHandler

    /// What the guest gets besides the essential packages.
    private var packages: [String] {
        [
            architecture == .amd64 ? "linux-image-cloud-amd64" : "linux-image-cloud-arm64",
            architecture == .amd64 ? "grub-efi-amd64" : "grub-efi-arm64",
            "ca-certificates", "cloud-guest-utils", "cloud-init", "cron", "dbus", "e2fsprogs", "init", "iproute2",
            "iputils-ping", "kmod", "less", "libpam-systemd", "netbase", "openssh-server", "procps", "python3",
            "python3-pytest", "qemu-guest-agent", "rsync", "sudo", "systemd-resolved", "systemd-timesyncd",
            "udev", "vim-tiny",
        ]
    }

    private var disk: FilePath { folder.appending("disk.raw") }
    private var root: FilePath { folder.appending("root") }

    /// Makes the image; `disk.qcow2`, `vmlinuz`, `initrd.img` and `packages.txt` are in the folder afterwards.
    func run() async throws {
        try await step("fetch and unpack packages") { try await makeRoot() }
        try await step("make the file system") { try await makeDisk() }
        try await step("convert to qcow2") {
            try await tool("qemu-img", ["convert", "-O", "qcow2", disk.string, folder.appending("disk.qcow2").string])
        }
        for leftover in ["disk.raw", "root.tar"] { try Folder.removeTree(folder.appending(leftover)) }
        try await privileged("rm", ["-rf", root.string])
    }

    // MARK: The root

    private func makeRoot() async throws {
        let sources = try await PackageSources.configured(for: release)
        let list = folder.appending("sources.list")
        try WholeFile.write((sources.lines.joined(separator: "\n") + "\n").utf8, to: list)
        let archive = folder.appending("root.tar")
        try await bootstrap(
            [
                "--variant=minbase", "--architectures=\(architecture.rawValue)",
                "--include=\(packages.joined(separator: ","))",
                "--customize-hook=" + DebianCustomization.script,
                "--customize-hook=copy-out /var/lib/dpkg/status \(folder)",
                release.codename, archive.string, list.string,
            ]
        )
        try Folder.create(root)
        try await privileged("tar", ["-xf", archive.string, "-C", root.string])
        let boot = root.appending("boot")
        for (prefix, name) in [("vmlinuz-", "vmlinuz"), ("initrd.img-", "initrd.img")] {
            guard let file = Folder.names(in: boot).last(where: { $0.hasPrefix(prefix) }) else {
                throw CloudImagesError(.toolFailed, "the packages of debian:\(release.version) brought no \(name)")
            }
            try WholeFile.write(try WholeFile.read(boot.appending(file), limit: 1 << 30), to: folder.appending(name))
        }
        try writeManifest()
    }

    /// Turns dpkg's status file into one line a package: name, version, architecture.
    private func writeManifest() throws {
        let status = try WholeFile.readText(folder.appending("status"))
        let lines = status.split(separator: "\n\n").map { paragraph in
            let fields = paragraph.split(separator: "\n")
            return ["Package: ", "Version: ", "Architecture: "].map { field in
                fields.first { $0.hasPrefix(field) }.map { String($0.dropFirst(field.count)) } ?? "?"
            }.joined(separator: " ")
        }
        try WholeFile.write((lines.sorted().joined(separator: "\n") + "\n").utf8, to: folder.appending("packages.txt"))
        try Folder.removeTree(folder.appending("status"))
    }

    // MARK: The disk

    /// Partitions start at whole mebibytes: 1 for the EFI partition, the root after it, 1 left for GPT's second copy.
    private func makeDisk() async throws {
        let efiMebibytes: UInt64 = 32
        let rootStart = 1 + efiMebibytes
        let mebibytes = size.bytes >> 20
        let file = try FileDescriptor.open(
            disk,
            .writeOnly,
            options: [.create, .truncate, .closeOnExec],
            permissions: .ownerReadWrite,
        )
        try file.closeAfter { try file.resize(to: Int64(size.bytes)) }
        let table = folder.appending("partitions")
        let rootType =
            architecture == .amd64
            ? "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709" : "B921B045-1DF0-41C3-AF44-4C6F280D3FAE"
        let layout = """
            label: gpt
            start=1MiB, size=\(efiMebibytes)MiB, type=U, name=efi
            start=\(rootStart)MiB, type=\(rootType), name=root

            """
        try WholeFile.write(layout.utf8, to: table)
        try await tool("sfdisk", ["--quiet", disk.string], input: table, mend: "apt-get install fdisk")
        try Folder.removeTree(table)
        try await privileged(
            "mke2fs",
            [
                "-q", "-t", "ext4", "-L", DebianCustomization.rootLabel, "-d", root.string,
                // A fresh file reads as zeros: said so, the guest need not write them in its first minutes.
                "-E", "offset=\(rootStart << 20),assume_storage_prezeroed=1", disk.string,
                "\(mebibytes - rootStart - 1)M",
            ],
        )
        try await makeEFIPartition(at: "\(disk)@@1M", sectors: efiMebibytes << 11)
    }

    private func makeEFIPartition(at place: String, sectors: UInt64) async throws {
        let (folderName, loader) =
            architecture == .amd64
            ? ("x86_64-efi", "BOOTX64.EFI") : ("arm64-efi", "BOOTAA64.EFI")
        let grub = root.appending(
            "usr/lib/grub/\(folderName)/monolithic/grub\(architecture == .amd64 ? "x64" : "aa64").efi"
        )
        let configuration = folder.appending("grub.cfg")
        let text = """
            search --no-floppy --set=root --label \(DebianCustomization.rootLabel)
            set prefix=($root)/boot/grub
            configfile $prefix/grub.cfg

            """
        try WholeFile.write(text.utf8, to: configuration)
        let mend = "apt-get install mtools"
        try await tool("mformat", ["-i", place, "-v", "EFI", "-T", "\(sectors)", "::"], mend: mend)
        try await tool("mmd", ["-i", place, "::/EFI", "::/EFI/BOOT", "::/EFI/debian"], mend: mend)
        try await tool("mcopy", ["-i", place, grub.string, "::/EFI/BOOT/\(loader)"], mend: mend)
        try await tool("mcopy", ["-i", place, configuration.string, "::/EFI/debian/grub.cfg"], mend: mend)
        try Folder.removeTree(configuration)
    }

    // MARK: Tools

    /// Runs mmdebstrap; as root with mounts of its own where that is allowed.
    ///
    /// Run by root and ended early, it leaves `/proc` and `/sys` mounted in its folder, where whoever cleans up meets the
    /// host's. Mounts of its own are gone with its last process.
    private func bootstrap(_ arguments: [String]) async throws {
        let mend = "apt-get install mmdebstrap"
        let grace = Duration.seconds(60)
        try await tool("mmdebstrap", ["--version"], mend: mend)
        let isAlone = try? await ToolRun.run("unshare", ["--mount", "true"]).isSuccess
        if HostUser.isRoot, isAlone == true {
            try await tool("unshare", ["--mount", "mmdebstrap"] + arguments, grace: grace)
        } else {
            try await tool("mmdebstrap", arguments, grace: grace, mend: mend)
        }
    }

    private func step(_ name: String, _ body: () async throws -> Void) async throws {
        progress(ProgressUpdate(name))
        try await body()
    }

    /// Runs a tool on files that belong to root and others: as root as it is, otherwise in mmdebstrap's user namespace.
    private func privileged(_ name: String, _ arguments: [String]) async throws {
        if HostUser.isRoot {
            try await tool(name, arguments)
        } else {
            try await tool("mmdebstrap", ["--unshare-helper", name] + arguments)
        }
    }

    private func tool(
        _ name: String,
        _ arguments: [String],
        input: FilePath = "/dev/null",
        grace: Duration = .seconds(2),
        mend: String? = nil,
    ) async throws {
        let outcome: ToolRun.Outcome
        do {
            // Debian keeps mke2fs and sfdisk out of an ordinary user's path.
            let path = (HostEnvironment["PATH"] ?? "/usr/bin:/bin") + ":/usr/sbin:/sbin"
            outcome = try await ToolRun.run(name, arguments, environment: ["PATH": path], input: input, grace: grace)
        } catch let missing as ToolMissing {
            throw ToolMissing(missing.tool, mend: mend)
        }
        guard outcome.isSuccess else {
            // The last error is mmdebstrap's own; what ran out of room said so further up.
            if outcome.errors.contains("No space left on device") {
                throw CloudImagesError(
                    .cannotWrite,
                    "\(folder) or \(HostEnvironment["TMPDIR"] ?? "/tmp"): the disk is full; a build takes about 3 GiB "
                        + "while it runs: free some space",
                    cause: Errno.noSpace,
                )
            }
            let words = outcome.errors.split(separator: "\n").last { $0.hasPrefix("E: ") }.map(String.init)
            throw CloudImagesError(
                .toolFailed,
                "the image cannot be built: \(words ?? "\(name): \(outcome.lastWords)")"
            )
        }
    }
}
