import HostSupport
import SystemPackage

#if canImport(Darwin)
    import Darwin
#endif

/// What this process uses of the host.
struct OwnUse {
    let descriptors: Int
    let threads: Int
    /// Resident memory.
    let kibibytes: Int

    init() throws {
        descriptors = Folder.names(in: "/dev/fd").count
        #if canImport(Darwin)
            var info = proc_taskinfo()
            let size = Int32(MemoryLayout<proc_taskinfo>.size)
            guard proc_pidinfo(getpid(), PROC_PIDTASKINFO, 0, &info, size) == size else {
                throw Errno(rawValue: errno)
            }
            threads = Int(info.pti_threadnum)
            kibibytes = Int(info.pti_resident_size / 1024)
        #else
            let status = try WholeFile.readText("/proc/self/status")
            func number(_ field: String) -> Int {
                let line = status.split(separator: "\n").first { $0.hasPrefix("\(field):") } ?? ""
                return Int(line.filter(\.isNumber)) ?? 0
            }
            threads = number("Threads")
            kibibytes = number("VmRSS")
        #endif
    }

    var text: String { "\(descriptors) \(threads) \(kibibytes)" }
}
