import CPlatform
import LibC

/// What the system says about a process.
enum ProcessState {
    case running
    /// Stopped by a signal or by a debugger.
    case stopped
    /// Ended, be it collected by its parent or not.
    case gone

    static func of(_ process: Int32) -> Self {
        #if canImport(Darwin)
            return switch Int(cplatform_process_state(process)) {
            case CPLATFORM_PROCESS_STOPPED: .stopped
            case CPLATFORM_PROCESS_GONE: .gone
            default: .running
            }
        #else
            guard let file = fopen("/proc/\(process)/stat", "r") else { return .gone }
            defer { fclose(file) }
            var buffer = [UInt8](repeating: 0, count: 512)
            let count = fread(&buffer, 1, buffer.count, file)
            // The state follows the program's name, which stands in parentheses and may contain any other character.
            guard let end = buffer[..<count].lastIndex(of: UInt8(ascii: ")")), end + 2 < count else { return .gone }
            switch buffer[end + 2] {
            case UInt8(ascii: "T"), UInt8(ascii: "t"): return .stopped
            case UInt8(ascii: "Z"), UInt8(ascii: "X"): return .gone
            default: return .running
            }
        #endif
    }
}
