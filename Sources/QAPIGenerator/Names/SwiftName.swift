/// Spells QAPI's names as Swift does: `snapshot-save` as `snapshotSave`, `job-id` as `jobID`.
public enum SwiftName {
    /// A member, enum value, branch, method or argument label.
    public static func lower(_ name: String) -> String {
        let words = words(of: name)
        guard let first = words.first else { return "_" }
        return joined([lowerFirst(first)] + words.dropFirst().map(capitalized))
    }

    /// A type, made from the name of a command or event.
    public static func upper(_ name: String) -> String {
        joined(words(of: name).map(capitalized))
    }

    /// The name as an identifier in the source: a keyword in backticks.
    public static func escaped(_ name: String) -> String {
        keywords.contains(name) ? "`\(name)`" : name
    }

    /// The name after a dot, where almost every keyword may stand as it is.
    static func member(_ name: String) -> String {
        ["init", "self", "Type", "Protocol"].contains(name) ? "`\(name)`" : name
    }

    /// The name as an argument label, where almost every keyword may stand as it is.
    static func label(_ name: String) -> String {
        ["inout", "let", "var"].contains(name) ? "`\(name)`" : name
    }

    private static func words(of name: String) -> [String] {
        let isShouting = name.contains { $0.isLetter } && name == name.uppercased()
        return name.split { "-_. +:/".contains($0) }.map { isShouting ? $0.lowercased() : String($0) }
    }

    private static func capitalized(_ word: String) -> String {
        initialisms[word] ?? word.prefix(1).uppercased() + word.dropFirst()
    }

    /// `KVMMissingCap` becomes `kvmMissingCap`, `RAM` becomes `ram`.
    private static func lowerFirst(_ word: String) -> String {
        let capitals = word.prefix { $0.isUppercase }
        if capitals.count == word.count { return word.lowercased() }
        if capitals.count <= 1 { return capitals.lowercased() + word.dropFirst(capitals.count) }
        // The last capital begins the next word, unless a digit follows the run, as in `L1`.
        let rest = word.dropFirst(capitals.count)
        let head = rest.first?.isLetter == true ? capitals.dropLast() : capitals
        return head.lowercased() + word.dropFirst(head.count)
    }

    /// Joins the words, with an underscore where two digits would meet or a digit would come first.
    private static func joined(_ words: [String]) -> String {
        var name = ""
        for word in words {
            let meets = name.last?.isNumber == true && word.first?.isNumber == true
            if meets || (name.isEmpty && word.first?.isNumber == true) { name += "_" }
            name += word
        }
        return name
    }

    /// Words that Swift spells in capitals, unless they come first in a lower-case name.
    private static let initialisms: [String: String] = [
        "acpi": "ACPI", "cpu": "CPU", "cpus": "CPUs", "cxl": "CXL", "dma": "DMA", "fd": "FD", "fds": "FDs",
        "hmp": "HMP", "id": "ID", "ids": "IDs", "io": "IO", "ip": "IP", "kvm": "KVM", "mac": "MAC", "nbd": "NBD",
        "nic": "NIC", "numa": "NUMA", "nvme": "NVMe", "pci": "PCI", "qmp": "QMP", "qom": "QOM", "ram": "RAM",
        "rtc": "RTC", "sev": "SEV", "sgx": "SGX", "tcp": "TCP", "tls": "TLS", "tpm": "TPM", "udp": "UDP",
        "uri": "URI", "url": "URL", "usb": "USB", "uuid": "UUID", "vcpu": "VCPU", "vcpus": "VCPUs", "vm": "VM",
        "vnc": "VNC",
    ]

    private static let keywords: Set<String> = [
        "Any", "Protocol", "Self", "Type", "as", "associatedtype", "break", "case", "catch", "class", "continue",
        "default", "defer", "deinit", "do", "else", "enum", "extension", "fallthrough", "false", "fileprivate", "for",
        "func", "guard", "if", "import", "in", "init", "inout", "internal", "is", "let", "nil", "operator",
        "precedencegroup", "private", "protocol", "public", "repeat", "rethrows", "return", "self", "static", "struct",
        "subscript", "super", "switch", "throw", "throws", "true", "try", "typealias", "var", "where", "while",
    ]
}
