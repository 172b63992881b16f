import CCurl
import HostSupport
import LibC
import Synchronization
import SystemPackage

/// One request for the rest of a file.
///
/// libcurl only calls back on the thread that runs the transfer, so only the stop flag is shared.
final class Transfer {
    /// How a transfer ended.
    enum Outcome {
        case complete
        /// Trying again may help.
        case brokenOff(reason: String)
        /// The server only sends the file from its beginning, or has a different file now.
        case cannotResume
        case refused(status: Int, reason: String)
        case cannotWrite(Errno)
        /// The disk has less space than the announced length.
        case noRoom(needed: UInt64, free: UInt64)
        case cancelled
    }

    private let file: FileDescriptor
    private let start: UInt64
    private let mostBytes: UInt64
    private let isCancelled: @Sendable () -> Bool
    private let report: (_ received: UInt64, _ total: UInt64?) -> Void

    private var handle: UnsafeMutableRawPointer?
    private var received: UInt64 = 0
    private var fault: Outcome?
    private var lastReport = ContinuousClock.now - .seconds(1)

    /// - Parameters:
    ///   - file: Where the bytes go, from `start` on.
    ///   - mostBytes: The largest accepted size; if the server sends more, the transfer fails.
    init(
        into file: FileDescriptor,
        from start: UInt64,
        mostBytes: UInt64,
        isCancelled: @escaping @Sendable () -> Bool,
        report: @escaping (_ received: UInt64, _ total: UInt64?) -> Void,
    ) {
        self.file = file
        self.start = start
        self.mostBytes = mostBytes
        self.isCancelled = isCancelled
        self.report = report
    }

    /// Runs the transfer on this thread to its end.
    func run(url: String, policy: DownloadPolicy) throws(CloudImagesError) -> Outcome {
        let curl = try CurlHandle(url: url, policy: policy)
        handle = curl.pointer
        defer { handle = nil }
        if start > 0 { ccurl_set_offset(curl.pointer, CURLOPT_RESUME_FROM_LARGE, curl_off_t(start)) }
        let context = Unmanaged.passUnretained(self).toOpaque()
        ccurl_set_write(
            curl.pointer,
            { bytes, _, count, context in
                guard let bytes, let context else { return 0 }
                let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
                return transfer.write(UnsafeRawBufferPointer(start: bytes, count: count)) ? count : 0
            },
            context,
        )
        ccurl_set_progress(
            curl.pointer,
            { context, _, _, _, _ in
                guard let context else { return 1 }
                return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().isCancelled() ? 1 : 0
            },
            context,
        )
        let code = ccurl_perform(curl.pointer)
        return outcome(of: code, status: ccurl_status(curl.pointer))
    }

    private func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let announced = handle.map { ccurl_announced_length($0) } ?? -1
        if received == 0, announced > 0, let free = freeSpace, free < UInt64(announced) {
            fault = .noRoom(needed: UInt64(announced), free: free)
            return false
        }
        guard start + received + UInt64(bytes.count) <= mostBytes else {
            fault = .refused(status: 0, reason: "it sends more than \(mostBytes) bytes")
            return false
        }
        do {
            _ = try file.writeAll(toAbsoluteOffset: Int64(start + received), bytes)
        } catch {
            fault = .cannotWrite(error as? Errno ?? .ioError)
            return false
        }
        received += UInt64(bytes.count)
        let now = ContinuousClock.now
        if now - lastReport > .milliseconds(100) {
            lastReport = now
            report(start + received, announced > 0 ? start + UInt64(announced) : nil)
        }
        return true
    }

    private var freeSpace: UInt64? {
        var facts = statvfs()
        guard fstatvfs(file.rawValue, &facts) == 0 else { return nil }
        return UInt64(facts.f_bavail) * UInt64(facts.f_frsize)
    }

    private func outcome(of code: CURLcode, status: Int) -> Outcome {
        if let fault { return fault }
        if isCancelled() { return .cancelled }
        let reason = String(cString: ccurl_reason(code))
        switch code {
        case CURLE_OK:
            report(start + received, start + received)
            return .complete
        case CURLE_RANGE_ERROR, CURLE_BAD_DOWNLOAD_RESUME:
            return .cannotResume
        case CURLE_HTTP_RETURNED_ERROR:
            if status == 416 { return .cannotResume }
            // The error response was the proxy's, not the server's.
            if status == 0 { return .refused(status: 0, reason: "the proxy refused the connection; see https_proxy") }
            if status >= 500 || status == 408 || status == 429 {
                return .brokenOff(reason: "the server answered \(status)")
            }
            return .refused(status: status, reason: "the server answered \(status)")
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT, CURLE_OPERATION_TIMEDOUT,
            CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_HTTP2, CURLE_HTTP2_STREAM,
            CURLE_SSL_CONNECT_ERROR:
            return .brokenOff(reason: reason)
        default:
            return .refused(status: status, reason: reason)
        }
    }
}
