import HostSupport
import Quantities
import SystemPackage

/// The disk of a Debian image: a GPT, an EFI partition with a boot loader, and the root's file system.
struct DebianDisk {
    let architecture: ImageArchitecture
    let size: ByteCount
    /// The directory in which the disk is built.
    let directory: FilePath
    let identity: BuildIdentity
    let privilege: RootPrivilege

    /// The raw disk.
    var file: FilePath { directory.appending("disk.raw") }

    /// Partitions start at whole mebibytes: 1 for the EFI partition, the root after it, 1 left for GPT's second copy.
    private static let efiMebibytes: UInt64 = 32
    private static let rootStart = 1 + efiMebibytes

    private var tools: BuildTools { BuildTools(directory: directory) }
    private var loader: FilePath { directory.appending("grub.efi") }

    /// Builds the disk, and copies kernel and initial ramdisk out of the root as `vmlinuz` and `initrd.img`.
    ///
    /// - Parameter archive: The root as a tar archive.
    func make(from archive: FilePath) async throws {
        try await makePartitions()
        try await makeRoot(from: archive)
        try await makeEFIPartition()
        try Directory.removeTree(loader)
    }

    private func makePartitions() async throws {
        let disk = try FileDescriptor.open(
            file,
            .writeOnly,
            options: [.create, .truncate, .closeOnExec],
            permissions: .ownerReadWrite,
        )
        try disk.closeAfter { try disk.resize(to: Int64(size.bytes)) }
        let table = directory.appending("partitions")
        let rootType =
            architecture == .amd64
            ? "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709" : "B921B045-1DF0-41C3-AF44-4C6F280D3FAE"
        let layout = """
            label: gpt
            label-id: \(identity.uuid(for: "disk"))
            start=1MiB, size=\(Self.efiMebibytes)MiB, type=U, name=efi, uuid=\(identity.uuid(for: "partition efi"))
            start=\(Self.rootStart)MiB, type=\(rootType), name=root, uuid=\(identity.uuid(for: "partition root"))

            """
        try WholeFile.write(layout.utf8, to: table)
        let hint = PackageHint(debian: "fdisk", fedora: "util-linux").command
        try await tools.run("sfdisk", ["--quiet", file.string], input: table, hint: hint)
        try Directory.removeTree(table)
    }

    // MARK: The root

    /// Unpacks the root, copies the boot files, and creates the file system, in one command: ownership is only known
    /// within one run of fakeroot.
    private static let unpacking = """
        set -e
        archive=$1 root=$2 out=$3 loader=$4
        shift 4
        trap 'rm -rf "$root"' EXIT
        mkdir "$root"
        # The guest's kernel fills /dev by itself, and a user namespace may not make devices.
        tar -xpf "$archive" --numeric-owner --exclude='./dev/*' -C "$root"
        newest() { ls "$root/boot/$1"* | sort -V | tail -n 1; }
        cat "$(newest vmlinuz-)" > "$out/vmlinuz"
        cat "$(newest initrd.img-)" > "$out/initrd.img"
        cat "$root/$loader" > "$out/grub.efi"
        mke2fs -d "$root" "$@"
        """

    private func makeRoot(from archive: FilePath) async throws {
        let loader =
            architecture == .amd64
            ? "usr/lib/grub/x86_64-efi/monolithic/grubx64.efi" : "usr/lib/grub/arm64-efi/monolithic/grubaa64.efi"
        let features = [
            "offset=\(Self.rootStart << 20)", "hash_seed=\(identity.uuid(for: "hash seed"))",
            // A new file reads as zeros: with this option, the guest need not write them in its first minutes.
            "assume_storage_prezeroed=1",
        ]
        var command =
            privilege.prefix + ["sh", "-c", Self.unpacking, "quiver", archive.string]
            + [directory.appending("root").string, directory.string, loader]
            + ["-q", "-t", "ext4", "-L", DebianCustomization.rootLabel, "-U", identity.uuid(for: "root")]
            + ["-E", features.joined(separator: ","), file.string, "\((size.bytes >> 20) - Self.rootStart - 1)M"]
        try await tools.run(command.removeFirst(), command, environment: identity.environment)
        try await settleTimes()
    }

    /// Sets the times that mke2fs copies from the unpacked files, which no program can set there.
    private func settleTimes() async throws {
        let place = "\(file)?offset=\(Self.rootStart << 20)"
        let facts = try await tools.run("dumpe2fs", ["-h", place], environment: identity.environment)
        func number(_ name: String) -> Int? {
            let line = facts.split(separator: "\n").first { $0.hasPrefix("\(name):") }
            return line?.split(separator: " ").last.flatMap { Int($0) }
        }
        guard let count = number("Inode count"), let free = number("Free inodes"), free < count else {
            throw CloudImagesError(.toolFailed, "\(file): dumpe2fs does not show how many files there are")
        }
        // Nothing was ever removed from the file system, so the inode numbers have no gaps.
        let commands = (1...count - free).map {
            "sif <\($0)> atime @\(identity.time)\nsif <\($0)> ctime @\(identity.time)\n"
        }
        let script = directory.appending("times")
        try WholeFile.write(commands.joined().utf8, to: script)
        try await tools.run("debugfs", ["-w", "-f", script.string, place], environment: identity.environment)
        try Directory.removeTree(script)
    }

    // MARK: The EFI partition

    private func makeEFIPartition() async throws {
        let configuration = directory.appending("grub.cfg")
        let text = """
            search --no-floppy --set=root --label \(DebianCustomization.rootLabel)
            set prefix=($root)/boot/grub
            configfile $prefix/grub.cfg

            """
        try WholeFile.write(text.utf8, to: configuration)
        let sectors = Self.efiMebibytes << 11
        let bootName = architecture == .amd64 ? "BOOTX64.EFI" : "BOOTAA64.EFI"
        let serial = identity.serialNumber(for: "efi")
        try await mtool("mformat", ["-v", "EFI", "-N", serial, "-T", "\(sectors)", "::"])
        try await mtool("mmd", ["::/EFI", "::/EFI/BOOT", "::/EFI/debian"])
        try await mtool("mcopy", [loader.string, "::/EFI/BOOT/\(bootName)"])
        try await mtool("mcopy", [configuration.string, "::/EFI/debian/grub.cfg"])
        try Directory.removeTree(configuration)
    }

    private func mtool(_ name: String, _ arguments: [String]) async throws {
        try await tools.run(
            name,
            ["-i", "\(file)@@1M"] + arguments,
            environment: identity.environment,
            hint: PackageHint(debian: "mtools").command,
        )
    }
}
