import HostSupport
import LibC
public import SystemPackage

extension QMPConnection {
    /// The executable of the process at the other end; nil if it is not known.
    ///
    /// It is that of ``QMPOptions/processID``, else that of the process that listened: QEMU's own, unless QEMU
    /// inherited its socket.
    public var program: FilePath? {
        guard let process = link.options.processID ?? link.state.withLock({ $0.peerProcess }) else { return nil }
        var buffer = [UInt8](repeating: 0, count: 4096)
        #if canImport(Darwin)
            let count = Int(proc_pidpath(process, &buffer, UInt32(buffer.count)))
        #else
            let count = buffer.withUnsafeMutableBytes { bytes in
                bytes.baseAddress.map { readlink("/proc/\(process)/exe", $0, bytes.count) } ?? -1
            }
        #endif
        return count > 0 ? FilePath(String(decoding: buffer[..<count], as: UTF8.self)) : nil
    }
}
