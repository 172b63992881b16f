/// The processor architecture of an image, by Debian's and the vendors' names.
public enum ImageArchitecture: String, Sendable, Hashable, Codable, CaseIterable {
    /// 64-bit x86, which QEMU calls `x86_64`.
    case amd64
    /// 64-bit Arm, which QEMU calls `aarch64`.
    case arm64

    /// The architecture of this host.
    public static var host: Self {
        #if arch(arm64)
            .arm64
        #else
            .amd64
        #endif
    }
}
