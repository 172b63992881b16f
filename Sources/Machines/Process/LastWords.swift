import HostSupport
import SystemPackage

/// The last lines that a program wrote before it exited.
struct LastWords {
    /// The lines on one line, without the program's path in front of each; empty if it wrote none.
    let text: String

    init(ofLogAt path: FilePath, lines count: Int = 3) {
        let log = String(decoding: (try? WholeFile.readEnd(path)) ?? [], as: UTF8.self)
        let lines = log.split(whereSeparator: \.isNewline).suffix(count).map { line in
            // QEMU starts its messages with its own name, which the error already has.
            let name = line.prefix { $0 != ":" }
            guard name.contains("qemu-system-"), !name.contains(" ") else { return String(line) }
            return String(line.dropFirst(name.count + 1).drop { $0 == " " })
        }
        text = lines.joined(separator: "; ")
    }

    /// What to do about it, if known; nil otherwise.
    var advice: String? {
        let known = [
            ("Could not set up host forwarding rule", "the port is in use, or the address is not one of this host's"),
            ("Cannot allocate memory", "give the machine less memory"),
            ("Failed to get \"", "another process is using its disk; stop that first"),
            ("No space left", "free some space on its disk"),
        ]
        return known.first { text.contains($0.0) }?.1
    }
}
