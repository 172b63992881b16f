import LibC

/// What this process holds: descriptors, threads, memory.
///
/// Only where no other test runs beside says it something.
struct ProcessFootprint: CustomStringConvertible {
    let descriptors: Int
    let threads: Int
    /// Memory that is resident after what was freed has been given back.
    let residentKilobytes: Int

    /// Reads all three.
    static var now: Self {
        giveBackFreedMemory()
        return Self(
            descriptors: count("/dev/fd"),
            threads: threads,
            residentKilobytes: residentKilobytes,
        )
    }

    #if canImport(Darwin)
        // Not tried on macOS.
        private static var threads: Int { Int(task.pti_threadnum) }
        private static var residentKilobytes: Int { Int(task.pti_resident_size / 1024) }

        private static var task: proc_taskinfo {
            var info = proc_taskinfo()
            _ = proc_pidinfo(getpid(), PROC_PIDTASKINFO, 0, &info, Int32(MemoryLayout<proc_taskinfo>.size))
            return info
        }
    #else
        private static var threads: Int { count("/proc/self/task") }
        private static var residentKilobytes: Int { pages() * Int(sysconf(Int32(_SC_PAGESIZE))) / 1024 }
    #endif

    /// What glibc keeps of freed memory would be counted; the module of Glibc leaves the call out.
    private static func giveBackFreedMemory() {
        guard let trim = dlsym(nil, "malloc_trim") else { return }
        _ = unsafeBitCast(trim, to: (@convention(c) (Int) -> Int32).self)(0)
    }

    var description: String { "\(descriptors) descriptors, \(threads) threads, \(residentKilobytes) KiB" }

    private static func count(_ path: String) -> Int {
        guard let directory = opendir(path) else { return 0 }
        defer { closedir(directory) }
        var count = 0
        while readdir(directory) != nil { count += 1 }
        return count
    }

    #if !canImport(Darwin)
        private static func pages() -> Int {
            guard let file = fopen("/proc/self/statm", "r") else { return 0 }
            defer { fclose(file) }
            var (size, resident) = (0, 0)
            return withUnsafeMutablePointer(to: &size) { size in
                withUnsafeMutablePointer(to: &resident) { resident in
                    withVaList([size, resident]) { vfscanf(file, "%ld %ld", $0) } == 2 ? resident.pointee : 0
                }
            }
        }
    #endif
}
