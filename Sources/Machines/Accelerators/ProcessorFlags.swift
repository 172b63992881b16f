/// The features of an x86 processor, from Linux's `/proc/cpuinfo`.
struct ProcessorFlags {
    private let flags: Set<Substring>

    /// Reads those of the first processor; nil if the text lists no flags, as on other architectures.
    init?(_ processorList: String) {
        let isFlags = { (line: Substring) in line.prefix { $0 != ":" && !$0.isWhitespace } == "flags" }
        guard let line = processorList.split(separator: "\n").first(where: isFlags) else { return nil }
        flags = Set(line.drop { $0 != ":" }.dropFirst().split(whereSeparator: \.isWhitespace))
    }

    /// Whether it cannot run guests: it has neither Intel's VT-x nor AMD's SVM, or the firmware or the hypervisor of
    /// this host hides it.
    ///
    /// A `/dev/kvm` may exist anyway, and only run guests with kernels made for it.
    var lackVirtualisation: Bool { flags.isDisjoint(with: ["vmx", "svm"]) }
}
