public import DiskImages
public import SystemPackage

/// A cloud image that machines can start from.
public struct Image: Sendable, Hashable {
    /// The name, as in `debian:12`; for a file outside the store its path.
    public var name: String
    /// The processor architecture of the image's guests.
    public var architecture: ImageArchitecture
    /// The disk; machines never write to it.
    public var disk: FilePath
    /// The disk's format.
    public var format: DiskFormat
    /// A kernel that QEMU can load itself, which saves the time of firmware and boot loader.
    public var kernel: FilePath?
    /// The initial RAM disk that QEMU loads with ``kernel``; nil for none.
    public var initialRamdisk: FilePath?
    /// The kernel's arguments when QEMU loads it.
    public var kernelArguments: String?
    /// The user that cloud-init creates by default, as in `debian`.
    public var defaultUser: String
    /// Where it came from, as in `built with mmdebstrap` or a URL.
    public var source: String
    /// The disk's digest by algorithm, as in `sha256:…`; nil if it was not computed.
    public var digest: String?
    /// When it was made or downloaded, in seconds since 1970.
    public var created: Int64

    /// Creates an image without reading any file; the parameters are its properties.
    public init(
        name: String,
        architecture: ImageArchitecture,
        disk: FilePath,
        format: DiskFormat = .qcow2,
        kernel: FilePath? = nil,
        initialRamdisk: FilePath? = nil,
        kernelArguments: String? = nil,
        defaultUser: String,
        source: String,
        digest: String? = nil,
        created: Int64,
    ) {
        self.name = name
        self.architecture = architecture
        self.disk = disk
        self.format = format
        self.kernel = kernel
        self.initialRamdisk = initialRamdisk
        self.kernelArguments = kernelArguments
        self.defaultUser = defaultUser
        self.source = source
        self.digest = digest
        self.created = created
    }

    /// The default user in stock images of a distribution, guessed from the image's name.
    public static func usualUser(of name: String) -> String {
        let known = ["debian", "ubuntu", "fedora", "alpine"]
        return known.first { name.lowercased().contains($0) } ?? "debian"
    }
}
