import HostSupport
import HostTools
import LibC
import SystemPackage

/// A running QEMU that Quiver started, found among the host's processes.
package struct QEMUProcess: Hashable {
    let id: Int32
    /// The machine's directory, whether or not it still exists.
    let directory: FilePath

    init(id: Int32, directory: FilePath) {
        self.id = id
        self.directory = directory
    }

    /// Reads a command line; nil if it is not that of a QEMU started by Quiver.
    init?(id: Int32, commandLine: String) {
        // The console log is in that directory; a comma in its path is doubled there.
        guard commandLine.contains("id=qmp-quiver,"),
            let from = commandLine.firstRange(of: "id=console,"),
            let log = commandLine[from.upperBound...].firstRange(of: ",logfile="),
            let end = commandLine[log.upperBound...].firstRange(of: ",logappend=")
        else { return nil }
        let path = commandLine[log.upperBound..<end.lowerBound].replacing(",,", with: ",")
        self.init(id: id, directory: FilePath(String(path)).removingLastComponent())
    }

    /// All those of this user.
    static func ofQuiver() async -> [Self] {
        #if os(Linux)
            return Directory.names(in: "/proc").compactMap { name in
                var status = stat()
                guard let id = Int32(name), stat("/proc/\(name)", &status) == 0, status.st_uid == getuid(),
                    let bytes = try? WholeFile.read(FilePath("/proc/\(name)/cmdline"))
                else { return nil }
                let words = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
                return Self(id: id, commandLine: words.joined(separator: " "))
            }
        #else
            let listing = try? await ToolRun.run("ps", ["-xww", "-o", "pid=,command="])
            return (listing?.output ?? "").split(separator: "\n").compactMap { line in
                let line = line.drop { $0 == " " }
                guard let id = Int32(line.prefix { $0.isNumber }) else { return nil }
                return Self(id: id, commandLine: String(line))
            }
        #endif
    }

    package static func isAlive(_ id: Int32) -> Bool { kill(id, 0) == 0 || errno == EPERM }

    /// Ends it, by force if it does not exit within some seconds.
    func end() async {
        Machine.send(SIGTERM, to: id)
        for _ in 0..<150 {
            guard Self.isAlive(id) else { return }
            try? await Task.sleep(for: .milliseconds(20))
        }
        Machine.send(SIGKILL, to: id)
    }
}
