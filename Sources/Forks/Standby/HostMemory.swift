import CPlatform
import HostSupport
import Quantities
import SystemPackage

/// The host's memory.
enum HostMemory {
    /// The memory that this process can use without swapping; nil if the system does not say.
    static var available: ByteCount? {
        [ofTheHost, ControlGroupMemory().available].compactMap(\.self).min()
    }

    private static var ofTheHost: ByteCount? {
        #if canImport(Darwin)
            // Not tested on macOS.
            let bytes = cplatform_available_memory()
            return bytes > 0 ? ByteCount(bytes) : nil
        #else
            guard let text = try? WholeFile.readText("/proc/meminfo") else { return nil }
            for line in text.split(separator: "\n") where line.hasPrefix("MemAvailable:") {
                let digits = line.filter(\.isNumber)
                return UInt64(digits).map { ByteCount($0 * 1024) }
            }
            return nil
        #endif
    }
}
