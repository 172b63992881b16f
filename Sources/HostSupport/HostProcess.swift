import CPlatform
import LibC
package import Quantities
import SystemPackage

/// What the host tells of a process.
package enum HostProcess {
    /// The memory that the process has in use; nil where the system does not say.
    package static func residentMemory(of processID: Int32) -> ByteCount? {
        #if canImport(Darwin)
            // Not tried on macOS.
            let bytes = cplatform_process_memory(processID)
            return bytes > 0 ? ByteCount(bytes) : nil
        #else
            guard let fields = try? WholeFile.readText(FilePath("/proc/\(processID)/statm")).split(separator: " "),
                fields.count > 1,
                let pages = UInt64(fields[1])
            else { return nil }
            return ByteCount(pages * UInt64(sysconf(Int32(_SC_PAGESIZE))))
        #endif
    }
}
