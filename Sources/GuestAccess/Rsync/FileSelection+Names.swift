import HostSupport
package import SystemPackage

extension FileSelection {
    /// What rsync would copy of a folder, by its own reading of the patterns: names relative to the folder, of folders
    /// too.
    ///
    /// - Returns: nil when there is no rsync or this one cannot tell, or a name is no UTF-8.
    package func names(in folder: FilePath) async throws -> [String]? {
        // Without a destination that exists everything is new, and with --dry-run it is not made either.
        let nowhere = "\(folder)/.quiver-nowhere/"
        let outcome = try? await ToolRun.run(
            "rsync",
            ["--dry-run", "-rlp", "--out-format=\(Self.mark)%n"] + arguments + ["\(folder)/", nowhere],
            environment: ["LC_ALL": "C"],
            limit: 256 << 20,
        )
        try Task.checkCancellation()
        guard let outcome, outcome.isSuccess else { return nil }
        var names: [String] = []
        for line in outcome.output.split(separator: "\n") where line.hasPrefix(Self.mark) {
            guard let name = Self.unescaped(line.dropFirst(Self.mark.count)) else { return nil }
            let isFolder = name.hasSuffix("/")
            names.append(isFolder ? String(name.dropLast()) : name)
        }
        return names.filter { $0 != "." }
    }

    /// What tells a name from rsync's other lines.
    private static let mark = "file:"

    /// Reads a name in which rsync has written bytes as `\#303`; nil when it is no UTF-8.
    static func unescaped(_ name: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(name.utf8)[...]
        while let byte = rest.first {
            if rest.starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "#")]),
                let value = UInt8(String(decoding: rest.dropFirst(2).prefix(3), as: UTF8.self), radix: 8)
            {
                bytes.append(value)
                rest = rest.dropFirst(5)
            } else {
                bytes.append(byte)
                rest = rest.dropFirst()
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
