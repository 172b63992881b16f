/// What an x86 processor can do, by Linux's `/proc/cpuinfo`.
struct ProcessorFlags {
    private let flags: Set<Substring>

    /// Reads the first processor's; nil when the text lists no flags, as on other architectures.
    init?(_ processorList: String) {
        let isFlags = { (line: Substring) in line.prefix { $0 != ":" && !$0.isWhitespace } == "flags" }
        guard let line = processorList.split(separator: "\n").first(where: isFlags) else { return nil }
        flags = Set(line.drop { $0 != ":" }.dropFirst().split(whereSeparator: \.isWhitespace))
    }

    /// Whether it cannot run a guest by itself: neither Intel's VT-x nor AMD's SVM is there, or the firmware or the
    /// hypervisor around this host keeps it back.
    ///
    /// A `/dev/kvm` may exist all the same, and run guests with kernels made for it alone.
    var lackVirtualisation: Bool { flags.isDisjoint(with: ["vmx", "svm"]) }
}
