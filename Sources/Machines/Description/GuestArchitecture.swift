/// The processor architecture of a guest, by QEMU's name for it.
public enum GuestArchitecture: String, Codable, Sendable, CaseIterable, CustomStringConvertible {
    /// 64-bit x86, which distributions also call `amd64`.
    case x86_64
    /// 64-bit Arm, which distributions also call `arm64`.
    case aarch64

    /// The architecture of this host, whose guests can run without emulation.
    public static var host: Self {
        #if arch(arm64)
            .aarch64
        #else
            .x86_64
        #endif
    }

    /// Reads QEMU's names and the ones that distributions use: `amd64` and `arm64`.
    public init?(name: String) {
        switch name {
        case "x86_64", "amd64": self = .x86_64
        case "aarch64", "arm64": self = .aarch64
        default: return nil
        }
    }

    /// The default boot timeout: 5 minutes, or 30 if all instructions are emulated because the host has another
    /// architecture.
    public var usualBootLimit: Duration { self == .host ? .seconds(300) : .seconds(1800) }

    /// QEMU's name, as in `x86_64`.
    public var description: String { rawValue }
}
