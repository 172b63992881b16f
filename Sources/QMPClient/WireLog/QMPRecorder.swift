import HostSupport
public import SystemPackage
import WireJSON

/// Writes every message to a file that ``QMPRecording`` reads.
public final class QMPRecorder: QMPWireLog {
    private let file: FileDescriptor
    private let start = ContinuousClock.now
    /// The first failure to write; recording ends with it.
    private let failed = Locked<Errno?>(nil)

    /// Creates the file, or empties it.
    /// - Throws: `Errno`, as open(2) gives it.
    public init(_ path: FilePath) throws {
        file = try FileDescriptor.open(
            path,
            .writeOnly,
            options: [.create, .truncate, .closeOnExec],
            permissions: .ownerReadWrite,
        )
    }

    deinit { try? file.close() }

    /// Why recording ended early, as when the disk is full; nil while all is recorded.
    public var failure: Errno? { failed.withLock { $0 } }

    /// Appends one message to the file; does nothing after a ``failure``.
    public func record(_ direction: QMPDirection, _ message: [UInt8], at instant: ContinuousClock.Instant) {
        let entry = QMPRecording.Entry(
            time: start.duration(to: instant),
            direction: direction,
            message: String(decoding: message, as: UTF8.self),
        )
        guard var line = try? entry.json.serialized() else { return }
        line.append(UInt8(ascii: "\n"))
        failed.withLock { failed in
            guard failed == nil else { return }
            do { try file.writeAll(line) } catch { failed = error as? Errno ?? .ioError }
        }
    }
}
