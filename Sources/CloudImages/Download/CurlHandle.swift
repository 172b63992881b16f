import CCurl
import HostSupport
import Quantities

/// The owner of one of libcurl's easy handles.
struct CurlHandle: ~Copyable {
    let pointer: UnsafeMutableRawPointer

    /// Why libcurl cannot be used; it is loaded and set up once, before any thread uses it.
    private static let obstacle = ccurl_load().map { reason in
        let reason = String(cString: reason)
        // macOS has it.
        let hint = reason.contains("loaded") ? PackageHint(debian: "libcurl4", fedora: "libcurl").command : nil
        return reason + (hint.map { "; install it with `\($0)`" } ?? "")
    }

    init(url: String, policy: DownloadPolicy) throws(CloudImagesError) {
        if let obstacle = Self.obstacle { throw CloudImagesError(.unsupported, "\(url): \(obstacle)") }
        guard let pointer = ccurl_open() else {
            throw CloudImagesError(.downloadFailed, "\(url): libcurl is out of memory")
        }
        self.pointer = pointer
        ccurl_set_text(pointer, CURLOPT_URL, url)
        // A redirection must never lead to a local file, nor from a secure connection to an insecure one.
        let redirections = url.hasPrefix("https:") ? "https" : "http,https"
        ccurl_set_text(pointer, CURLOPT_PROTOCOLS_STR, "http,https")
        ccurl_set_text(pointer, CURLOPT_REDIR_PROTOCOLS_STR, redirections)
        ccurl_set_number(pointer, CURLOPT_FOLLOWLOCATION, 1)
        ccurl_set_number(pointer, CURLOPT_MAXREDIRS, 10)
        ccurl_set_number(pointer, CURLOPT_FAILONERROR, 1)
        // Signals for timeouts of name lookups do not work in programs with threads.
        ccurl_set_number(pointer, CURLOPT_NOSIGNAL, 1)
        ccurl_set_number(pointer, CURLOPT_CONNECTTIMEOUT_MS, policy.connectTimeout.wholeMilliseconds)
        ccurl_set_number(pointer, CURLOPT_LOW_SPEED_LIMIT, 1)
        ccurl_set_number(pointer, CURLOPT_LOW_SPEED_TIME, max(1, policy.stallTimeout.wholeMilliseconds / 1000))
        ccurl_set_text(pointer, CURLOPT_USERAGENT, "quiver")
    }

    deinit {
        ccurl_close(pointer)
    }
}

extension Duration {
    /// The duration in milliseconds, at least one.
    fileprivate var wholeMilliseconds: Int { max(1, Int(seconds * 1000)) }
}
