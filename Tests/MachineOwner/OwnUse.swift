import HostSupport
import LibC
import SystemPackage

/// What this process, and the home that it works in, use of the host.
struct OwnUse {
    let descriptors: Int
    let threads: Int
    /// Resident memory.
    let kibibytes: Int
    let children: Int
    /// Files and directories below the home.
    let files: Int

    init(home: QuiverHome) throws {
        files = Self.files(below: home.data)
        descriptors = Directory.names(in: "/dev/fd").count
        #if canImport(Darwin)
            var info = proc_taskinfo()
            let size = Int32(MemoryLayout<proc_taskinfo>.size)
            guard proc_pidinfo(getpid(), PROC_PIDTASKINFO, 0, &info, size) == size else {
                throw Errno(rawValue: errno)
            }
            threads = Int(info.pti_threadnum)
            kibibytes = Int(info.pti_resident_size / 1024)
            // Without room for the answer it would be the number of all processes.
            var processes = [Int32](repeating: 0, count: 4096)
            children = Int(proc_listchildpids(getpid(), &processes, Int32(processes.count * MemoryLayout<Int32>.size)))
        #else
            let status = try WholeFile.readText("/proc/self/status")
            func number(_ field: String) -> Int {
                let line = status.split(separator: "\n").first { $0.hasPrefix("\(field):") } ?? ""
                return Int(line.filter(\.isNumber)) ?? 0
            }
            threads = number("Threads")
            kibibytes = number("VmRSS")
            children =
                Directory.names(in: "/proc").filter { name in
                    let status = try? WholeFile.readText(FilePath("/proc/\(name)/status"))
                    return status?.contains("\nPPid:\t\(getpid())\n") == true
                }.count
        #endif
    }

    private static func files(below directory: FilePath) -> Int {
        Directory.names(in: directory).reduce(0) { $0 + 1 + files(below: directory.appending($1)) }
    }

    /// `DESCRIPTORS THREADS KIBIBYTES CHILDREN FILES`.
    var text: String { "\(descriptors) \(threads) \(kibibytes) \(children) \(files)" }
}
