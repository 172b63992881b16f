import DiskImages
import HostSupport
import LibC
import Quantities
import Synchronization
import SystemPackage

/// The download of one file over HTTP, resumed after an interruption.
///
/// Proxies are those of the environment (`https_proxy`, `http_proxy`, `all_proxy`, `no_proxy`).
struct Download: Sendable {
    let url: String
    var policy = DownloadPolicy.usual
    /// The largest accepted size, in bytes.
    var mostBytes: UInt64 = 1 << 40
    var progress: ProgressHandler = { _ in }

    /// The last part of the URL, without a query.
    var fileName: String {
        let path = url.split(separator: "?").first ?? ""
        return path.split(separator: "/").last.map(String.init) ?? url
    }

    /// Downloads a small file, as a list of digests is.
    func text(limit: Int = 4 << 20, scratch: FilePath) async throws -> String {
        var small = self
        small.mostBytes = UInt64(limit)
        let file = scratch.appending(".\(fileName).\(UInt64.random(in: 0 ... .max))")
        defer { unlink(file.string) }
        try await small.run(into: file)
        return try WholeFile.readText(file)
    }

    /// Downloads into a file; the file's existing content counts as the beginning, and only the rest is requested.
    ///
    /// - Throws: ``CloudImagesError`` with code `downloadFailed` once all tries are used up or the server refuses,
    ///   `cannotWrite` if the disk is full; `FileFailure` if the file cannot be created; `CancellationError`. The
    ///   partial download stays in the file.
    func run(into path: FilePath) async throws {
        var pause = policy.firstPause
        var lastReason = ""
        var triesLeft = max(1, policy.tries)
        while triesLeft > 0 {
            let begun = (try? DiskFile(path).count) ?? 0
            let outcome = try await attempt(into: path)
            switch outcome {
            case .complete:
                return
            case .cannotResume:
                // Start from the beginning; a server that cannot send that either uses up the tries.
                try await truncate(path)
                lastReason = "the server cannot send the rest of the file"
            case .brokenOff(let reason):
                lastReason = reason
                // A try that received data is not counted.
                if let now = try? DiskFile(path).count, now > begun { triesLeft += 1 }
                progress(ProgressUpdate("\(fileName): \(reason), trying again in \(pause.shortText)"))
                if triesLeft > 1 { try await Task.sleep(for: pause) }
                pause = min(pause * 2, .seconds(30))
            case .refused(_, let reason):
                throw CloudImagesError(.downloadFailed, "\(url): \(reason)")
            case .cannotWrite(let reason):
                throw cannotWrite(path, reason)
            case .noRoom(let needed, let free):
                throw CloudImagesError(
                    .cannotWrite,
                    "\(path): the disk has \(ByteCount(free)) free, but \(ByteCount(needed)) are still missing; "
                        + "free some space and try again: the partial download is kept",
                    cause: Errno.noSpace,
                )
            case .cancelled:
                throw CancellationError()
            }
            triesLeft -= 1
        }
        throw CloudImagesError(
            .downloadFailed,
            "\(url): gave up after \(policy.tries) tries: \(lastReason); try again: the partial download is kept",
        )
    }

    private func attempt(into path: FilePath) async throws -> Transfer.Outcome {
        let stop = StopSign()
        return try await withTaskCancellationHandler {
            try await BlockingCalls.run {
                let file: FileDescriptor
                do {
                    file = try .open(path, .readWrite, options: [.create, .closeOnExec], permissions: .ownerReadWrite)
                } catch {
                    throw FileFailure("create", path, error as? Errno ?? .ioError)
                }
                return try file.closeAfter {
                    let start = UInt64(try file.seek(offset: 0, from: .end))
                    let transfer = Transfer(
                        into: file,
                        from: start,
                        mostBytes: mostBytes,
                        isCancelled: { stop.isSet },
                        report: { received, total in
                            progress(ProgressUpdate(fileName, completed: received, total: total, isBytes: true))
                        },
                    )
                    return try transfer.run(url: url, policy: policy)
                }
            }
        } onCancel: {
            stop.set()
        }
    }

    /// The error if received data cannot be stored, for example because the disk is full.
    private func cannotWrite(_ path: FilePath, _ reason: Errno) -> CloudImagesError {
        let failure = FileFailure("write", path, reason)
        let kept = (try? DiskFile(path).count) ?? 0
        let hint = reason == .fileTooLarge ? "; raise the file size limit: ulimit -f" : ""
        return CloudImagesError(
            .cannotWrite,
            "\(failure)\(hint), and try again: the \(ByteCount(kept)) downloaded so far are kept",
            cause: failure,
        )
    }

    private func truncate(_ path: FilePath) async throws {
        guard unlink(path.string) == 0 || errno == ENOENT else {
            throw FileFailure("remove", path, Errno(rawValue: errno))
        }
    }
}

/// Tells a transfer on another thread to stop.
private final class StopSign: Sendable {
    private let state = Mutex(false)

    var isSet: Bool { state.withLock { $0 } }

    func set() {
        state.withLock { $0 = true }
    }
}
