import HostSupport
import QGA
import QMPCore
public import Quantities

extension GuestAgent {
    // The agent takes 48 MB at a time; a smaller piece limits the memory that a hostile agent can make us use.
    private static let pieceSize = 1 << 20

    /// The time limit for cleanup commands: an agent that is gone must not delay its caller.
    static let cleanupDeadline: Duration = .seconds(5)

    /// Reads a whole file in the guest.
    ///
    /// - Parameter limit: The most that is read; a longer file is an error.
    /// - Throws: ``QMPCore/QMPError`` as the agent's commands do; `invalidArguments` when the file is longer than `limit`.
    public func readFile(_ path: String, limit: ByteCount = .mebibytes(64)) async throws -> [UInt8] {
        try await withFile(path, mode: "r") { handle in
            var bytes: [UInt8] = []
            while true {
                let piece = try await self.readPiece(handle)
                bytes += piece.bytes
                if bytes.count > limit.bytes {
                    throw QMPError(.invalidArguments, "\(self.guest): \(path) is longer than \(limit)")
                }
                if piece.isLast { return bytes }
            }
        }
    }

    /// Writes a whole file in the guest, replacing its content.
    public func writeFile(_ path: String, _ bytes: [UInt8]) async throws {
        try await withFile(path, mode: "w") { handle in
            var rest = bytes[...]
            while !rest.isEmpty {
                let piece = Array(rest.prefix(Self.pieceSize))
                let written = try await self.guestFileWrite(handle: handle, bufB64: Base64.encoded(piece))
                guard written.count > 0, written.count <= Int64(piece.count) else {
                    throw QMPError(
                        .protocolViolation,
                        "\(self.guest): the agent wrote \(written.count) bytes of \(piece.count)"
                    )
                }
                rest = rest.dropFirst(Int(written.count))
            }
            try await self.guestFileFlush(handle: handle)
        }
    }

    /// Reads the next piece of an open file; the last piece may be empty.
    func readPiece(_ handle: Int64) async throws(QMPError) -> (bytes: [UInt8], isLast: Bool) {
        let read = try await guestFileRead(handle: handle, count: Int64(Self.pieceSize))
        guard let bytes = Base64.decoded(read.bufB64), bytes.count <= Self.pieceSize else {
            throw QMPError(.protocolViolation, "\(guest): the agent sent an invalid piece of a file")
        }
        return (bytes, read.eof || bytes.isEmpty)
    }

    /// Opens a file in the guest and closes it whatever `body` does.
    func withFile<Value>(_ path: String, mode: String, _ body: (Int64) async throws -> Value) async throws -> Value {
        let handle = try await guestFileOpen(path: path, mode: mode)
        return try await withCleanup {
            try await body(handle)
        } cleanup: {
            _ = try? await self.execute(GuestFileClose(handle: handle), deadline: Self.cleanupDeadline)
        }
    }
}
